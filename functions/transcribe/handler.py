"""The Lambda function Transcribe: read the tiles of one chunk, and take their voices."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fanscribe.documents.payloads import TranscribeTask
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.storage import S3Storage
from fanscribe.recognition.recognizer import Recognizer, load_recognizer
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import TranscribeSettings, memory_mb
from fanscribe.speakers.voice_reader import load_voice_reader
from fanscribe.steps.take_voices import take_voices
from fanscribe.steps.transcribe import transcribe


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    task = TranscribeTask.parse(event)
    settings = TranscribeSettings.read()
    deadline = Deadline(context.get_remaining_time_in_millis)
    storage = S3Storage()

    def load() -> Recognizer:
        return load_recognizer(settings.model, settings.batch_tiles, memory_mb())

    words = transcribe(task, settings, storage, load, deadline)
    progress = take_voices(task, settings, storage, load_voice_reader, deadline, words)
    return progress.model_dump()
