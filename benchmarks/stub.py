"""Transcribe with a model that makes up its words: the function's code, its storage and its processes, without the hours."""

import random
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import transcribe
from benchmarks.made_day import said_words, words_of
from fanscribe.audio import Samples
from fanscribe.contracts import Reading, Tile, TranscribeTask, Word
from fanscribe.deadline import Deadline
from fanscribe.language import Probabilities
from fanscribe.options import ENGLISH, ReadingOptions
from fanscribe.settings import TranscribeSettings
from fanscribe.storage import S3Storage
from fanscribe.times import milliseconds


def spoken(tile: Tile) -> tuple[Word, ...]:
    """What the stub hears in a tile: the tile alone decides."""
    said = cycle(said_words())
    for _ in range(tile.index):
        next(said)
    return tuple(words_of(said, milliseconds(tile.start), milliseconds(tile.end), random.Random(tile.index)))


class Stub:
    """A recognizer."""

    def read(self, tiles: Sequence[Tile], samples: Sequence[Samples], language: str, options: ReadingOptions) -> list[Reading]:
        assert options
        assert [len(sound) for sound in samples] == [tile.end - tile.start for tile in tiles]
        scores = {"avg_logprob": -0.2, "no_speech_prob": 0.01, "compression_ratio": 1.6}
        return [Reading(tile=tile.index, language=language, words=spoken(tile), **scores) for tile in tiles]

    def hear(self, samples: Sequence[Samples]) -> list[Probabilities]:
        return [{ENGLISH: 1.0}] * len(samples)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    deadline = Deadline(context.get_remaining_time_in_millis)
    task, settings = TranscribeTask.parse(event), TranscribeSettings.read()
    return transcribe.transcribe(task, settings, S3Storage(), Stub, deadline).model_dump()
