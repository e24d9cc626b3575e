"""Where sound belongs on the file's clock: laws over packets of any times."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.timeline import CONFIRMED, LONGEST_OVERLAP, TOLERANCE, Arrival, Timeline
from fanscribe.times import SAMPLE_RATE, SAMPLES_PER_MS

PACKET = 20 * SAMPLES_PER_MS  # samples, as Opus and AMR have them
DAY = 24 * 3600 * SAMPLE_RATE
MS = SAMPLES_PER_MS


def played(
    timeline: Timeline[int], packets: Sequence[tuple[float | None, bool]], size: int = 100
) -> dict[int, int]:
    """Where each packet that can be decoded comes to lie; each is its time, and whether it is
    whole.
    """
    places: dict[int, int] = {}
    here = 0
    found = []
    for number, (at, whole) in enumerate(packets):
        first, last = number * size, (number + 1) * size
        if whole:
            found += list(timeline.sound(Arrival(at, PACKET, number, first, last)))
        else:
            found += list(timeline.damage(at, PACKET, last))
    found += list(timeline.finish())
    for number, at in found:
        here = here if at is None else at
        places[number] = here
        here += PACKET
    return places


def in_a_row(count: int, start: float = 0) -> list[tuple[float | None, bool]]:
    return [(start + i * PACKET, True) for i in range(count)]


def a_timeline(*, counted: bool = False, end: float | None = None) -> Timeline[int]:
    return Timeline(DAY, end, counted)


@given(st.integers(0, 60 * SAMPLE_RATE))
def test_sound_that_starts_late_begins_where_the_file_says(late: int) -> None:
    places = played(a_timeline(), in_a_row(50, late))
    assert places[0] == (late if late > TOLERANCE else 0)
    assert [places[i] - places[0] for i in range(50)] == [i * PACKET for i in range(50)]


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.integers(TOLERANCE + 1, 30 * SAMPLE_RATE)), max_size=12
    )
)
def test_every_gap_is_as_long_as_the_file_says_also_between_single_packets(
    runs: list[tuple[int, int]],
) -> None:
    packets: list[tuple[float | None, bool]] = []
    now = 0
    for count, gap in runs:
        packets += in_a_row(count, now)
        now += count * PACKET + gap
    packets += in_a_row(20, now)
    timeline = a_timeline()
    places = played(timeline, packets)
    assert all(places[i] == at for i, (at, _) in enumerate(packets))
    assert timeline.position == now + 20 * PACKET
    assert timeline.undecodable == []


@given(st.lists(st.integers(-14 * MS, 14 * MS), min_size=60, max_size=60))
def test_timestamps_that_tremble_move_nothing(offs: list[int]) -> None:
    packets = [
        (at + off if at else at, whole) for (at, whole), off in zip(in_a_row(60), offs, strict=True)
    ]
    places = played(a_timeline(), packets)
    assert [places[i] for i in range(60)] == [i * PACKET for i in range(60)]


@given(st.integers(1, 48), st.floats(-3600 * SAMPLE_RATE, 3600 * SAMPLE_RATE))
def test_one_timestamp_that_is_wrong_moves_nothing(which: int, off: float) -> None:
    packets = in_a_row(60)
    packets[which] = (which * PACKET + off, True)
    places = played(a_timeline(), packets)
    assert [places[i] for i in range(60)] == [i * PACKET for i in range(60)]


@given(st.integers(20, 100), st.integers(0, 20))
def test_a_clock_that_begins_again_goes_on(first: int, start: int) -> None:
    packets = [*in_a_row(first, start * MS), *in_a_row(40, start * MS)]
    places = played(a_timeline(), packets)
    assert [places[i] for i in range(first + 40)] == [i * PACKET for i in range(first + 40)]


def test_a_step_back_that_is_short_is_an_overlap_and_the_time_goes_on() -> None:
    before, back = 500, 1_000 * MS
    packets = [*in_a_row(before), *in_a_row(200, before * PACKET - back)]
    timeline = a_timeline()
    places = played(timeline, packets)
    assert places[before] == before * PACKET - back, (
        "what reads this leaves out what is there already"
    )
    assert timeline.position == before * PACKET - back + 200 * PACKET
    assert timeline.overlapped == back


def test_a_step_back_that_is_long_loses_nothing() -> None:
    before = 3_000
    packets = [*in_a_row(before), *in_a_row(200, before * PACKET - LONGEST_OVERLAP - SAMPLE_RATE)]
    timeline = a_timeline()
    played(timeline, packets)
    assert timeline.position == (before + 200) * PACKET
    assert timeline.overlapped == 0


@pytest.mark.parametrize("end", [None, 10.0 * SAMPLE_RATE])
def test_a_jump_that_can_not_be_is_counted_through(end: float | None) -> None:
    jump = 3 * DAY if end is None else 60 * SAMPLE_RATE
    packets = [*in_a_row(100), *in_a_row(100, 100 * PACKET + jump)]
    timeline = a_timeline(end=end)
    places = played(timeline, packets)
    assert [places[i] for i in range(200)] == [i * PACKET for i in range(200)]
    assert timeline.miscounted == jump


@given(
    st.lists(st.booleans(), min_size=30, max_size=200).map(
        lambda whole: [*[True] * 15, *whole, *[True] * 15]
    )
)
def test_what_is_whole_stays_where_it_was_and_damage_fills_the_rest(whole: list[bool]) -> None:
    packets = [(i * PACKET, good) for i, good in enumerate(whole)]
    timeline = a_timeline()
    places = played(timeline, packets)
    assert all(at == number * PACKET for number, at in places.items())
    damaged = {place for start, end in timeline.undecodable for place in range(start, end, PACKET)}
    assert damaged | set(places.values()) == {i * PACKET for i in range(len(whole))}
    assert {i * PACKET for i, good in enumerate(whole) if not good} <= damaged
    assert not damaged & set(places.values())


def test_what_is_decoded_between_two_damaged_packets_for_a_moment_is_noise() -> None:
    few = CONFIRMED // PACKET - 1
    whole = [*[True] * 50, False, *[True] * few, False, *[True] * 50]
    timeline = a_timeline()
    places = played(timeline, [(i * PACKET, good) for i, good in enumerate(whole)])
    assert timeline.undecodable == [(50 * PACKET, (50 + few + 2) * PACKET)]
    assert len(places) == 100


@given(st.integers(1, 3_000), st.integers(1, 40))
def test_where_packets_are_counted_damage_is_measured_in_bytes(lost: int, seen: int) -> None:
    """FFmpeg makes any number of packets of noise, so their number says nothing."""
    timeline, size = a_timeline(counted=True), 100
    for number in range(200):
        list(
            timeline.sound(
                Arrival(number * PACKET, PACKET, number, number * size, (number + 1) * size)
            )
        )
    end = (200 + lost) * size
    for number in range(seen):
        list(timeline.damage((200 + number) * PACKET, PACKET, end))
    for number in range(60):
        first = end + number * size
        at = (200 + seen + number) * PACKET
        list(timeline.sound(Arrival(at, PACKET, number, first, first + size)))
    list(timeline.finish())
    ((start, stop),) = timeline.undecodable
    assert start == 200 * PACKET
    assert abs((stop - start) - lost * PACKET) <= 100 * MS


def test_tags_among_the_sound_are_no_damage() -> None:
    timeline = Timeline[int](DAY, None, counted=True, foreign=lambda first, last: last - first)
    for number in range(200):
        list(
            timeline.sound(
                Arrival(number * PACKET, PACKET, number, number * 100, (number + 1) * 100)
            )
        )
    list(timeline.damage(200 * PACKET, PACKET, 320_000))
    for number in range(60):
        first = 320_000 + number * 100
        list(timeline.sound(Arrival((201 + number) * PACKET, PACKET, number, first, first + 100)))
    list(timeline.finish())
    assert timeline.position <= 261 * PACKET


def test_a_joined_file_begins_where_the_one_before_ended_and_later_by_what_that_one_lost() -> None:
    timeline, lost = a_timeline(), 3 * SAMPLE_RATE
    for at, _ in in_a_row(50):
        list(timeline.sound(Arrival(at, PACKET, 0)))
    list(timeline.begin_anew(lost))
    placed = [each for at, _ in in_a_row(50) for each in timeline.sound(Arrival(at, PACKET, 1))]
    assert timeline.undecodable == [(50 * PACKET, 50 * PACKET + lost)]
    assert timeline.position == 100 * PACKET + lost
    assert len(placed) == 50


def test_what_overlaps_behind_damage_is_cut_off() -> None:
    timeline = a_timeline()
    for at, _ in in_a_row(200):
        list(timeline.sound(Arrival(at, PACKET, 0)))
    list(timeline.damage(None, 0, 0))
    for at, _ in in_a_row(50, 150 * PACKET):
        list(timeline.sound(Arrival(at, PACKET, 0)))
    assert timeline.overlapped == 50 * PACKET
    assert timeline.position == 200 * PACKET
    assert timeline.undecodable == []


def test_a_gap_after_a_complaint_of_the_demuxer_is_damage() -> None:
    timeline = a_timeline()
    for at, _ in in_a_row(50):
        list(timeline.sound(Arrival(at, PACKET, 0)))
    timeline.warn()
    for at, _ in in_a_row(50, 50 * PACKET + 5 * SAMPLE_RATE):
        list(timeline.sound(Arrival(at, PACKET, 0)))
    assert timeline.undecodable == [(50 * PACKET, 50 * PACKET + 5 * SAMPLE_RATE)]
