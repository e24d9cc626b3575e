"""The planner, as laws."""

import math

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.planning.planner import (
    HALF_S,
    WORTH,
    Goal,
    PlannedJob,
    a_job,
    best_memory,
    most_tiles,
    plan,
    what_binds,
)
from fanscribe.planning.prices import GB, MOST_VCPUS, VCPU_MB, ModelSpeed, speed_of, speeds
from fanscribe.planning.simulator import AGAIN, FIRST_DECODING, Fleet

models = st.sampled_from(speeds().models)
memories = st.sampled_from([1_769, 3_008, 4_096, 8_192, 10_240])
tiles = st.integers(1, 1_500)
places = st.integers(1, 5_000)
WISHES = [Goal(), Goal(cheapest=True), Goal(finish_in_s=60)]
goals = st.sampled_from(WISHES)


def job_of(
    model: ModelSpeed, count: int, allowed: int = 100, memory: int = 10_240, account: int = 10_000
) -> PlannedJob:
    fleet = Fleet(memory_mb=memory, map_concurrency=allowed, account_concurrency=account)
    return a_job(count * 28.0, count, fleet, model)


@given(models, memories, tiles, places, goals)
def test_no_chunk_passes_half_of_the_15_minutes_even_if_every_tile_is_read_again(
    model: ModelSpeed, memory: int, count: int, allowed: int, goal: Goal
) -> None:
    job = job_of(model, count, allowed, memory)
    forecast = plan(job, goal)
    slow = model.on(speeds().slowest)
    slowest, readers = slow.reader_s(memory) * FIRST_DECODING * (1 + AGAIN), slow.readers(memory)
    reading = math.ceil(forecast.chunk_tiles / readers) * slowest
    whole = job.stages.start_s + model.load_s + job.stages.invoke_s + reading
    assert whole <= HALF_S or forecast.chunk_tiles == 1
    assert forecast.chunk_tiles <= most_tiles(job)


@given(models, tiles, places)
def test_the_cheapest_is_cheapest_the_fastest_fastest_and_the_usual_between_them(
    model: ModelSpeed, count: int, allowed: int
) -> None:
    job = job_of(model, count, allowed)
    cheapest, usual, fastest = (
        plan(job, goal) for goal in (Goal(cheapest=True), Goal(), Goal(finish_in_s=0))
    )
    assert cheapest.usd <= usual.usd <= WORTH * cheapest.usd
    assert fastest.wall_s <= usual.wall_s <= cheapest.wall_s


@given(models, memories, tiles, places)
def test_no_whole_number_of_cores_is_cheaper_than_the_memory_that_is_chosen(
    model: ModelSpeed, memory: int, count: int, allowed: int
) -> None:
    cheapest = Goal(cheapest=True)
    job = job_of(model, count, allowed, memory)
    best = best_memory(job, cheapest)
    assert best.fleet.memory_mb >= model.memory_mb, "the model fits"
    others = [
        job_of(model, count, allowed, cores * 1_769)
        for cores in range(1, 6)
        if cores * 1_769 >= model.memory_mb
    ]
    for other in [*others, job_of(model, count, allowed, 10_240)]:
        assert plan(best, cheapest).usd <= plan(other, cheapest).usd


@given(models, tiles, places, st.integers(10, 3_600))
def test_in_time_if_it_can_be_had_and_no_dearer_than_needed(
    model: ModelSpeed, count: int, allowed: int, limit: int
) -> None:
    job = job_of(model, count, allowed)
    chosen, fastest = plan(job, Goal(finish_in_s=limit)), plan(job, Goal(finish_in_s=0))
    assert chosen.wall_s <= max(limit, fastest.wall_s)
    sizes = [job.forecast(size) for size in range(1, 6)]
    assert all(
        chosen.usd <= other.usd
        for other in sizes
        if other.wall_s <= limit and other.chunk_tiles <= most_tiles(job)
    )


@given(models, tiles, places, goals)
def test_every_tile_is_in_a_chunk(model: ModelSpeed, count: int, allowed: int, goal: Goal) -> None:
    forecast = plan(job_of(model, count, allowed), goal)
    assert (
        (forecast.chunks - 1) * forecast.chunk_tiles
        < count
        <= forecast.chunks * forecast.chunk_tiles
    )


@given(models, tiles, st.integers(1, 3_000), places)
def test_a_longer_recording_is_never_cheaper(
    model: ModelSpeed, count: int, further: int, allowed: int
) -> None:
    """Law of the cheapest plans; to the tenth that the sizes which are tried leave open."""
    cheapest = Goal(cheapest=True)
    assert (
        plan(job_of(model, count, allowed), cheapest).usd
        <= 1.1 * plan(job_of(model, count + further, allowed), cheapest).usd
    )


def names(job: PlannedJob, goal: Goal) -> list[str]:
    return [limit.name for limit in what_binds(job, goal)]


def test_the_limit_that_binds_is_named() -> None:
    turbo, fast = speed_of("large-v3-turbo"), Goal(finish_in_s=0)
    assert names(job_of(turbo, 500, allowed=10), fast)[0] == "MapConcurrency 10"
    assert (
        names(job_of(turbo, 500, allowed=100, account=10), fast)[0]
        == "the account's concurrency of 10"
    )
    assert names(job_of(turbo, 3_000, allowed=3_000), fast)[0] == "splitting in 20 sections"
    assert (
        names(job_of(speed_of("tiny.en"), 350, allowed=3_000), fast)[0]
        == "splitting, which one invocation does"
    )
    assert names(job_of(turbo, 64, allowed=3_000), fast)[0] == "cold starts and loading the model"


def test_a_limit_costs_what_lifting_it_gains_and_nothing_is_named_that_costs_nothing() -> None:
    for limits in (
        what_binds(job_of(model, 500, allowed=20), goal)
        for model in speeds().models
        for goal in WISHES
    ):
        assert all(limit.costs_s > 0 for limit in limits)
        assert [limit.costs_s for limit in limits] == sorted(
            (limit.costs_s for limit in limits), reverse=True
        )


@given(models, memories, st.integers(1, 300))
def test_voices_cost_their_seconds_whether_words_are_read_or_not(
    model: ModelSpeed, memory: int, count: int
) -> None:
    fleet = Fleet(memory_mb=memory, map_concurrency=1)  # so that none starts cold besides
    words, both, voices = (
        a_job(count * 28.0, tiles_read, fleet, model, voices=taken).forecast(1)
        for tiles_read, taken in ((count, 0), (count, count), (0, count))
    )
    slowest = speeds().slowest.times
    most = 1.2 * count * speeds().stages.voices_s * slowest * VCPU_MB / GB  # 1.2: one read again
    assert 0 < both.gb_seconds - words.gb_seconds <= most * MOST_VCPUS
    assert voices.gb_seconds < both.gb_seconds
    assert (words.chunks, both.chunks, voices.chunks) == (count, count, count)


def test_silence_can_be_planned() -> None:
    assert plan(job_of(speed_of("tiny.en"), 0), Goal()).chunks == 0
