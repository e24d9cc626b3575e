"""DetectLanguage: from a job without a language to the same job with one."""

from fanscribe import keys
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import Job
from fanscribe.documents.plan import Plan
from fanscribe.runtime.settings import ModelSettings
from fanscribe.steps.detect_language import detect_language
from tests.support.fakes import MemoryStorage, SpellingRecognizer
from tests.unit.steps.test_transcribe import PLAN, a_job


def an_unheard_job(plan: Plan) -> tuple[MemoryStorage, Job]:
    """A job whose language is to be detected."""
    storage, chunks = a_job(plan, 4)
    job = Job(
        execution="here",
        job=plan.job,
        language=None,
        chunks_key=keys.chunks(plan.job),
        chunks=len(chunks),
        max_concurrency=1,
        output=OutputOptions(),
        recording="s3://recordings/talk.mp3",
        keys={},
    )
    return storage, job


def test_the_job_comes_back_with_the_language_that_most_tiles_are_detected_in() -> None:
    """The fake hears French in a tile whose first sample is no multiple of three: here in all of
    them but two.
    """
    storage, job = an_unheard_job(PLAN)
    answer = detect_language(
        job, ModelSettings(work_bucket="work", model="any"), storage, SpellingRecognizer
    )
    assert answer == job.model_copy(update={"language": "fr"})
