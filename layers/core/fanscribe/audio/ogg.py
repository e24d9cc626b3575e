"""Joined Ogg files: where the next one begins (RFC 3533, "chaining"). Pure."""

from typing import BinaryIO

CAPTURE = b"OggS\x00"  # every page begins so
FIRST_PAGE = 2  # bit of the byte that follows: a logical stream begins
AT_ONCE = 1 << 20  # bytes


def next_link(file: BinaryIO, start: int) -> int | None:
    """Find the first page of the next file that is joined to the one that begins at `start`.

    The streams of one file begin together: their first pages come before all others.
    """
    inside = False  # behind the first pages of the file that begins at `start`
    file.seek(start)
    place, data = start, b""
    while more := file.read(AT_ONCE):
        data += more
        at = data.find(CAPTURE)
        while 0 <= at < len(data) - len(CAPTURE):
            begins = bool(data[at + len(CAPTURE)] & FIRST_PAGE)
            if begins and inside:
                return place + at
            inside = inside or not begins
            at = data.find(CAPTURE, at + 1)
        kept = data[-len(CAPTURE) :]
        place, data = place + len(data) - len(kept), kept
    return None
