"""What a job has used: in the execution's output, and nowhere else."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import MergeTask
from fanscribe.documents.plan import Chunk, Plan
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import save_part
from fanscribe.planning.prices import price_list
from fanscribe.runtime.settings import MergeSettings
from fanscribe.runtime.usage import Stage, UsageMeter, tally
from fanscribe.steps.merge import merge
from tests.support.builders import a_plan, a_reading, tiles, words
from tests.support.fakes import MemoryStorage

NOTHING = BilledTime(ms=0, memory_mb=0)
PLAN = a_plan(tiles(2, seconds=30))


def ticking(*seconds: float) -> Iterator[float]:
    yield from seconds


def test_a_meter_tells_each_time_what_was_spent_since_the_last_time() -> None:
    now = ticking(100.0, 101.5, 101.75)
    meter = UsageMeter(memory_mb=2048, clock=lambda: next(now))
    assert meter.lap() == BilledTime(ms=1_500, memory_mb=2048)
    assert meter.lap() == BilledTime(ms=250, memory_mb=2048)


@given(
    st.lists(st.tuples(st.sampled_from(["store", "load", "read"]), st.integers(0, 10_000))),
    st.integers(0, 10_000),
)
def test_an_invocations_time_is_divided_among_its_stages_without_a_rest(
    marks: list[tuple[Stage, int]], after: int
) -> None:
    now = iter(
        [
            0,
            *(sum(ms for _, ms in marks[: i + 1]) / 1000 for i in range(len(marks))),
            (sum(ms for _, ms in marks) + after) / 1000,
        ]
    )
    meter = UsageMeter(2048, lambda: next(now), cold_ms=7)
    assert [meter.mark(stage) for stage, _ in marks] == [ms for _, ms in marks]
    took = meter.took(PLAN.tiles)
    assert took.ms == sum(ms for _, ms in marks) + after
    assert (took.load, took.read) == tuple(
        sum(ms for stage, ms in marks if stage == name) for name in ("load", "read")
    )
    assert (took.cold, took.memory_mb, took.tiles, took.audio) == (7, 2048, 2, 60_000)


def test_the_functions_memory_is_what_the_host_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008")
    assert UsageMeter().lap().memory_mb == 3008


def test_a_jobs_usage_is_the_sum_of_what_its_invocations_spent() -> None:
    plan = PLAN.model_copy(update={"spent": (BilledTime(ms=1_000, memory_mb=3_072),)})
    parts = [BilledTime(ms=6_000, memory_mb=10_240), BilledTime(ms=3_000, memory_mb=10_240)]
    usage = tally(plan, parts, BilledTime(ms=500, memory_mb=2_048))
    assert (usage.audio_s, usage.transcribe_s, usage.rtf) == (60, 9, 0.15)
    assert usage.gb_seconds == 3 + 90 + 1
    assert usage.usd == pytest.approx(94 * price_list().aws.lambda_gb_second.usd, abs=1e-6)
    assert usage.prices == price_list().aws.lambda_gb_second.read


def merged(spent_ms: int) -> tuple[MemoryStorage, float]:
    """A job whose one part took so long; its storage, and what Merge says that it took."""
    storage = MemoryStorage()
    folder = JobFolder(storage, "work", PLAN.job)
    folder.save_plan(PLAN, [Chunk(first=0, last=1)], NOTHING)
    readings = [a_reading(0, words("one")), a_reading(1, words("two", start=30_000))]
    save_part(folder, readings, BilledTime(ms=spent_ms, memory_mb=10_240))
    task = MergeTask(execution="here", job=PLAN.job, output=OutputOptions())
    reference = merge(
        task, MergeSettings(work_bucket="work", transcripts_bucket="transcripts"), storage
    )
    return storage, reference.usage.transcribe_s


def test_what_was_spent_is_reported_and_leaves_no_trace_in_the_transcript() -> None:
    (quick, took), (slow, took_longer) = merged(100), merged(9_000)
    assert (took, took_longer) == (0.1, 9.0)
    for key in quick.keys("transcripts", ""):
        assert quick.read("transcripts", key) == slow.read("transcripts", key)


def test_work_of_an_older_version_that_says_nothing_counts_nothing() -> None:
    assert Plan.model_validate_json(PLAN.model_dump_json(exclude={"spent"})).spent == ()
    assert tally(PLAN, [], NOTHING).gb_seconds == 0
