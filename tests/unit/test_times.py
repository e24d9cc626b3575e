import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.times import FRAME, SAMPLE_RATE, clock, from_clock, milliseconds, seconds, timestamp


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


@given(st.integers(0, 10**9))
def test_a_time_that_was_printed_can_be_typed(ms: int) -> None:
    assert from_clock(clock(ms)) == ms // 1000 * 1000
    assert from_clock(timestamp(ms)) == ms
    assert from_clock(str(ms // 1000)) == ms // 1000 * 1000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("12:10", 730_000),
        ("1:02:03", 3_723_000),
        ("730", 730_000),
        ("90:00", 5_400_000),
        ("0:01.5", 1_500),
    ],
)
def test_times_are_typed_as_people_write_them(text: str, ms: int) -> None:
    assert from_clock(text) == ms


@pytest.mark.parametrize(
    "text", ["", "12:5", "12:75", "1:75:00", "-1", "1:2:3", "12:10:", "4h30m", "1.2345", "twelve"]
)
def test_what_is_no_time_is_reported(text: str) -> None:
    with pytest.raises(ValueError, match="is no time such as 12:10, 1:02:03 or 730"):
        from_clock(text)
