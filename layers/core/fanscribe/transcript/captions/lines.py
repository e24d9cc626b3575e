"""Lines: how many there must be, and where they break within a cue."""

import math
from collections.abc import Sequence
from itertools import pairwise

from fanscribe.transcript.captions.breaks import reluctances
from fanscribe.transcript.captions.cue_limits import CueLimits
from fanscribe.transcript.captions.pieces import CaptionPiece, written

# Costs of a line: its fullness, squared, and a break at 6 % of what it costs between cues, so
# that balance counts for more.
LINE_BREAK = 0.06
# each line's fullness weighs a little more than the next one's: rather the longer line below
TOP_HEAVY = 0.1


def furthest(pieces: Sequence[CaptionPiece], screen: CueLimits) -> list[int]:
    """Last piece of the fullest cue, for each piece that a cue may begin with."""
    first_line, line = _line_ends(pieces, screen.room), _line_ends(pieces, screen.width)
    reached = first_line
    for _ in range(screen.lines - 1):
        reached = [line[last] for last in reached]
    return reached[:-1]


def _line_ends(pieces: Sequence[CaptionPiece], room: int) -> list[int]:
    """For each piece, behind which one a line that begins with it is full.

    A piece always fits; behind the last, nothing does.
    """
    characters, ends, last = written(pieces), [], 0
    for first, piece in enumerate(pieces):
        last = max(last, first + 1)
        while (
            last < len(pieces) and characters[last + 1] - characters[first] - piece.spaced <= room
        ):
            last += 1
        ends.append(last)
    return [*ends, len(pieces)]


def broken(pieces: Sequence[CaptionPiece], screen: CueLimits) -> str:
    """A cue's text on the fewest lines that hold it, broken where it costs least."""
    if len(whole := one_line(pieces)) <= screen.room:
        return whole
    return "\n".join(
        one_line(pieces[first:last]) for first, last in pairwise(_cheapest_ends(pieces, screen))
    )


def _cheapest_ends(pieces: Sequence[CaptionPiece], screen: CueLimits) -> list[int]:
    """Behind which pieces the lines end, after a 0."""
    characters, breaks = written(pieces), reluctances(pieces)
    count = _fewest(characters, pieces, screen)
    # pieces on the lines so far: cost, and where the lines end
    best: dict[int, tuple[float, list[int]]] = {0: (0, [0])}
    for number in range(count):
        room = screen.width if number else screen.room
        weight = 1 + TOP_HEAVY * (count - number)
        reached: dict[int, tuple[float, list[int]]] = {}
        for first, (cost, ends) in best.items():
            rest = range(first + 1, len(pieces) + 1) if number < count - 1 else (len(pieces),)
            for last in rest:
                used = characters[last] - characters[first] - pieces[first].spaced
                if used > room:
                    break
                more = weight * (used / room) ** 2 + LINE_BREAK * breaks[last - 1]
                reached[last] = min(reached.get(last, (math.inf, [])), (cost + more, [*ends, last]))
        best = reached
    return best[len(pieces)][1]


def _fewest(characters: Sequence[int], pieces: Sequence[CaptionPiece], screen: CueLimits) -> int:
    """Lines that are needed where each takes what it can."""
    count, room, first = 1, screen.room, 0
    for last in range(1, len(pieces)):
        if characters[last + 1] - characters[first] - pieces[first].spaced > room:
            count, room, first = count + 1, screen.width, last
    return count


def one_line(pieces: Sequence[CaptionPiece]) -> str:
    """Their text, as it is where it fits on a line."""
    return "".join(f" {piece.text}" if piece.spaced else piece.text for piece in pieces).strip()
