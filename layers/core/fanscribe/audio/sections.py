"""How a very long recording is shared out: in sections of its file, each decoded by itself. Pure.

A section is a share of the file's bytes: a packet of sound belongs to where it begins. So sections
are known before anything is decoded, hold every packet once, and depend on nothing but the
recording.
"""

from collections.abc import Iterable
from typing import NamedTuple

from fanscribe.audio.timeline import TOLERANCE

SECTION_S = 3600  # of sound in a section, at least: four seconds of listening
# below three hours one invocation is nearly as fast: the others would have to start first
FEWEST, MOST = 3, 20
# a section's decoder and VAD begin this part of its length earlier, some two minutes: both have a
# memory
WARM = 32


LEAST_WARM = 65_307  # bytes, a page of Ogg: its packets begin, for FFmpeg, where the page does


class Section(NamedTuple):
    """Packets that begin at the bytes [start, end) of a file; those from `warm` to `start` are
    decoded to warm up alone.
    """

    warm: int
    start: int
    end: int


def how_many(seconds: float) -> int:
    """Number of sections for a recording of about `seconds`. 1: it is not worth cutting."""
    count = min(MOST, int(seconds // SECTION_S))
    return count if count >= FEWEST else 1


def section(size: int, count: int, number: int) -> Section:
    """One of `count` equal shares of a file of `size` bytes.

    Together they are all of it, to whatever end it has.
    """
    start, end = size * number // count, size * (number + 1) // count
    warm = max(size // count // WARM, LEAST_WARM)
    return Section(max(0, start - warm), start, end)


def laid_end_to_end(sections: Iterable[tuple[int | None, int]]) -> list[tuple[int, int]]:
    """Say where sections come to lie, [start, end) in samples, given where each begins and how long
    it is.

    Each begins where the file's clock has it, or right after the one before: where the clock does
    not say otherwise (None: it says nothing), where it says so by no more than rounding, and where
    it goes back.
    """
    spans: list[tuple[int, int]] = []
    end = 0
    for start, samples in sections:
        begin = end if start is None or not spans or start - end <= TOLERANCE else start
        end = begin + samples
        spans.append((begin, end))
    return spans
