"""A job and those that it repairs: their plans, and what all of them have read."""

from collections.abc import Callable

from fanscribe.documents.job import BilledTime
from fanscribe.documents.plan import Plan
from fanscribe.errors import JobNotFound
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import finished_tiles, load_failures, load_parts, remove_damaged
from fanscribe.transcript.overlay import JobReadings, lay_over


def lineage(folder: JobFolder) -> dict[str, Plan]:
    """The plans of the job and of those that it repairs, by job.

    The last is of the job that read all of the recording. Raises JobNotFound if one of them is not
    there, or nothing of what that last one read.
    """
    plan = folder.find_plan()
    if plan is None or (plan.redo is None and _spoken(plan) and not finished_tiles(folder)):
        raise JobNotFound(
            f"Of the job {folder.job} nothing is kept: there was none, or its work has expired. "
            "Transcribe the recording again first."
        )
    return {folder.job: plan} | (lineage(folder.of(plan.redo.base)) if plan.redo else {})


def _spoken(plan: Plan) -> bool:
    return any(not tile.silent for tile in plan.tiles)


def gather_readings(folder: JobFolder, plan: Plan) -> tuple[list[JobReadings], list[BilledTime]]:
    """All that the job and those that it repairs know, each laid over those before, the job itself
    last; and what its own parts took.

    Parts that can't be read are removed.
    """
    parts = load_parts(folder)
    own = JobReadings(plan, parts.readings, load_failures(folder) | remove_damaged(folder, parts))
    return _over_base(folder, own, lambda base, plan: gather_readings(base, plan)[0]), parts.spent


def readings_so_far(folder: JobFolder, plan: Plan) -> JobReadings:
    """All that the job knows and can be read now, for those who only look. Nothing is removed."""
    return all_readings_so_far(folder, plan)[-1]


def all_readings_so_far(folder: JobFolder, plan: Plan) -> list[JobReadings]:
    """The same of the job and of those that it repairs, as `gather_readings` has them."""
    own = JobReadings(plan, load_parts(folder).readings, load_failures(folder))
    return _over_base(folder, own, all_readings_so_far)


def _over_base(
    folder: JobFolder, own: JobReadings, gather: Callable[[JobFolder, Plan], list[JobReadings]]
) -> list[JobReadings]:
    if own.plan.redo is None:
        return [own]
    base = folder.of(own.plan.redo.base)
    before = gather(base, base.plan())
    return [*before, lay_over(before[-1], own)]
