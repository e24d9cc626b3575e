"""A redo laid over the job that it repairs: its words inside the range, that job's outside. Pure.

An edge of the range that falls into a word moves out to the word's end, and one that falls into a
stretch of which nothing was read to that stretch's end: what the range touches is done again,
whole, and everything else stays as it is. The two readings seldom agree to the millisecond on when
a word was said, so at the edges a word that both have stays where the job has it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from fanscribe.documents.job import Failure
from fanscribe.documents.plan import Plan, Redo, Tile
from fanscribe.documents.reading import Reading, Word
from fanscribe.times import SAMPLES_PER_MS, milliseconds
from fanscribe.transcript.ledger import NOT_REDONE, Redone

Words = Sequence[Word]


class JobReadings(NamedTuple):
    """All that a job knows, by tile.

    The tiles of one that repairs another are cut where its edges are.
    """

    plan: Plan
    readings: Mapping[int, Reading]
    failures: Mapping[int, Failure]
    redone: Mapping[int, Redone] = NOT_REDONE


class _Stretch(NamedTuple):
    """A tile or a piece of one, and what is known of it."""

    tile: Tile
    reading: Reading | None = None
    failure: Failure | None = None
    redone: Redone | None = None

    @property
    def words(self) -> Words:
        return self.reading.words if self.reading else ()

    @property
    def missing(self) -> bool:
        return self.reading is None and not self.tile.silent

    def before(self, at: int) -> "_Stretch":
        """The part before a sample. Words are where they begin."""
        kept = [word for word in self.words if word.start < milliseconds(at)]
        return self._replace(
            tile=_cut(self.tile, self.tile.start, min(at, self.tile.end)),
            reading=_saying(self.reading, kept),
        )

    def after(self, at: int) -> "_Stretch":
        """The rest."""
        kept = [word for word in self.words if word.start >= milliseconds(at)]
        return self._replace(
            tile=_cut(self.tile, max(at, self.tile.start), self.tile.end),
            reading=_saying(self.reading, kept),
        )


class _Edge(NamedTuple):
    """Where a tile is cut, in samples, and how many of the redo's words are before that."""

    at: int
    again: int


def lay_over(job: JobReadings, redo: JobReadings) -> JobReadings:
    """The job's readings, repaired by a redo of it."""
    if redo.plan.redo is None:
        raise ValueError(f"the job {redo.plan.job} repairs no other")
    by = Redone(job=redo.plan.job, model=redo.plan.model, options=redo.plan.options)
    again = {tile.index for tile in redo.plan.scope if not tile.silent}
    stretches = iter(_stretches(job))
    laid: list[_Stretch] = []
    for tile in redo.plan.tiles:
        inside = [next(stretches)]
        while inside[-1].tile.end < tile.end:
            inside.append(next(stretches))
        if tile.index in again:
            middle = _Stretch(
                tile, redo.readings.get(tile.index), redo.failures.get(tile.index), by
            )
            inside = _repaired(inside, middle, redo.plan.redo)
        laid += inside
    return _numbered(job.plan, laid)


def _stretches(job: JobReadings) -> Iterator[_Stretch]:
    for tile in job.plan.tiles:
        known = (
            job.readings.get(tile.index),
            job.failures.get(tile.index),
            job.redone.get(tile.index),
        )
        yield _Stretch(tile, *known)


def _numbered(plan: Plan, stretches: Sequence[_Stretch]) -> JobReadings:
    """Stretches as the tiles of a plan."""
    tiles = tuple(
        stretch.tile.model_copy(update={"index": i}) for i, stretch in enumerate(stretches)
    )
    readings = {
        i: each.reading.model_copy(update={"tile": i})
        for i, each in enumerate(stretches)
        if each.reading
    }
    failures = {i: each.failure for i, each in enumerate(stretches) if each.failure}
    redone = {i: each.redone for i, each in enumerate(stretches) if each.redone}
    return JobReadings(plan.model_copy(update={"tiles": tiles}), readings, failures, redone)


def _repaired(stretches: Sequence[_Stretch], again: _Stretch, redo: Redo) -> list[_Stretch]:
    """One tile, of which the job knows these stretches: those before the range, what was read again
    of it, those after.
    """
    tile, said = again.tile, [word for stretch in stretches for word in stretch.words]
    start, end = _Edge(tile.start, 0), _Edge(tile.end, len(again.words))
    if milliseconds(tile.start) < redo.start:
        start = _edge(_start_of_touched(redo.start, stretches), said, again.words)
    if redo.end < milliseconds(tile.end):
        end = _edge(_end_of_touched(redo.end, stretches), said, again.words)
    words = _within(again.words[start.again : end.again], start.at, end.at)
    return [
        *(stretch.before(start.at) for stretch in stretches if stretch.tile.start < start.at),
        again._replace(tile=_cut(tile, start.at, end.at), reading=_saying(again.reading, words)),
        *(stretch.after(end.at) for stretch in stretches if end.at < stretch.tile.end),
    ]


def _start_of_touched(at: int, stretches: Sequence[_Stretch]) -> int:
    """The start, in samples, of the missing stretch or the words that `at`, in ms, lies in."""
    for stretch in stretches:
        if stretch.missing and milliseconds(stretch.tile.start) < at < milliseconds(
            stretch.tile.end
        ):
            return stretch.tile.start
    touched = (
        word.start for stretch in stretches for word in stretch.words if word.start < at < word.end
    )
    return min(touched, default=at) * SAMPLES_PER_MS


def _end_of_touched(at: int, stretches: Sequence[_Stretch]) -> int:
    """The end of them, likewise."""
    for stretch in stretches:
        if stretch.missing and milliseconds(stretch.tile.start) < at < milliseconds(
            stretch.tile.end
        ):
            return stretch.tile.end
    touched = (
        word.end for stretch in stretches for word in stretch.words if word.start < at < word.end
    )
    return max(touched, default=at) * SAMPLES_PER_MS


def _edge(at: int, said: Words, again: Words) -> _Edge:
    """The cut at a sample. A redo's word is before it if its middle is, except for words that both
    readings have.
    """
    ms = milliseconds(at)
    both = [(here, j) for here in said for j, there in enumerate(again) if _same(here, there)]
    before = max((j + 1 for here, j in both if here.start < ms), default=0)
    after = min((j for here, j in both if here.start >= ms), default=len(again))
    middle = sum(word.start + word.end < 2 * ms for word in again)
    return _Edge(at, min(max(middle, before), after))


def _same(here: Word, there: Word) -> bool:
    """Two readings of one word: they sound at the same time, and alike."""
    return (
        here.start < there.end
        and there.start < here.end
        and bool(_plain(here))
        and _plain(here) == _plain(there)
    )


def _plain(word: Word) -> str:
    return re.sub(r"\W", "", word.text).casefold()


def _saying(reading: Reading | None, words: Words) -> Reading | None:
    return reading and reading.model_copy(update={"words": tuple(words)})


def _within(words: Words, start: int, end: int) -> Words:
    """Words with times in [start, end], in samples: one that reaches further is cut."""
    first, last = milliseconds(start), milliseconds(end)
    return [
        replace(word, start=min(max(word.start, first), last), end=max(min(word.end, last), first))
        for word in words
    ]


def _cut(tile: Tile, start: int, end: int) -> Tile:
    speech = [(max(start, first), min(end, last)) for first, last in tile.speech]
    inside = tuple((first, last) for first, last in speech if first < last)
    return tile.model_copy(update={"start": start, "end": end, "speech": inside})
