"""Readings of tiles by the model.
Times of words are milliseconds, counted from the recording's start.
"""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from fanscribe.contract import STRICT, Contract
from fanscribe.documents.job import BilledTime


def _finite(value: Any) -> Any:
    """0.0 for the NaN and infinity of a model that overflows, and for the null that they are stored
    as: no JSON has them.
    """
    return (
        0.0 if value is None or (isinstance(value, float) and not math.isfinite(value)) else value
    )


Score = Annotated[float, BeforeValidator(_finite)]  # a probability or the like, always a number


@dataclass(frozen=True, slots=True, config=STRICT)
class Word:
    """A word as the model wrote it (with its leading space, if any), in ms from the recording's
    start.

    With slots a day's words take 42 MB, as a Contract 162.
    """

    text: str
    start: int
    end: int
    probability: Score


Reason = Literal["speech without words", "repetition", "unsure"]


class Scores(Contract):
    """Scores that compare two readings of the same sound."""

    words: int
    unaccounted: int  # ms of speech that no word accounts for
    avg_logprob: Score
    compression_ratio: Score


class Fallback(Contract):
    """The evidence, for the ledger: why a tile was read again, both readings' scores, and which was
    kept.
    """

    reason: Reason
    first: Scores
    second: Scores
    kept: Literal["first", "second"]


class Reading(Contract):
    """The model's reading of one tile. Scores as in faster-whisper's Segment."""

    tile: int
    language: str
    words: tuple[Word, ...]
    avg_logprob: Score
    no_speech_prob: Score
    compression_ratio: Score
    second_look: Fallback | None = None  # None: the first was believed


class Part(Contract):
    """Readings of the speech tiles in `first..last`; the other tiles in it are silent."""

    first: int
    last: int
    readings: tuple[Reading, ...]
    # by Transcribe, on these tiles: with the model's loading, if it came before them
    spent: BilledTime | None = None
