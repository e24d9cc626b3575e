"""The Lambda function DetectLanguage: decide the language of a recording."""

from typing import Any

from fanscribe.documents.payloads import Job
from fanscribe.jobs.storage import S3Storage
from fanscribe.recognition.recognizer import Recognizer, load_recognizer
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import ModelSettings, memory_mb
from fanscribe.steps.detect_language import detect_language

STORAGE = S3Storage()  # made before the first event, and kept


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    job = Job.parse(event)
    settings = ModelSettings.read()

    def load() -> Recognizer:
        return load_recognizer(settings.model, memory_mb=memory_mb())

    return detect_language(job, settings, STORAGE, load).model_dump()
