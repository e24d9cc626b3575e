"""An Ogg file in runs, between whose pages nothing is lost: known by numbers and checksums."""

import io
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.ogg import AT_ONCE, Run, pages, runs
from tests.support.broken_media import checked

FIRST, LAST = 2, 4
MAGIC = b"OpusHead\x01\x01\x38\x01" + bytes(7)  # a delay of 312
SECOND = 48_000


def a_page(number: int, granule: int, flags: int = 0, serial: int = 7, body: bytes = b"") -> bytes:
    size = len(body)
    table = bytes([255] * (size // 255) + [size % 255])
    head = granule.to_bytes(8, "little", signed=True) + serial.to_bytes(4, "little")
    head += number.to_bytes(4, "little") + bytes(4) + bytes([len(table)])
    return checked(b"OggS\0" + bytes([flags]) + head + table + body)


def a_file(count: int, serial: int = 7, size: int = 50) -> list[bytes]:
    """Headers and pages of a second."""
    noise = random.Random(serial)
    head = [a_page(0, 0, FIRST, serial, MAGIC), a_page(1, 0, 0, serial, b"OpusTags")]
    flags = [0] * (count - 1) + [LAST]
    sound = [
        a_page(number + 2, (number + 1) * SECOND, flag, serial, noise.randbytes(size))
        for number, flag in enumerate(flags)
    ]
    return head + sound


def runs_of(parts: Sequence[bytes]) -> list[Run]:
    return runs(io.BytesIO(b"".join(parts)))


def place_of(parts: Sequence[bytes], number: int) -> int:
    return sum(map(len, parts[:number]))


def test_a_whole_file_is_one_run_with_its_headers() -> None:
    parts = a_file(5)
    (run,) = runs_of(parts)
    assert (run.start, run.end) == (0, place_of(parts, 7))
    assert run.head == (0, place_of(parts, 2))
    assert run.ends == {0: 5 * SECOND - 312}
    assert run.ended
    assert (run.torn, run.lost, run.tail) == (False, {}, 0)


@given(st.integers(2, 7), st.integers(1, 3))
def test_behind_lost_pages_a_run_begins(at: int, count: int) -> None:
    parts = a_file(12)
    there = [*parts[:at], *parts[at + count :]]
    *before, after = runs_of(there)
    assert (after.torn, after.start) == (True, place_of(there, at))
    assert after.first == (at == 2), "no sound is before it"
    assert [run.end for run in before] == ([] if at == 2 else [place_of(there, at)])


@given(st.integers(2, 12), st.integers(0, 10**6), st.integers(1, 255))
def test_one_wrong_byte_loses_its_page_and_no_other(at: int, where: int, flipped: int) -> None:
    parts = a_file(12)
    page = bytearray(parts[at])
    page[where % len(page)] ^= flipped
    there = [*parts[:at], bytes(page), *parts[at + 1 :]]
    *_, last = runs_of(there)
    assert (last.torn, last.start) == (True, place_of(there, at + 1))
    whole = [page.start for page in pages(io.BytesIO(b"".join(there))) if page.whole]
    assert whole == [place_of(there, each) for each in range(len(there) + 1) if each != at]


@pytest.mark.parametrize("size", [1, 254, 255, 60_000])
def test_pages_are_found_wherever_reading_is_interrupted(size: int) -> None:
    """They are read a megabyte at once."""
    count = 2 * AT_ONCE // max(size, 1_000)
    parts = a_file(min(count, 40), size=size)
    found = list(pages(io.BytesIO(b"".join(parts))))
    assert [page.end for page in found] == [
        *(place_of(parts, number + 1) for number in range(len(parts))),
        place_of(parts, len(parts)),
    ]
    assert all(page.whole for page in found)


def test_what_is_cut_through_says_when_it_would_have_ended() -> None:
    parts = a_file(5)
    (run,) = runs_of([*parts[:5], parts[5][:-9]])
    assert run.ends == {0: 3 * SECOND - 312}
    assert run.lost == {0: 4 * SECOND - 312}
    assert (run.ended, run.tail) == (False, len(parts[5]) - 9)


def test_a_joined_file_whose_beginning_is_lost_is_lost_to_its_end() -> None:
    first, second = a_file(4, 7), a_file(6, 8)
    (run,) = runs_of([*first, *second[1:]])
    assert run.lost == {0: 10 * SECOND - 312}


def test_a_page_that_comes_twice_is_left_out_once() -> None:
    parts = a_file(6)
    there = [*parts[:4], parts[3], *parts[4:]]
    before, after = runs_of(there)
    assert (before.end, after.start) == (place_of(there, 4), place_of(there, 5))
    assert not after.torn


def test_where_most_numbers_are_wrong_they_mean_nothing() -> None:
    parts = a_file(2)
    uncounted = [*parts[:2], *(a_page(0, (n + 1) * SECOND, body=bytes(9)) for n in range(9))]
    (run,) = runs_of(uncounted)
    assert (run.start, run.end, run.torn) == (0, place_of(uncounted, 11), False)


@given(st.binary(max_size=300), st.integers(0, 9))
def test_whatever_the_bytes_are_runs_are_in_order(noise: bytes, at: int) -> None:
    parts = a_file(8)
    found = runs_of([*parts[:at], noise, b"OggS\0", noise, *parts[at:]])
    assert found
    assert all(run.start <= run.end for run in found)
    assert [run.start for run in found] == sorted(run.start for run in found)
