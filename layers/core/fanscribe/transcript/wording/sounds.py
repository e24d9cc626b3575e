"""Words as they sound, and how alike two are. Pure."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import jellyfish

ENGLISH = "en"


class Sound(NamedTuple):
    """A spelling without spaces, marks and accents, and in English how it sounds."""

    letters: str
    code: str


@lru_cache(maxsize=100_000)
def sound_of(text: str, language: str) -> Sound:
    """The sound of a text. Where a language has no code, it is its letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in plain if sign.isalnum())
    spoken = letters.isascii() and language == ENGLISH
    return Sound(letters, jellyfish.metaphone(letters) if spoken else letters)


def likeness(one: Sound, other: Sound) -> float:
    """The mean of how alike they are in letters and in sound: 1 for the same."""
    return (_alike(one.letters, other.letters) + _alike(one.code, other.code)) / 2


def _alike(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    return 1 - jellyfish.levenshtein_distance(one, other) / longest if longest else 0.0
