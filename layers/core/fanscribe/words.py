"""Words made presentable: times that stay in their tile, near its speech, and never go back. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fanscribe.contracts import Span, Tile, Word
from fanscribe.times import milliseconds

AROUND_SPEECH = 150  # ms: a word may begin this long before the VAD hears it, and end this long after
PROBABILITY_DIGITS = 4


class TimedWord(NamedTuple):
    """A word as aligned: ms from the recording's start, and the mean probability of its tokens."""

    text: str
    start: int
    end: int
    probability: float


def settle(words: Iterable[TimedWord], tile: Tile) -> tuple[Word, ...]:
    """Words whose times can be shown.

    Alignment stretches the first word after a pause over the pause (faster-whisper cuts it to twice the median length and
    says that "a better segmentation algorithm based on VAD should be able to replace this"). Here the detected speech
    does: a word that reaches into it is cut to it, plus AROUND_SPEECH on each side.
    """
    speech = [(milliseconds(start) - AROUND_SPEECH, milliseconds(end) + AROUND_SPEECH) for start, end in tile.speech]
    return tuple(_in_order(_near_speech(words, speech), milliseconds(tile.start), milliseconds(tile.end)))


def _near_speech(words: Iterable[TimedWord], speech: Sequence[Span]) -> Iterator[TimedWord]:
    for word in words:
        start, end = word.start, word.end
        touched = [span for span in speech if span[0] < end and start < span[1]]
        if touched:
            start, end = max(start, touched[0][0]), min(end, touched[-1][1])
        yield word._replace(start=start, end=end)


def _in_order(words: Iterable[TimedWord], first: int, last: int) -> Iterator[Word]:
    """Inside [first, last], each word from the end of the one before it on."""
    for word in words:
        start = min(max(word.start, first), last)
        end = min(max(word.end, start), last)
        first = end
        yield Word(text=word.text, start=start, end=end, probability=round(word.probability, PROBABILITY_DIGITS))
