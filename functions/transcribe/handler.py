"""The Lambda function Transcribe: read the tiles of one chunk."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fanscribe.documents.payloads import TranscribeTask
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.storage import S3Storage
from fanscribe.recognition.recognizer import Recognizer, load_recognizer
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import TranscribeSettings, memory_mb
from fanscribe.steps.transcribe import transcribe


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    task = TranscribeTask.parse(event)
    settings = TranscribeSettings.read()
    deadline = Deadline(context.get_remaining_time_in_millis)

    def load() -> Recognizer:
        return load_recognizer(settings.model, settings.batch_tiles, memory_mb())

    progress = transcribe(task, settings, S3Storage(), load, deadline)
    return progress.model_dump()
