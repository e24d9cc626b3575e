"""The Lambda function Transcribe: read the tiles of one chunk, and take their voices."""

from contextlib import suppress
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fanscribe.documents.payloads import TranscribeTask
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.storage import S3Storage
from fanscribe.recognition.recognizer import Recognizer, load_recognizer
from fanscribe.runtime.cold_start import kept_ready
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import TranscribeSettings, memory_mb
from fanscribe.speakers.voice_reader import load_voice_reader
from fanscribe.steps.take_voices import take_voices
from fanscribe.steps.transcribe import transcribe

STORAGE = S3Storage()  # made before the first event, and kept


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    task = TranscribeTask.parse(event)
    settings = TranscribeSettings.read()
    deadline = Deadline(context.get_remaining_time_in_millis)
    words = transcribe(task, settings, STORAGE, lambda: load(settings), deadline)
    progress = take_voices(task, settings, STORAGE, load_voice_reader, deadline, words)
    return progress.model_dump()


def load(settings: TranscribeSettings) -> Recognizer:
    return load_recognizer(settings.model, settings.batch_tiles, memory_mb())


if kept_ready():
    with suppress(Exception):  # the first event will say what is wrong
        load(TranscribeSettings.read())
