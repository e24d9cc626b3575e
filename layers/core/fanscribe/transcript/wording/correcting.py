"""Passages that are to be written otherwise, and what is kept of that. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fanscribe.documents.wording import Correction, Why
from fanscribe.transcript.build import Segment, Transcript, in_order
from fanscribe.transcript.wording.rewording import Change, cased, reworded_run, word_ends
from fanscribe.transcript.wording.said_text import SaidText


class Passage(NamedTuple):
    """The tokens `first` to `last`, included, and what they are taken for."""

    first: int
    last: int
    now: str
    score: float


def corrected(
    run: Sequence[Segment], said: SaidText, passages: Iterable[Passage], why: Why
) -> tuple[list[Segment], list[Correction]]:
    """Segments with passages of their joined words as they are taken for, and the corrections that
    this took.
    """
    changes, made = list[Change](), list[Correction]()
    words = [word for segment in run for word in segment.words]
    ends = word_ends(words)
    for passage in sorted(passages):
        start, end = said.span(passage.first, passage.last)
        was = said.text[start:end]
        now = cased(was, passage.now)
        if was == now:
            continue
        changes.append(Change(start, end, now))
        made.append(
            Correction(
                start=words[bisect_right(ends, start)].start,
                end=words[bisect_left(ends, end)].end,
                was=was,
                now=now,
                why=why,
                score=round(passage.score, 3),
                channel=run[0].channel,
            )
        )
    return reworded_run(run, changes), made


def with_corrections(
    transcript: Transcript, segments: Iterable[Segment], made: Iterable[Correction]
) -> Transcript:
    """The transcript with these segments, and with its corrections."""
    by_start = sorted(made, key=lambda each: (each.start, each.channel or 0))
    update = {"segments": in_order(segments), "corrections": tuple(by_start)}
    return transcript.model_copy(update=update)
