"""Changing the text of words that have times. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from fanscribe.documents.reading import Word
from fanscribe.transcript.build import Segment


class Change(NamedTuple):
    """A stretch of the words' joined text, and what is to stand there."""

    start: int
    end: int
    text: str


class Touched(NamedTuple):
    """The words `first` to `last`, included, which changes touch."""

    first: int
    last: int
    changes: list[Change]


def text_of(words: Iterable[Word]) -> str:
    """The joined text that changes are places in."""
    return "".join(word.text for word in words)


def word_ends(words: Iterable[Word]) -> list[int]:
    """Where each word ends in the joined text."""
    return list(accumulate(len(word.text) for word in words))


def cased(was: str, now: str) -> str:
    """Give a new text the capital of the one before, unless it has capitals of its own."""
    return now[:1].upper() + now[1:] if was[:1].isupper() and now.islower() else now


def reworded(words: Sequence[Word], changes: Sequence[Change]) -> tuple[Word, ...]:
    """Words with changes made, which are in order and don't overlap.

    If as many words come out as were touched, each keeps its time; else they share it by length.
    """
    return tuple(new for _, new in _placed(words, changes))


def reworded_run(run: Sequence[Segment], changes: Sequence[Change]) -> list[Segment]:
    """The same for segments whose words are joined. One that is left without words is gone.

    What becomes more words or fewer stands in the segment in which it begins.
    """
    if not changes:
        return list(run)
    shares: list[list[Word]] = [[] for _ in run]
    ends = list(accumulate(len(segment.words) for segment in run))
    for place, word in _placed([word for segment in run for word in segment.words], changes):
        shares[bisect_right(ends, place)].append(word)
    return [
        segment.model_copy(update={"words": tuple(share)})
        for segment, share in zip(run, shares, strict=True)
        if share
    ]


def _placed(words: Sequence[Word], changes: Sequence[Change]) -> Iterator[tuple[int, Word]]:
    """The words with changes made, each with the place of the one that it stands for."""
    ends = word_ends(words)
    after = 0
    for touched in _touched(ends, changes):
        yield from enumerate(words[after : touched.first], after)
        yield from _new_words(words, ends, touched)
        after = touched.last + 1
    yield from enumerate(words[after:], after)


def _touched(ends: Sequence[int], changes: Sequence[Change]) -> Iterator[Touched]:
    """Words by the changes that touch them; changes of one word come together."""
    group: Touched | None = None
    word = 0
    for change in changes:
        while ends[word] <= change.start:
            word += 1
        first = word
        while ends[word] < change.end:
            word += 1
        if group and first <= group.last:
            group = group._replace(last=word, changes=[*group.changes, change])
        else:
            if group:
                yield group
            group = Touched(first, word, [change])
    if group:
        yield group


def _new_words(
    words: Sequence[Word], ends: Sequence[int], touched: Touched
) -> Iterator[tuple[int, Word]]:
    old = words[touched.first : touched.last + 1]
    offset = ends[touched.first] - len(old[0].text)
    text = _changed(text_of(old), touched.changes, offset)
    texts = re.findall(r"\s*\S+", text)
    if len(texts) == len(old):
        for place, (word, new) in enumerate(zip(old, texts, strict=True), touched.first):
            yield place, word if word.text == new else replace(word, text=new)
        return
    probability = min(word.probability for word in old)
    for new, (start, end) in zip(texts, _shared(old[0].start, old[-1].end, texts), strict=True):
        word = Word(text=new, start=start, end=end, probability=probability)
        yield touched.first, word


def _changed(text: str, changes: Sequence[Change], offset: int) -> str:
    for change in reversed(changes):
        text = text[: change.start - offset] + change.text + text[change.end - offset :]
    return text


def _shared(start: int, end: int, texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """A stretch of time, shared by the length of texts."""
    lengths = [0, *accumulate(len(text.strip()) for text in texts)]
    edges = [start + (end - start) * length // max(lengths[-1], 1) for length in lengths]
    return pairwise(edges)
