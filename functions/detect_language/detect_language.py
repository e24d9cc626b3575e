"""DetectLanguage: decide a recording's language by a vote of tiles from its whole length."""

from collections.abc import Callable
from typing import Any

from fanscribe.contracts import Job
from fanscribe.jobs import JobFolder
from fanscribe.language import elect, voters
from fanscribe.observability import observed
from fanscribe.recognizer import Recognizer, load_recognizer
from fanscribe.settings import ModelSettings
from fanscribe.soundtrack import sounds
from fanscribe.storage import S3Storage, Storage


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    job = Job.parse(event)
    settings = ModelSettings.read()
    heard = detect_language(job, settings, S3Storage(), lambda: load_recognizer(settings.model))
    return heard.model_dump()


def detect_language(job: Job, settings: ModelSettings, storage: Storage, load: Callable[[], Recognizer]) -> Job:
    """The job with its language, which is kept for later executions of the same job."""
    folder = JobFolder(storage, settings.work_bucket, job.job)
    plan = folder.plan()
    heard = [sounds(storage, settings.work_bucket, plan, [tile])[tile.index] for tile in voters(plan.scope)]
    language = elect(load().hear(heard))
    folder.save_language(language)
    return job.model_copy(update={"language": language})
