"""The text of words with its tokens and how sure the model was of each. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from fanscribe.documents.reading import Word
from fanscribe.transcript.wording.rewording import text_of, word_ends
from fanscribe.transcript.wording.tokens import Token, tokens_of


class SaidText(NamedTuple):
    """Text, tokens, and for each token the probability of what it is written in."""

    text: str
    tokens: list[Token]
    sure: list[float]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The place in the text of the tokens `first` to `last`, included."""
        return self.tokens[first].start, self.tokens[last].end


def said_text(words: Sequence[Word]) -> SaidText:
    """The text of words. Those that are written in one, as "-K -R" are, are as sure as the
    least sure of them.
    """
    text = text_of(words)
    tokens, chunks = tokens_of(text), _chunks(words)
    sure, at = list[float](), 0
    for token in tokens:
        while chunks[at][0] <= token.start:
            at += 1
        sure.append(chunks[at][1])
    return SaidText(text, tokens, sure)


def _chunks(words: Sequence[Word]) -> list[tuple[int, float]]:
    """Where each stretch without spaces ends, and its least probability."""
    found: list[tuple[int, float]] = []
    for word, end in zip(words, word_ends(words), strict=True):
        if found and not word.text[:1].isspace():
            found[-1] = (end, min(found[-1][1], word.probability))
        else:
            found.append((end, word.probability))
    return found
