from hypothesis import given
from hypothesis import strategies as st

from fanscribe.times import FRAME, SAMPLE_RATE, clock, milliseconds, seconds, timestamp


def test_a_frame_is_a_whole_number_of_milliseconds() -> None:
    assert milliseconds(FRAME) * SAMPLE_RATE == FRAME * 1000


def test_timestamps_are_what_players_expect() -> None:
    assert timestamp(0) == "00:00:00.000"
    assert timestamp(59_999, ",") == "00:00:59,999"
    assert timestamp(3_600_000 * 26 + 61_001) == "26:01:01.001"


@given(st.integers(0, 10**9))
def test_a_timestamp_gives_its_milliseconds_back(ms: int) -> None:
    hours, minutes, rest = timestamp(ms).split(":")
    whole, fraction = rest.split(".")
    assert ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 1000 + int(fraction) == ms


@given(st.integers(0, 10**9))
def test_seconds_lose_no_millisecond(ms: int) -> None:
    assert round(seconds(ms) * 1000) == ms


def test_clocks_read_as_people_say_them() -> None:
    assert [clock(ms) for ms in (0, 61_000, 3_600_000)] == ["0:00", "1:01", "1:00:00"]
