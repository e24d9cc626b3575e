"""The cheapest of all ways to divide words into cues is taken: held against trying each of
them.
"""

from collections.abc import Sequence
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.transcript.captions.breaks import reluctances
from fanscribe.transcript.captions.cue_limits import LONGEST_CUE, SHORTEST_CUE, CueLimits
from fanscribe.transcript.captions.division import (
    LONELY,
    SECOND_MISSING,
    SEGMENT_END_INSIDE,
    TOO_MANY,
    divide,
)
from fanscribe.transcript.captions.pieces import CaptionPiece

# every text fits on a line
SCREENS = st.builds(CueLimits, st.integers(17, 30), st.integers(1, 3), st.sampled_from([0, 6]))
TEXTS = st.sampled_from(["a", "of", "one", "three,", "lighthouse", "Yes.", "internation"])
TIMES = st.sampled_from([0, 100, 300, 600, 900, 3_000])


@st.composite
def a_run(draw: st.DrawFn) -> list[CaptionPiece]:
    now, run = 0, []
    for text, pause, length, ends in draw(
        st.lists(st.tuples(TEXTS, TIMES, TIMES, st.integers(0, 3)), min_size=1, max_size=14)
    ):
        run.append(
            CaptionPiece(
                text, now + pause, now + pause + length, spaced=True, ends_segment=ends == 0
            )
        )
        now = run[-1].end
    return run


def lines_of(cue: Sequence[CaptionPiece], screen: CueLimits) -> int:
    """As many as it takes where each line takes what it can."""
    count, room, used = 1, screen.room, -1
    for piece in cue:
        used += 1 + len(piece.text)
        if used > room:
            count, room, used = count + 1, screen.width, len(piece.text)
    return count


def cost_of_a_cue(
    run: Sequence[CaptionPiece], first: int, last: int, until: int, screen: CueLimits
) -> float | None:
    """None: it is too large or too long."""
    cue = run[first:last]
    if len(cue) > 1 and (
        lines_of(cue, screen) > screen.lines or any(p.end - cue[0].start > LONGEST_CUE for p in cue)
    ):
        return None
    fullness = sum(1 + len(piece.text) for piece in cue) / (screen.width * screen.lines)
    following = run[last].start if last < len(run) else until
    whole = cue[-1].ends_segment and (first == 0 or run[first - 1].ends_segment)
    return (
        reluctances(run)[last - 1]
        + fullness**2
        + SEGMENT_END_INSIDE * sum(piece.ends_segment for piece in cue[:-1])
        + SECOND_MISSING * max(0, SHORTEST_CUE - (following - cue[0].start)) / 1000
        + (0 if whole else LONELY * max(0, 1 - 4 * fullness))
    )


@given(a_run(), st.integers(0, 3_000), SCREENS, st.booleans())
def test_no_way_is_cheaper(
    run: list[CaptionPiece], free: int, screen: CueLimits, fewest: bool
) -> None:
    until = run[-1].start + free

    def cost(first: int, last: int) -> float | None:
        found = cost_of_a_cue(run, first, last, until, screen)
        return None if found is None else found + TOO_MANY * fewest

    @cache
    def cheapest(first: int) -> float:
        """The cheapest of all ways to divide what begins with `first`."""
        if first == len(run):
            return 0
        tried = [(cost(first, last), last) for last in range(first + 1, len(run) + 1)]
        return min(found + cheapest(last) for found, last in tried if found is not None)

    taken, first = 0.0, 0
    for cue in divide(run, until, screen, fewest=fewest):
        found = cost(first, first + len(cue))
        assert found is not None
        taken, first = taken + found, first + len(cue)
    assert first == len(run)
    assert abs(taken - cheapest(0)) < 1e-6
