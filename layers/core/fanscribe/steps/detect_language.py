"""DetectLanguage: decide a recording's language by a vote of tiles from its whole length."""

from collections.abc import Callable

from fanscribe.documents.payloads import Job
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import Storage
from fanscribe.recognition.language import elect, voters
from fanscribe.recognition.recognizer import Recognizer
from fanscribe.runtime.settings import ModelSettings
from fanscribe.steps.check_language import check_language


def detect_language(
    job: Job, settings: ModelSettings, storage: Storage, load: Callable[[], Recognizer]
) -> Job:
    """The job with its language, which is kept for later executions of the same job.

    Raises InvalidOption for options that are of no use in it.
    """
    folder = JobFolder(storage, settings.work_bucket, job.job)
    plan = folder.plan()
    tiles = voters(plan.scope)
    samples = [sounds(storage, settings.work_bucket, plan, [tile])[tile.index] for tile in tiles]
    language = elect(load().detect_language(samples), tiles)
    folder.save_language(language)
    check_language(folder, plan.options, job.output, language)
    return job.model_copy(update={"language": language})
