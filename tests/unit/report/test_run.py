"""A run from its histories: every millisecond is somebody's, and nobody's twice."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.job import InvocationTimes
from fanscribe_local.report.run import ChunkRun, Run, Stretch, length, read_run
from tests.support.histories import Call, a_child, a_state, an_execution, at, split

TOOK = InvocationTimes(
    ms=9_000, memory_mb=10_240, cold=2_000, load=1_500, read=7_000, tiles=4, audio=100_000
)


def took(ms: int, cold: int = 0) -> InvocationTimes:
    return TOOK.model_copy(update={"ms": ms, "cold": cold, "load": ms // 10, "read": ms // 2})


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any children: with gaps, failed calls, cold starts that claim more than there was room for,
    and some that still run.
    """
    times, over, children = st.integers(0, 20_000), 1_000, []
    for number in range(draw(st.integers(0, 12))):
        now = start = 1_000 + draw(times)
        calls: list[Call] = []
        for _ in range(draw(st.integers(1, 3))):
            asked = now + draw(times)
            now = asked + draw(times)
            calls.append(
                Call(asked, now, took(draw(times), draw(times)))
                if draw(st.booleans())
                else Call(asked, now, None, draw(st.sampled_from([None, "Runtime.ExitError"])))
            )
        if draw(st.booleans()):
            calls[-1] = Call(calls[-1].asked, None)
            children.append(a_child(4 * number, calls, start, None, "RUNNING"))
        else:
            children.append(a_child(4 * number, calls, start, now + draw(st.integers(0, 50))))
        over = max(over, now + 50)
    events = [
        *split(900, 12, draw(st.integers(1, 5))),
        *a_state("TranscribeChunks", 950, None, "Map"),
    ]
    return read_run(an_execution(None), events, children, at(over))


def covers(stretches: list[Stretch], start: int, end: int) -> bool:
    """Whether they follow one another from the start to the end, without a gap."""
    moments = [start, *(stretch.end for stretch in stretches)]
    return moments[-1] == end and [stretch.start for stretch in stretches] == moments[:-1]


@given(runs())
def test_the_stages_of_a_chunk_are_all_of_its_time(run: Run) -> None:
    for chunk in run.chunks:
        assert covers(chunk.stretches(run.now), chunk.start, run.end_of(chunk))
    assert sum(run.chunks_took().values()) == sum(
        run.end_of(chunk) - chunk.start for chunk in run.chunks
    )


@given(runs())
def test_what_the_end_waited_for_is_all_of_the_runs_time(run: Run) -> None:
    assert covers(run.critical_path(), 0, run.now)
    path = run.critical_chunks()
    assert all(run.end_of(before) <= chunk.start for before, chunk in pairwise(path))
    assert bool(path) == bool(run.chunks)


@given(runs())
def test_rows_hold_every_chunk_once_and_are_as_many_as_ran_at_once(run: Run) -> None:
    lanes = run.lanes()
    assert sorted(chunk.first for lane in lanes for chunk in lane) == sorted(
        chunk.first for chunk in run.chunks
    )
    assert all(
        run.end_of(before) <= chunk.start for lane in lanes for before, chunk in pairwise(lane)
    )

    def most(chunks: list[ChunkRun]) -> int:
        """How many of them ran at once."""
        alike = (sum(o is c or o.start <= c.start < run.end_of(o) for o in chunks) for c in chunks)
        return max(alike, default=0)

    # others fit anywhere
    lasting = [chunk for chunk in run.chunks if chunk.start < run.end_of(chunk)]
    assert most(lasting) <= len(lanes) <= most(list(run.chunks))


def a_run() -> Run:
    """Two at once: the third chunk takes the place of the second, which failed once."""
    crashed = Call(2_000, 5_000, None, "Runtime.ExitError", '{"errorMessage": "signal 9"}')
    children = [
        a_child(0, [Call(2_000, 14_000, TOOK)], 1_990, 14_010),
        a_child(4, [crashed, Call(6_000, 16_000, took(9_000))], 1_990, 16_020),
        a_child(8, [Call(16_050, 30_000, took(13_900))], 16_040, 30_010),
    ]
    waits = [Call(10, 200, None, "JobInProgress"), Call(400, 1_800)]
    map_run = a_state("TranscribeChunks", 1_950, 30_050, "Map")
    events = [
        *split(1_900, 3, 2, waits),
        *a_state("WhatRemains", 1_900, 1_901, "Choice"),
        *map_run,
        *a_state("Merge", 30_060, 31_000),
    ]
    return read_run(an_execution(31_010), events, children, at(99_000))


