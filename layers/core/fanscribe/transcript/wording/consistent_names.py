"""Names that recur and were written in several ways, in the most certain of them. Pure.

A name is a word with a capital inside of sentences, and nowhere without one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fanscribe.documents.wording import Correction
from fanscribe.transcript.build import Segment, Transcript
from fanscribe.transcript.wording.correcting import Passage, corrected, with_corrections
from fanscribe.transcript.wording.said_text import SaidText, said_text
from fanscribe.transcript.wording.sounds import likeness, sound_of
from fanscribe.transcript.wording.tokens import key_of

SURE = 0.9  # a word that was once of this probability is written as it is
ALIKE = 0.85
SHORTEST = 5  # letters
# Endings by which two words are two and not one name: Smith and Smiths, Roma and Roman
ENDINGS = frozenset({"s", "es", "n", "ns", "an", "ans", "ian", "ians", "a", "ed", "er", "ers"})
# Languages in which all nouns have capitals
NOUNS = frozenset({"de", "lb", "nds"})


@dataclass
class _Form:
    """A way in which a word is written."""

    text: str
    inside: int = 0  # occurrences inside of sentences
    small: int = 0  # occurrences without a capital
    sure: list[float] = field(default_factory=list)

    @property
    def name(self) -> bool:
        """A capital inside of sentences, and nowhere none."""
        return self.inside > 0 and not self.small

    @property
    def certainty(self) -> float:
        """All that speaks for it: how often it is written so, and how surely."""
        return sum(self.sure)


def consistent_names(transcript: Transcript, terms: Iterable[str] = ()) -> Transcript:
    """The transcript with names in one way each, and with what was corrected. Words of `terms`
    stay, and are taken before others.
    """
    fixed = {token for term in terms for token in key_of(term)}
    said = [said_text(segment.words) for segment in transcript.segments]
    better = {
        language: _better(_forms(texts), language, fixed)
        for language, texts in _by_language(transcript, said)
    }
    segments, corrections = list[Segment](), list[Correction](transcript.corrections or ())
    for segment, text in zip(transcript.segments, said, strict=True):
        passages = _passages(text, better.get(segment.language, {}))
        changed, made = corrected([segment], text, passages, "consistent_names")
        segments += changed
        corrections += made
    return with_corrections(transcript, segments, corrections)


def _by_language(
    transcript: Transcript, said: Sequence[SaidText]
) -> Iterator[tuple[str, list[SaidText]]]:
    texts = defaultdict[str, list[SaidText]](list)
    for segment, text in zip(transcript.segments, said, strict=True):
        if segment.language not in NOUNS:
            texts[segment.language].append(text)
    yield from texts.items()


def _forms(texts: Iterable[SaidText]) -> dict[str, _Form]:
    forms: dict[str, _Form] = {}
    for said in texts:
        for i, (token, sure) in enumerate(zip(said.tokens, said.sure, strict=True)):
            if len(token.key) < SHORTEST or not token.key.isalpha():
                continue
            text = said.text[token.start : token.end]
            form = forms.setdefault(token.key, _Form(text))
            form.sure.append(sure)
            form.small += text[:1].islower()
            if i and text[:1].isupper():
                form.inside += 1
                form.text = text if form.inside == 1 else form.text  # the first inside
    return forms


def _better(
    forms: Mapping[str, _Form], language: str, fixed: Collection[str]
) -> dict[str, tuple[str, float]]:
    """Forms that are to be written otherwise: how, and how alike the two are."""
    names = {key: form for key, form in forms.items() if form.name}
    sounds = {key: sound_of(key, language) for key in names}
    near = defaultdict[str, list[str]](list)
    for key, sound in sounds.items():
        near[sound.code[:1]].append(key)

    def rank(key: str) -> tuple[bool, float]:
        return key in fixed, names[key].certainty

    found: dict[str, tuple[str, float]] = {}
    for key, form in names.items():
        if max(form.sure) >= SURE or key in fixed:
            continue
        alike = [
            (rank(other), score, other)
            for other in near[sounds[key].code[:1]]
            if rank(other) > rank(key)
            and _may_be_one(key, other)
            and (score := likeness(sounds[key], sounds[other])) >= ALIKE
        ]
        if alike:
            _, score, other = max(alike)
            found[key] = (names[other].text, score)
    return found


def _may_be_one(one: str, other: str) -> bool:
    """Two names may be one: not a word and the same with an ending."""
    short, long = sorted((one, other), key=len)
    stem = short.rstrip("aeo")
    return not any(long.startswith(s) and long.removeprefix(s) in ENDINGS for s in (short, stem))


def _passages(said: SaidText, better: Mapping[str, tuple[str, float]]) -> Iterator[Passage]:
    for i, token in enumerate(said.tokens):
        if token.key in better and said.sure[i] < SURE:
            yield Passage(i, i, *better[token.key])
