"""Timing: when each cue comes and goes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from fanscribe.transcript.captions.cue_limits import LONGEST_CUE, SHORTEST_CUE
from fanscribe.transcript.captions.pieces import CaptionPiece


def times(shown: Sequence[Sequence[CaptionPiece]], duration: int) -> Iterator[tuple[int, int]]:
    """Times at which each cue comes and goes.

    A cue stays as long as its words, or longer if they are too short, into the free time after
    them.
    """
    starts = _apart(_into_free_time(shown, duration), duration)
    for cue, start, until in zip(shown, starts, [*starts, duration][1:], strict=True):
        yield start, min(max(cue[-1].end, start + SHORTEST_CUE), until, start + LONGEST_CUE)


def _into_free_time(shown: Sequence[Sequence[CaptionPiece]], duration: int) -> Iterator[int]:
    """Starts: of a cue that has too little time until the next one, earlier, as far as there was
    nothing before it.
    """
    free = 0
    untils = [*(cue[0].start for cue in shown), duration][1:]
    for cue, until in zip(shown, untils, strict=True):
        start = cue[0].start
        yield min(start, max(free, until - SHORTEST_CUE))
        free = max(cue[-1].end, start + SHORTEST_CUE)


def _apart(starts: Iterable[int], duration: int) -> list[int]:
    """Starts a second apart, or an equal share of the recording, each moved no further than the
    furthest must be.

    Halfway between pushing all later and pulling all earlier: isotonic regression under the maximum
    norm.
    """
    wished = list(starts)
    apart = min(SHORTEST_CUE, duration // max(1, len(wished)))
    later = accumulate(wished, lambda before, start: max(start, before + apart))
    earlier = reversed(
        list(accumulate(reversed(wished), lambda after, start: min(start, after - apart)))
    )
    between = ((late + early) // 2 for late, early in zip(later, earlier, strict=True))
    return [
        max(i * apart, min(start, duration - (len(wished) - i) * apart))  # inside the recording
        for i, start in enumerate(between)
    ]
