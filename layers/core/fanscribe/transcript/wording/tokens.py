"""Words as lists and transcripts are compared by them. Pure.

A token is a run of letters and digits, or of signs that terms have (C++). In scripts without
spaces it is a character. Elisions are tokens (l'homme: l, homme), English contractions are not.
"""

import re
import unicodedata
from typing import NamedTuple

# Thai, Lao, Burmese, Khmer; kana and Han
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]"
    rf"|[^\W{_UNSPACED}]+(?:['’](?:t|re|ve|ll|d|m)\b)?"
    r"|[+#&%@]+",
    re.IGNORECASE,
)

Key = tuple[str, ...]  # of a phrase


class Token(NamedTuple):
    """A token: how it is compared, and where it stands in its text."""

    key: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    return [Token(_folded(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def key_of(phrase: str) -> Key:
    """The tokens of a phrase, by which it is compared, whatever their case."""
    return tuple(token.key for token in tokens_of(phrase))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
