"""Personal data in a transcript: which words of each channel are some. Pure.

Each channel's text is read in pieces of at most a few minutes, which end with a sentence and, if
possible, not beside a number. The words alone decide the pieces: so the result is the same,
whatever chunks the recording was read in.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

from fanscribe.documents.options import ENGLISH
from fanscribe.documents.redaction import KINDS, Found, Kind
from fanscribe.transcript.build import Segment, Transcript, by_channel, joined
from fanscribe.transcript.captions.pieces import unbroken
from fanscribe.transcript.redaction.kinds import (
    Candidate,
    by_passages,
    by_spelling,
    by_words_around,
)
from fanscribe.transcript.redaction.recognizers import Hit
from fanscribe.transcript.redaction.spoken import Typed, as_typed, as_written, plain, runs
from fanscribe.transcript.sentences import SENTENCE_ENDS

PIECE = 300  # words
CLEAR = 8  # words beside the end of a piece that are no number
LEAST = 0.4  # a lower score is no personal data; Presidio's weak forms reach it by their context
NAMED = 0.7  # the score of what the model takes for a name
# names that are also words, which are names only where the model says so
WORDS_TOO = re.compile(
    "April|Art|August|Autumn|Bill|Chase|Chip|Christian|Dawn|Drew|Faith|Frank|Grace|Grant|Hope|Iris|"
    "Jack|Joy|June|Mark|May|Nick|Norm|Pat|Ray|Rich|Rob|Rose|Sky|Sue|Summer|Tuesday|Will|Win"
)


class Finders(Protocol):
    """The interface of recognizers (recognizers.py)."""

    def patterns(self, text: str) -> Iterable[Hit]:
        """Find passages that have the form of personal data."""
        ...

    def names(self, text: str, language: str) -> Iterable[tuple[int, int]]:
        """[start, end) of names of people."""
        ...


class Token(NamedTuple):
    """A word as people see it: the words `first` to `last` of a channel, with no space between
    them. Whisper has "555-1234" as two.
    """

    text: str
    first: int
    last: int


class Piece(NamedTuple):
    """Consecutive words of a channel in one language."""

    tokens: Sequence[Token]
    language: str

    @property
    def words(self) -> list[str]:
        """Their texts."""
        return [token.text for token in self.tokens]


def languages_of(transcript: Transcript) -> list[str]:
    """The languages that are written in it, sorted."""
    written = {segment.language for segment in transcript.segments}
    return [ENGLISH] if written and transcript.task == "translate" else sorted(written)


def digest(transcript: Transcript) -> str:
    """Name of a transcript's words: others have another."""
    said = hashlib.sha256()
    for channel, segments in by_channel(transcript).items():
        for word in (word for segment in segments for word in segment.words):
            said.update(f"{channel}\0{word.start}\0{word.text}\0".encode())
    return said.hexdigest()


def find(transcript: Transcript, kinds: Collection[Kind], finders: Finders) -> tuple[Found, ...]:
    """All personal data of these kinds, channel by channel, in order."""
    fixed = ENGLISH if transcript.task == "translate" else None
    said = {channel: list(pieces(own, fixed)) for channel, own in by_channel(transcript).items()}
    # in the tokens of each piece
    found = {
        channel: [(piece, list(_candidates(piece, finders))) for piece in own]
        for channel, own in said.items()
    }
    known = _recurring([each for own in found.values() for each in own])
    return tuple(
        Found(channel=channel, **each._asdict())
        for channel, own in found.items()
        for piece, candidates in own
        for each in _in_words(
            piece,
            settled(
                each
                for each in (*candidates, *_known(piece, known))
                if each.kind in kinds and each.score >= LEAST
            ),
        )
    )


def pieces(segments: Sequence[Segment], fixed: str | None = None) -> Iterator[Piece]:
    """The words of a channel, cut where the language changes and before pieces grow too long.
    `fixed`: the language of all.
    """
    first = 0
    for language, run in groupby(segments, key=lambda segment: fixed or segment.language):
        tokens: list[Token] = []
        for segment in run:
            tokens += _tokens(segment, first)
            first += len(segment.words)
        yield from _cut(tokens, language)


def _tokens(segment: Segment, first: int) -> Iterator[Token]:
    at = 0
    for group in unbroken(segment.words):
        while segment.words[at] is not group[0]:  # blank ones are left out
            at += 1
        yield Token("".join(joined(group).split()), first + at, first + at + len(group) - 1)
        at += len(group)


