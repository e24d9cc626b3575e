"""Breaks: how little each place between two pieces invites to break there, a cue or a line."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from fanscribe.transcript.captions.pieces import CaptionPiece
from fanscribe.transcript.sentences import CLOSERS

HESITATION = 250  # ms between words that make a better break than none
# letters; such are mostly articles and prepositions, which belong to what follows ("the / hill")
SHORT_WORD = 3

# Costs of a break behind a word: nothing where a segment ends.
AT_PUNCTUATION, AT_HESITATION, ANYWHERE, AFTER_SHORT_WORD = 1, 2, 4, 5


def reluctances(pieces: Sequence[CaptionPiece]) -> list[int]:
    """Costs of a break behind each piece; behind the last, nothing."""
    return [*(_reluctance(here, following) for here, following in pairwise(pieces)), 0]


def _reluctance(here: CaptionPiece, following: CaptionPiece) -> int:
    if here.ends_segment:
        return 0
    if unicodedata.category((here.text.rstrip(CLOSERS) or here.text)[-1]) in {"Po", "Pd"}:
        return AT_PUNCTUATION
    if following.start - here.end >= HESITATION:
        return AT_HESITATION
    return AFTER_SHORT_WORD if following.spaced and len(here.text) <= SHORT_WORD else ANYWHERE
