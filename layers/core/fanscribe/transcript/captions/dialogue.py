"""Dialogue: two who answer each other at once share a cue, a line with a dash for each."""

from collections.abc import Callable, Iterator, Sequence

from fanscribe.transcript.build import PAUSE
from fanscribe.transcript.captions.cue_limits import LONGEST_CUE, SHORTEST_CUE
from fanscribe.transcript.captions.pieces import CaptionPiece

DASH = "- "

Turns = tuple[Sequence[CaptionPiece], ...]
"""A cue shows one speaker's words, or those of two."""


def in_dialogue(
    shown: Sequence[Sequence[CaptionPiece]], fits: Callable[[Sequence[CaptionPiece]], bool]
) -> Iterator[Turns]:
    """Cues in their order, those together that are too short to stand alone.

    `fits` tells whether a line holds them, with a dash and a label.
    """
    first = 0
    while first < len(shown):
        turns = tuple(shown[first : first + 2])
        if not (len(turns) == 2 and _answered(*turns) and all(map(fits, turns))):
            turns = turns[:1]
        yield turns
        first += len(turns)


def _answered(here: Sequence[CaptionPiece], reply: Sequence[CaptionPiece]) -> bool:
    speakers = here[-1].speaker, reply[0].speaker
    if None in speakers or speakers[0] == speakers[1]:
        return False
    brief = min(_length(here), _length(reply)) < SHORTEST_CUE
    near = reply[0].start - here[-1].end < PAUSE
    return brief and near and reply[-1].end - here[0].start <= LONGEST_CUE


def _length(cue: Sequence[CaptionPiece]) -> int:
    return cue[-1].end - cue[0].start
