"""Division: which pieces share a cue."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

from fanscribe.transcript.build import PAUSE
from fanscribe.transcript.captions.breaks import reluctances
from fanscribe.transcript.captions.cue_limits import LONGEST_CUE, SHORTEST_CUE, CueLimits
from fanscribe.transcript.captions.lines import furthest
from fanscribe.transcript.captions.pieces import CaptionPiece, written

# Costs of a cue besides the break behind it; its fullness, squared, up to 1, so that cues of one
# sentence are of a length.
SEGMENT_END_INSIDE = 5
SECOND_MISSING = 10  # a second that it lacks of its shortest time
# the less of a quarter of the screen it fills, if it is a part of a sentence: "and why."
LONELY = 8
TOO_MANY = 1_000_000  # more than all else: for each cue, where only the fewest will do


def runs(pieces: Sequence[CaptionPiece]) -> Iterator[Sequence[CaptionPiece]]:
    """Parted at pauses, where the speaker changes, and around gaps, which no cue may hold."""
    first = 0
    for i, (here, following) in enumerate(pairwise(pieces), start=1):
        other = (here.in_gap, here.speaker) != (following.in_gap, following.speaker)
        if following.start - here.end >= PAUSE or other:
            yield pieces[first:i]
            first = i
    if pieces:
        yield pieces[first:]


def divide(
    run: Sequence[CaptionPiece], until: int, screen: CueLimits, *, fewest: bool = False
) -> list[Sequence[CaptionPiece]]:
    """The cheapest way to divide a run into cues, of all ways: a shortest path.

    `until` is when the next run begins.
    """
    starts, ends = [*(piece.start for piece in run), until], [piece.end for piece in run]
    begins_segment = [True, *(piece.ends_segment for piece in run)]
    ended = list(accumulate(begins_segment[1:], initial=0))  # segments before each piece
    characters, full = written(run), furthest(run, screen)
    breaks = [TOO_MANY * fewest + reluctance for reluctance in reluctances(run)]
    fullness, lonely = _costs_by_size(screen)
    # up to each piece, and where the last cue begins
    costs, origins = [0.0, *[math.inf] * len(run)], [0] * (len(run) + 1)
    for first, (start, most) in enumerate(zip(starts, full, strict=False)):
        so_far, latest = costs[first], start + LONGEST_CUE
        ways = zip(ends[first:most], breaks[first:most], costs[first + 1 : most + 1], strict=True)
        for last, (end, reluctance, least) in enumerate(ways, first + 1):
            if end > latest and last > first + 1:
                break
            if so_far + reluctance >= least:
                continue  # and no cost is below 0: most come no further
            size, time = characters[last] - characters[first], starts[last] - start
            cost = (
                reluctance + fullness[size] + SEGMENT_END_INSIDE * (ended[last - 1] - ended[first])
            )
            if time < SHORTEST_CUE:
                cost += SECOND_MISSING * (SHORTEST_CUE - time) / 1000
            if not (begins_segment[first] and begins_segment[last]):
                cost += lonely[size]
            if so_far + cost < least:
                costs[last], origins[last] = so_far + cost, first
    return _followed_back(run, origins)


@cache
def _costs_by_size(screen: CueLimits) -> tuple[list[float], list[float]]:
    """Costs of a cue's fullness and loneliness, by its characters, up to a space more on each line
    than fits.
    """
    shares = [
        size / (screen.width * screen.lines)
        for size in range((screen.width + 1) * screen.lines + 1)
    ]
    return [share**2 for share in shares], [LONELY * max(0, 1 - 4 * share) for share in shares]


def _followed_back(
    run: Sequence[CaptionPiece], origins: Sequence[int]
) -> list[Sequence[CaptionPiece]]:
    cues, last = [], len(run)
    while last:
        cues.append(run[origins[last] : last])
        last = origins[last]
    return cues[::-1]
