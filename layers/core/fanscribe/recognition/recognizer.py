"""The interface of recognizers, and how to get one. Fanscribe comes with whisper.py."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.recognition.compute import computing, threads, widest_vectors
from fanscribe.recognition.language import Probabilities
from fanscribe.recognition.models import find_model


class Recognizer(Protocol):
    """Turns tiles into readings. Same tile, samples, language and options: same reading."""

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
def load_recognizer(model: str) -> Recognizer:
    """Loaded once and kept while the process lives: what a warm start is for."""
    # before CTranslate2 looks; what somebody said stands
    for name, value in widest_vectors().items():
        os.environ.setdefault(name, value)
    # Here, as it takes two seconds, and a finished chunk needs no model
    from fanscribe.recognition.whisper import WhisperRecognizer  # noqa: PLC0415

    return WhisperRecognizer(find_model(model).folder, threads(), **computing().model_dump())
