"""Passages of a segment that are to be written otherwise, and what is kept of that. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fanscribe.documents.reading import Word
from fanscribe.documents.wording import Correction, Why
from fanscribe.transcript.build import Segment
from fanscribe.transcript.wording.rewording import Change, cased, reworded, word_ends
from fanscribe.transcript.wording.said_text import SaidText


class Passage(NamedTuple):
    """The tokens `first` to `last`, included, and what they are taken for."""

    first: int
    last: int
    now: str
    score: float


def corrected(
    segment: Segment, said: SaidText, passages: Iterable[Passage], why: Why
) -> tuple[Segment, list[Correction]]:
    """The segment with passages as they are taken for, and the corrections that this took."""
    changes, made = list[Change](), list[Correction]()
    ends = word_ends(segment.words)
    for passage in sorted(passages):
        start, end = said.span(passage.first, passage.last)
        was = said.text[start:end]
        now = cased(was, passage.now)
        if was == now:
            continue
        changes.append(Change(start, end, now))
        first, last = _words_of(segment.words, ends, start, end)
        made.append(
            Correction(
                start=first.start,
                end=last.end,
                was=was,
                now=now,
                why=why,
                score=round(passage.score, 3),
                channel=segment.channel,
            )
        )
    if not changes:
        return segment, []
    return segment.model_copy(update={"words": reworded(segment.words, changes)}), made


def _words_of(
    words: Sequence[Word], ends: Sequence[int], start: int, end: int
) -> tuple[Word, Word]:
    touched = [
        word
        for word, stop in zip(words, ends, strict=True)
        if stop > start and stop - len(word.text) < end
    ]
    return touched[0], touched[-1]
