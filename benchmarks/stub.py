"""Transcribe with a model that makes up its words: the function's code, its storage and its
processes, without the hours.
"""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.made_day import spoken
from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ENGLISH, ReadingOptions
from fanscribe.documents.payloads import TranscribeTask
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.storage import S3Storage
from fanscribe.recognition.language import Probabilities
from fanscribe.runtime.settings import TranscribeSettings
from fanscribe.steps import transcribe


class Stub:
    """A recognizer."""

    readers = 1

    def read(
        self,
        tiles: Sequence[Tile],
        samples: Sequence[Samples],
        language: str,
        options: ReadingOptions,
    ) -> list[Reading]:
        assert options
        assert [len(sound) for sound in samples] == [tile.end - tile.start for tile in tiles]
        scores = {"avg_logprob": -0.2, "no_speech_prob": 0.01, "compression_ratio": 1.6}
        return [
            Reading(tile=tile.index, language=language, words=spoken(tile), **scores)
            for tile in tiles
        ]

    def detect_language(self, samples: Sequence[Samples]) -> list[Probabilities]:
        return [{ENGLISH: 1.0}] * len(samples)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    deadline = Deadline(context.get_remaining_time_in_millis)
    task, settings = TranscribeTask.parse(event), TranscribeSettings.read()
    return transcribe.transcribe(task, settings, S3Storage(), Stub, deadline).model_dump()