def _cut(tokens: Sequence[Token], language: str) -> Iterator[Piece]:
    numbers = {
        i
        for run in runs([token.text for token in tokens], language)
        for i in range(run.first, run.last + 1)
    }
    start = 0
    while start < len(tokens):
        end = min(start + PIECE, len(tokens))
        if end < len(tokens):
            ends = (
                i
                for i in range(end, start + PIECE // 3, -1)
                if tokens[i - 1].text.endswith(tuple(SENTENCE_ENDS))
                and numbers.isdisjoint(range(i - CLEAR, i + CLEAR))
            )
            end = next(ends, end)
        yield Piece(tokens[start:end], language)
        start = end


def _in_words(piece: Piece, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """By the numbers of the channel's words."""
    for each in candidates:
        first, last = piece.tokens[each.first].first, piece.tokens[each.last].last
        yield each._replace(first=first, last=last)


def _candidates(piece: Piece, finders: Finders) -> Iterator[Candidate]:
    """All that may be personal data in a piece, of every kind."""
    numbers = runs(piece.words, piece.language)
    written, typed = as_written(piece.words), as_typed(piece.words, numbers)
    yield from by_words_around(piece.words, numbers)
    yield from by_passages(written, typed)
    yield from by_spelling(piece.words)
    for text in (written, typed):
        for hit in finders.patterns(text.text):
            yield Candidate(*_words(text, hit.start, hit.end), hit.kind, hit.score)
    for start, end in finders.names(written.text, piece.language):
        if written.text[start:end].lower() != written.text[start:end]:
            yield Candidate(*_words(written, start, end), "name", NAMED)


def _words(text: Typed, start: int, end: int) -> tuple[int, int]:
    return text.words(start, max(end, start + 1))


def _bare(word: str) -> str:
    return plain(word).removesuffix("'s").removesuffix("’s")


def _recurring(found: Sequence[tuple[Piece, Sequence[Candidate]]]) -> frozenset[str]:
    """Words that are names in a third of all places or more: they are everywhere."""
    named, spoken = Counter[str](), Counter[str]()
    for piece, candidates in found:
        words = [_bare(word) for word in piece.words]
        spoken.update(words)
        named.update(
            words[i]
            for i in {
                i
                for each in candidates
                if each.kind == "name"
                for i in range(each.first, each.last + 1)
            }
        )
    return frozenset(
        word
        for word, times in named.items()
        if len(word) > 2
        and word[0].isupper()
        and not WORDS_TOO.fullmatch(word)
        and 3 * times >= spoken[word]
    )


def _known(piece: Piece, names: Collection[str]) -> Iterator[Candidate]:
    for i, word in enumerate(piece.words):
        if _bare(word) in names:
            yield Candidate(i, i, "name", LEAST)


def settled(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates that share no word. The surer ones stay as they are; of others stays the rest, so
    no word that was found is left out.
    """
    ranked = sorted(
        candidates,
        key=lambda each: (-each.score, each.first - each.last, KINDS.index(each.kind), each.first),
    )
    taken: dict[int, int] = {}  # word -> place in `kept`
    kept: list[Candidate] = []
    for each in ranked:
        own = range(each.first, each.last + 1)
        same = [taken[i] for i in own if i in taken and kept[taken[i]].kind == each.kind]
        free = [i for i in own if i not in taken]
        if not free:
            continue
        if same and _reaches(kept[same[0]], free):
            place = same[0]
            first, last = min(kept[place].first, free[0]), max(kept[place].last, free[-1])
            kept[place] = kept[place]._replace(first=first, last=last)
            taken |= dict.fromkeys(free, place)
            continue
        for run in _consecutive(free):
            taken |= dict.fromkeys(run, len(kept))
            kept.append(each._replace(first=run[0], last=run[-1]))
    return sorted(kept)


def _reaches(kept: Candidate, free: Sequence[int]) -> bool:
    """True if the words and what is kept are one run."""
    union: list[int] = sorted({*range(kept.first, kept.last + 1), *free})
    return union[-1] - union[0] + 1 == len(union)


def _consecutive(places: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for place in places:
        if run and place != run[-1] + 1:
            yield run
            run = []
        run.append(place)
    if run:
        yield run
