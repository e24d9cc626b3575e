"""Finding phrases of a list in a text. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from fanscribe.transcript.wording.tokens import Key, Token

Meaning = TypeVar("Meaning")


class Found(NamedTuple, Generic[Meaning]):
    """A phrase of the list, by the tokens `first` to `last`, included."""

    first: int
    last: int
    meaning: Meaning


class Phrases(Generic[Meaning]):
    """A list of phrases, each with what it means. The longest that stands somewhere is found."""

    def __init__(self, listed: Iterable[tuple[Key, Meaning]]) -> None:
        self._meanings: dict[Key, Meaning] = {}
        self._lengths: dict[str, list[int]] = {}  # by the first token, longest first
        for key, meaning in listed:
            if key and key not in self._meanings:
                self._meanings[key] = meaning
                lengths = {*self._lengths.get(key[0], ()), len(key)}
                self._lengths[key[0]] = sorted(lengths, reverse=True)

    def __contains__(self, key: Key) -> bool:
        return key in self._meanings

    def find(self, tokens: Sequence[Token]) -> Iterator[Found[Meaning]]:
        """Find phrases from left to right; no two overlap."""
        keys = [token.key for token in tokens]
        i = 0
        while i < len(keys):
            length = self._longest(keys, i)
            if length:
                yield Found(i, i + length - 1, self._meanings[tuple(keys[i : i + length])])
            i += length or 1

    def _longest(self, keys: Sequence[str], i: int) -> int:
        for length in self._lengths.get(keys[i], ()):
            if i + length <= len(keys) and tuple(keys[i : i + length]) in self._meanings:
                return length
        return 0
