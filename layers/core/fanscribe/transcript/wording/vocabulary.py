"""Vocabulary: passages that the model was not sure of, and that sound like a term, become the term.
Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from fanscribe.documents.wording import Correction
from fanscribe.transcript.build import Segment, Transcript
from fanscribe.transcript.wording.correcting import Passage, corrected, with_corrections
from fanscribe.transcript.wording.phrases import Phrases
from fanscribe.transcript.wording.runs import runs
from fanscribe.transcript.wording.said_text import SaidText, said_text
from fanscribe.transcript.wording.sounds import Sound, likeness, sound_of
from fanscribe.transcript.wording.tokens import key_of
from fanscribe.transcript.wording.word_lists import Term

SURE = 0.9  # a word of this probability or more is never touched
DOUBTFUL = 0.7  # of a passage, one word must be less probable than this
# From this likeness on, a passage of so many letters or more is a term. Short words are alike by
# chance: with 0.8, "boys" becomes Boise, and with four letters "like" Lika (docs/wording.md)
ALIKE = ((10, 0.75), (7, 0.8), (5, 0.85))
MOST_TOKENS = 6  # of a passage
SPARE = 2  # letters by which a passage may be longer or shorter than a term

Bucket = tuple[str, int]  # how a sound begins, and how many letters it has


class _Spelled(NamedTuple):
    sound: Sound
    display: str


class Vocabulary:
    """Terms, and the passages that are taken for them."""

    def __init__(self, terms: Sequence[Term]) -> None:
        own = [(key_of(text), term) for term in terms for text in (term.display, term.spellings[0])]
        self._written = Phrases((key, term.display) for key, term in own)
        self._terms = terms
        spellings = [key_of(spelling) for term in terms for spelling in term.spellings]
        self._most = min(max(map(len, spellings), default=0) + 2, MOST_TOKENS)
        self._buckets: dict[str, dict[Bucket, list[_Spelled]]] = {}  # by language
        self._best: dict[tuple[str, str], tuple[str, float] | None] = {}

    def corrected(self, transcript: Transcript) -> Transcript:
        """The transcript with terms as they are written, and with what was corrected."""
        segments, corrections = list[Segment](), list[Correction]()
        for run in runs(transcript):
            said = said_text([word for segment in run for word in segment.words])
            changed, made = corrected(run, said, self._found(said, run[0].language), "vocabulary")
            segments += changed
            corrections += made
        return with_corrections(transcript, segments, corrections)

    def _found(self, said: SaidText, language: str) -> Iterator[Passage]:
        """Terms as they stand, then what sounds like one, the most alike first."""
        taken = set[int]()
        for found in self._written.find(said.tokens):
            taken |= {*range(found.first, found.last + 1)}
            yield Passage(found.first, found.last, found.meaning, 1.0)
        heard = sorted(self._heard(said, language, taken), key=lambda each: (-each.score, each))
        for passage in heard:
            tokens = {*range(passage.first, passage.last + 1)}
            if not tokens & taken:
                taken |= tokens
                yield passage

    def _heard(self, said: SaidText, language: str, taken: Collection[int]) -> Iterator[Passage]:
        for first in range(len(said.tokens)):
            least = SURE
            for last in range(first, min(first + self._most, len(said.tokens))):
                if last in taken or said.sure[last] >= SURE:
                    break
                least = min(least, said.sure[last])
                if least < DOUBTFUL and (best := self._term(said, first, last, language)):
                    yield Passage(first, last, *best)

    def _term(
        self, said: SaidText, first: int, last: int, language: str
    ) -> tuple[str, float] | None:
        text = "".join(token.key for token in said.tokens[first : last + 1])
        known = (text, language)
        if known not in self._best:
            self._best[known] = self._most_alike(sound_of(text, language), language)
        return self._best[known]

    def _most_alike(self, sound: Sound, language: str) -> tuple[str, float] | None:
        length = len(sound.letters)
        enough = _enough(length)
        if enough is None:
            return None
        buckets = self._sorted(language)
        near = [
            spelled
            for letters in range(length - SPARE, length + SPARE + 1)
            for spelled in buckets.get((sound.code[:1], letters), ())
        ]
        scored = [(likeness(sound, spelled.sound), spelled.display) for spelled in near]
        score, display = max(scored, default=(0.0, ""))
        return (display, score) if score >= enough else None

    def _sorted(self, language: str) -> dict[Bucket, list[_Spelled]]:
        if language not in self._buckets:
            found = defaultdict[Bucket, list[_Spelled]](list)
            for term in self._terms:
                for spelling in term.spellings:
                    sound = sound_of(spelling, language)
                    if _enough(len(sound.letters)):
                        bucket = sound.code[:1], len(sound.letters)
                        found[bucket].append(_Spelled(sound, term.display))
            self._buckets[language] = found
        return self._buckets[language]


def _enough(letters: int) -> float | None:
    """The likeness that makes a passage a term; None: too short to be compared."""
    return next((alike for least, alike in ALIKE if letters >= least), None)
