"""Laws of the plan."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.plan import Tile
from fanscribe.tiling.tiles import (
    LONG_SILENCE,
    MARGIN,
    SHORTEST_SILENCE,
    SHORTEST_WORD,
    SMALLEST_SHARE,
    plan_chunks,
    plan_tiles,
    speech_spans,
)
from fanscribe.times import FRAME, SAMPLE_RATE, WINDOW
from tests.support.builders import tiles

SPEECH, SILENCE = 0.9, 0.1
QUIET, LOUD = 0.01, 0.3


def frames_of(*runs: tuple[float, float]) -> tuple[list[float], list[float], int]:
    """Frames for runs of (seconds, probability), and the length in samples."""
    probabilities = [
        probability
        for seconds, probability in runs
        for _ in range(round(seconds * SAMPLE_RATE / FRAME))
    ]
    return (
        probabilities,
        [LOUD if p >= 0.5 else QUIET for p in probabilities],
        len(probabilities) * FRAME,
    )


recordings = st.lists(
    st.tuples(st.floats(0.032, 45), st.sampled_from([SPEECH, SILENCE, 0.4])), max_size=25
).flatmap(lambda runs: st.tuples(st.just(frames_of(*runs)), st.integers(0, FRAME - 1)))


def planned(
    recording: tuple[tuple[list[float], list[float], int], int],
) -> tuple[tuple[Tile, ...], int]:
    (probabilities, levels, samples), missing = recording
    samples = max(0, samples - missing)  # the last frame may be cut short
    return plan_tiles(probabilities, levels, samples), samples


@given(recordings)
def test_tiles_partition_the_recording_to_the_sample(
    recording: tuple[tuple[list[float], list[float], int], int],
) -> None:
    plan, samples = planned(recording)
    assert (
        [tile.start for tile in plan] == [0, *(tile.end for tile in plan[:-1])]
        if plan
        else samples == 0
    )
    assert not plan or plan[-1].end == samples
    assert [tile.index for tile in plan] == list(range(len(plan)))


@given(recordings)
def test_no_tile_is_empty_or_longer_than_a_window(
    recording: tuple[tuple[list[float], list[float], int], int],
) -> None:
    plan, _ = planned(recording)
    assert all(0 < tile.end - tile.start <= WINDOW for tile in plan)


@given(recordings)
def test_every_inner_boundary_is_a_whole_millisecond(
    recording: tuple[tuple[list[float], list[float], int], int],
) -> None:
    plan, _ = planned(recording)
    assert all(tile.start % FRAME == 0 for tile in plan)


@given(recordings)
def test_the_tiles_speech_is_the_recordings_speech(
    recording: tuple[tuple[list[float], list[float], int], int],
) -> None:
    plan, samples = planned(recording)
    spans = [(start, min(end, samples)) for start, end in speech_spans(recording[0][0], samples)]
    for tile in plan:
        inside = [(max(start, tile.start), min(end, tile.end)) for start, end in spans]
        spoken = sum(max(0, end - start) for start, end in inside)
        assert tile.spoken == (spoken if spoken >= SHORTEST_WORD else 0), (
            "but for what is too short to be a word"
        )
    assert all(tile.start <= start < end <= tile.end for tile in plan for start, end in tile.speech)


def test_a_boundary_is_the_latest_silence_that_the_window_allows() -> None:
    plan = plan_tiles(
        *frames_of((12, SPEECH), (0.64, SILENCE), (12, SPEECH), (0.64, SILENCE), (12, SPEECH))
    )
    (first, second) = plan
    assert first.end == second.start
    # the middle of the second silence
    assert abs(first.end / SAMPLE_RATE - (12 + 0.64 + 12 + 0.32)) < 0.05


def test_in_a_longer_silence_the_boundary_is_shortly_before_the_speech() -> None:
    first, _ = plan_tiles(*frames_of((15, SPEECH), (4, SILENCE), (15, SPEECH)))
    assert 18.4 < first.end / SAMPLE_RATE < 18.6


def test_a_boundary_stays_clear_of_the_word_before_it() -> None:
    plan = plan_tiles(
        *frames_of((20, SPEECH), (0.5, SILENCE), (9.44, SPEECH), (1, SILENCE), (9, SPEECH))
    )
    assert plan[0].end <= WINDOW
    end_of_speech = plan[0].speech[-1][1]
    assert plan[0].end - end_of_speech >= MARGIN or plan[0].end < 21 * SAMPLE_RATE


def test_where_nobody_pauses_the_cut_is_at_the_quietest_point() -> None:
    probabilities, levels, samples = frames_of((40, SPEECH))
    quietest = round(26 * SAMPLE_RATE / FRAME)
    levels[quietest - 1 : quietest + 2] = [0.05] * 3
    first, second = plan_tiles(probabilities, levels, samples)
    assert first.end == second.start == quietest * FRAME


def test_a_long_silence_is_a_tile_of_its_own() -> None:
    assert LONG_SILENCE == 10 * SAMPLE_RATE
    plan = plan_tiles(*frames_of((8, SPEECH), (13, SILENCE), (8, SPEECH)))
    assert [tile.silent for tile in plan] == [False, True, False]


def test_a_recording_of_silence_is_silent_tiles() -> None:
    plan = plan_tiles(*frames_of((70, SILENCE)))
    assert len(plan) == 3
    assert all(tile.silent for tile in plan)


def test_a_recording_of_nothing_has_no_tiles() -> None:
    assert plan_tiles([], [], 0) == ()


def test_gaps_shorter_than_the_shortest_silence_are_bridged() -> None:
    gap = SHORTEST_SILENCE / SAMPLE_RATE
    assert len(speech_spans(*frames_of((1, SPEECH), (gap - 0.032, SILENCE), (1, SPEECH))[::2])) == 1
    assert len(speech_spans(*frames_of((1, SPEECH), (gap + 0.032, SILENCE), (1, SPEECH))[::2])) == 2


def test_between_the_thresholds_speech_goes_on_but_does_not_begin() -> None:
    assert len(speech_spans(*frames_of((1, SPEECH), (1, 0.4), (1, SPEECH))[::2])) == 1
    assert speech_spans(*frames_of((1, 0.4))[::2]) == []


@given(
    st.integers(0, 60),
    st.integers(1, 20),
    st.sets(st.integers(0, 59)),
    st.none() | st.integers(1, 9),
)
def test_chunks_hold_every_tile_with_speech_once_and_in_order(
    count: int, chunk_tiles: int, silent: set[int], places: int | None
) -> None:
    plan = tiles(count, silent=silent)
    chunks = plan_chunks(plan, chunk_tiles, places)
    held = [tile for chunk in chunks for tile in range(chunk.first, chunk.last + 1)]
    assert held == sorted(set(held))
    assert {tile.index for tile in plan if not tile.silent} <= set(held)
    assert all(chunk.last - chunk.first < chunk_tiles for chunk in chunks)


@given(st.integers(0, 200), st.integers(2, 20), st.integers(1, 9))
def test_guided_chunks_never_grow_and_the_last_ones_leave_no_place_waiting(
    count: int, chunk_tiles: int, places: int
) -> None:
    sizes = [
        chunk.last - chunk.first + 1 for chunk in plan_chunks(tiles(count), chunk_tiles, places)
    ]
    assert sizes == sorted(sizes, reverse=True)
    left = count
    for size in sizes:
        assert size <= max(SMALLEST_SHARE, -(-left // places)), (
            "more than one place's share of what is left"
        )
        left -= size


def test_half_an_hour_for_two_places_is_shared_out_in_fewer_and_fewer_tiles() -> None:
    sizes = [chunk.last - chunk.first + 1 for chunk in plan_chunks(tiles(64), 8, 2)]
    assert sizes == [8, 8, 8, 8, 8, 8, 8, 4, 2, 2]


def test_a_chunk_of_silence_alone_is_nobodys_work() -> None:
    assert [(chunk.first, chunk.last) for chunk in plan_chunks(tiles(6, silent=(2, 3)), 2)] == [
        (0, 1),
        (4, 5),
    ]
