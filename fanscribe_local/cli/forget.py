"""`fanscribe forget`: delete what is kept of a recording's jobs, before its time."""

from pathlib import Path

import click

from fanscribe_local.cli.earlier_job import StoredJob, as_a_file, one_recording
from fanscribe_local.cli.grouped import Grouped
from fanscribe_local.cli.messages import say
from fanscribe_local.cli.shared import Failed, StackLocation, session_options, work_option
from fanscribe_local.cli.transcribe import a_cache, check_place
from fanscribe_local.client.forget import KeptWork, NotDeleted
from fanscribe_local.client.names import printable
from fanscribe_local.client.retry import retrying


@click.command(cls=Grouped, short_help="Delete what is kept of a recording's jobs.")
@click.argument("job", metavar="JOB")
@click.option("--stack", metavar="NAME", help="The stack on AWS whose job it is.")
@session_options
@work_option
@click.pass_context
def forget(
    context: click.Context,
    /,
    job: str,
    stack: str | None,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    work: Path | None,
) -> None:
    """Delete all that is kept of a recording's jobs: its sound, what was read of it, voices. After
    a week it would go by itself.

    On this machine JOB is the recording. With --stack it is a job, as `fanscribe list` shows it:
    all jobs of its recording are forgotten, in all versions, and so is the recording if `fanscribe
    transcribe` uploaded it. Transcripts stay, and so do your own recordings.

    \b
    fanscribe forget talk.mp3
    fanscribe forget talk-3f2a91 --stack fanscribe
    """
    check_place(context, stack, ("work",))
    if stack:
        _forget_there(StackLocation(stack, region, profile, endpoint_url), job)
    else:
        _forget_here(job, work)


def _forget_here(job: str, work: Path | None) -> None:
    found, cache = one_recording(job), a_cache(work)
    with as_a_file(found) as recording:
        removed = cache.remove(recording.file, recording.name)
    shown, where = printable(found.name), printable(str(cache.folder))
    if not removed:
        raise Failed(f"Nothing is kept of {shown} in {where}.")
    say(f"{shown}: forgotten, {_jobs(removed)} in {where}")


def _forget_there(where: StackLocation, name: str) -> None:
    job = StoredJob.find(where, name)
    if job.execution.running:
        raise Failed(f"{job.shown} still runs: stop it first, or wait until it is done.")
    if job.progress.plan is None:
        raise Failed(f"Nothing is kept of {job.shown}.")
    kept = KeptWork.of(job.progress.stack, job.progress.plan)
    if running := retrying(kept.running, "who is at the job"):
        raise Failed(f"{job.shown}: {running} is at the same recording. Stop it first, or wait.")
    try:
        count = retrying(kept.delete, "what is kept of the job")
    except NotDeleted as error:
        raise Failed(str(error)) from None
    say(f"{job.shown}: forgotten, {_jobs(len(kept.jobs))}, {count} objects")


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