def test_sections_that_are_split_side_by_side_are_one_step() -> None:
    events = [
        *split(500, 0, 2),
        *a_state("SplitSections", 600, None, "Map"),
        *a_state("SplitSection", 610, 900),
        *a_state("SplitSection", 620, 950),
        *a_state("SplitSections", 600, 1_000, "Map")[1:],
        *a_state("Split", 1_010, 1_200, output={"job": "0123", "chunks": 3, "max_concurrency": 2}),
    ]
    states = read_run(an_execution(None), events, [], at(9_000)).states
    assert [(state.name, state.start, state.end) for state in states] == [
        ("Split", 0, 500),
        ("SplitSections", 600, 1_000),
        ("Split", 1_010, 1_200),
    ]


def test_a_run_tells_each_states_time_and_each_call() -> None:
    run = a_run()
    assert [(state.name, state.start, state.end) for state in run.states] == [
        ("Split", 0, 1_900),
        ("TranscribeChunks", 1_950, 30_050),
        ("Merge", 30_060, 31_000),
    ]
    assert [attempt.error for attempt in run.states[0].attempts] == ["JobInProgress", None]
    assert (run.now, run.at_once, run.chunks_in_all, run.job) == (31_010, 2, 3, "talk-1")
    first, second, third = run.chunks
    assert first.stretches(run.now) == [
        ("between", 1_990, 2_000),
        ("queued", 2_000, 3_000),
        ("cold start", 3_000, 5_000),
        ("load", 5_000, 6_500),
        ("read", 6_500, 13_500),
        ("store", 13_500, 14_000),
        ("between", 14_000, 14_010),
    ]
    assert [(failure.error, failure.message) for failure in second.failures] == [
        ("Runtime.ExitError", "signal 9")
    ]
    assert (second.took(run.now)["failed"], second.took(run.now)["pause"]) == (3_000, 1_000)
    assert run.waited(third) == 16_040 - 1_950
    assert first.rtf == 0.07


def test_the_end_waited_for_the_last_chunk_and_that_for_the_one_whose_place_it_took() -> None:
    run = a_run()
    assert [chunk.first for chunk in run.critical_chunks()] == [4, 8]
    stages = [stretch.stage for stretch in run.critical_path()]
    assert stages[:2] == ["Split", "waiting"]
    assert stages[-3:] == ["between", "Merge", "between"]


def test_what_still_runs_runs_until_now_and_what_stopped_without_an_answer_failed() -> None:
    events = [*split(900, 5, 2), *a_state("TranscribeChunks", 950, None, "Map")]
    open_call = [Call(1_000, None)]
    running = read_run(
        an_execution(None), events, [a_child(0, open_call, 1_000, None, "RUNNING")], at(7_000)
    )
    assert running.chunks[0].took(running.now) == {"running": 6_000}
    stopped = read_run(
        an_execution(5_000, "States.Timeout"),
        events,
        [a_child(0, open_call, 1_000, 4_000, "ABORTED")],
        at(9_000),
    )
    assert stopped.chunks[0].took(stopped.now) == {"failed": 3_000}
    assert stopped.states[-1].end == 5_000


def test_a_chunk_that_failed_for_good_has_failed_though_its_child_succeeded() -> None:
    calls = [Call(1_000, 2_000), Call(2_000, 8_000, error="Sandbox.Timedout")]
    run = read_run(
        an_execution(9_000),
        split(900, 2, 2),
        [a_child(0, calls, 1_000, 8_100), a_child(4, calls[:1], 1_000, 2_000)],
        at(9_000),
    )
    assert [chunk.status for chunk in run.chunks] == ["FAILED", "SUCCEEDED"]


def test_an_answer_of_a_version_that_says_nothing_is_taken_for_reading() -> None:
    run = read_run(
        an_execution(9_000),
        split(900, 1, 1),
        [a_child(0, [Call(1_000, 8_000)], 1_000, 8_000)],
        at(9_000),
    )
    assert run.chunks[0].took(run.now) == {"read": 7_000}
    assert run.rtf is None


def test_an_execution_that_ended_before_anything_began_is_a_run_too() -> None:
    run = read_run(an_execution(0, "InvalidInput", "no"), [], [], at(0))
    assert (run.states, run.chunks, run.critical_path(), run.lanes()) == ((), (), [], [])


def test_lengths_are_shown_as_people_read_them() -> None:
    assert [length(ms) for ms in (0, 40, 4_210, 42_400, 59_499, 59_500, 151_400)] == [
        "0.00 s",
        "0.04 s",
        "4.2 s",
        "42 s",
        "59 s",
        "1:00",
        "2:31",
    ]
