"""Edits of words when they were written: kept with the transcript."""

from typing import Literal

from pydantic.dataclasses import dataclass

from fanscribe.contract import STRICT, Contract
from fanscribe.documents.reading import Word

Why = Literal["vocabulary", "consistent_names"]
Method = Literal["mask", "remove", "tag"]


class Correction(Contract):
    """A passage that stands otherwise than the model wrote it."""

    start: int  # ms
    end: int
    was: str
    now: str
    why: Why
    score: float  # how alike the two are, up to 1
    channel: int | None = None


class Filtered(Contract):
    """The work of the word filter, without the words."""

    method: Method
    matches: int


@dataclass(frozen=True, slots=True, config=STRICT)
class TaggedWord(Word):
    """A word of the filter, which is shown and marked."""


class WordListText(Contract):
    """A list of words as it was given, kept with a job."""

    text: str
