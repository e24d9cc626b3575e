"""The interface of recognizers, and how to get one. Fanscribe comes with whisper.py."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.recognition.compute import (
    computing,
    given_readers,
    readers,
    threads,
    widest_vectors,
)
from fanscribe.recognition.language import Probabilities
from fanscribe.recognition.models import Model, find_model


class Recognizer(Protocol):
    """Turns tiles into readings. Same tile, samples, language and options: same reading."""

    @property
    def readers(self) -> int:
        """How many threads may call `read` at once, each with tiles of its own."""
        ...

    def read(
        self,
        tiles: Sequence[Tile],
        samples: Sequence[Samples],
        language: str,
        options: ReadingOptions,
    ) -> list[Reading]:
        """Read each tile, whose samples have its place in `samples`. `language` is a code."""

    def detect_language(self, samples: Sequence[Samples]) -> list[Probabilities]:
        """Probabilities of languages for each tile's samples."""


@cache
def load_recognizer(model: str, batch_tiles: int = 1, memory_mb: int = 0) -> Recognizer:
    """Loaded once and kept while the process lives: what a warm start is for.

    It has as many readers of so many tiles as cores and memory allow, one where memory is unknown.
    """
    # before CTranslate2 looks; what somebody said stands
    for name, value in widest_vectors().items():
        os.environ.setdefault(name, value)
    # Here, as it takes two seconds, and a finished chunk needs no model
    from fanscribe.recognition.whisper import WhisperRecognizer  # noqa: PLC0415

    found = find_model(model)
    return WhisperRecognizer(
        found.folder, threads(), computing(), readers=_readers(found, batch_tiles, memory_mb)
    )


def _readers(model: Model, batch_tiles: int, memory_mb: int) -> int:
    """The number that is given; else one on a GPU, which a reader fills, or as many as fit."""
    if given := given_readers():
        return given
    if computing().device == "cuda":
        return 1
    return readers(threads(), memory_mb, model.footprint(batch_tiles))
