"""What reads: the interface, and how it is had. whisper.py is the one that Fanscribe comes with."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from fanscribe.contracts import Reading, Tile
from fanscribe.language import Probabilities
from fanscribe.models import find_model
from fanscribe.options import ReadingOptions
from fanscribe.processor import widest_vectors
from fanscribe.settings import computing, threads
from fanscribe.sound import Samples


class Recognizer(Protocol):
    """What turns tiles into readings. Same tile, samples, language and options: same reading."""

    def read(
        self, tiles: Sequence[Tile], samples: Sequence[Samples], language: str, options: ReadingOptions
    ) -> list[Reading]: ...

    def hear(self, samples: Sequence[Samples]) -> list[Probabilities]: ...


@cache
def load_recognizer(model: str) -> Recognizer:
    """Loaded once and kept while the process lives: what a warm start is for."""
    for name, value in widest_vectors().items():  # before CTranslate2 looks; what somebody said stands
        os.environ.setdefault(name, value)
    from fanscribe.whisper import WhisperRecognizer  # noqa: PLC0415  (two seconds, and a finished chunk needs no model)

    return WhisperRecognizer(find_model(model).folder, threads(), **computing().model_dump())
