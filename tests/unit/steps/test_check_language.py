"""Lists of another language, and personal data that can't be found in this one, are refused as soon
as the language is known.
"""

from typing import Any

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe.documents.options import OutputOptions, ReadingOptions
from fanscribe.documents.payloads import Job
from fanscribe.documents.plan import Plan
from fanscribe.errors import InvalidOption
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.word_lists import keep_lists
from fanscribe.runtime.settings import ModelSettings
from fanscribe.steps.check_language import check_language
from fanscribe.steps.detect_language import detect_language
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.fakes import MemoryStorage, SpellingRecognizer
from tests.unit.steps.test_detect_language import an_unheard_job
from tests.unit.steps.test_rewrite import RewritingStack
from tests.unit.steps.test_transcribe import PLAN

RUSSIAN = "Толстой\nЧехов\n"
ANY_LIST = OutputOptions(vocabulary="any")


@pytest.fixture(scope="module")
def talk() -> bytes:
    return write_wav(decoded(SAMPLE)[0, : 60 * 16_000])


@pytest.fixture
def stack(talk: bytes) -> RewritingStack:
    lists = {("recordings", "russian.txt"): RUSSIAN.encode()}
    return RewritingStack(MemoryStorage({("recordings", "talk.wav"): talk} | lists))


def test_where_the_language_is_known_nothing_is_decoded(stack: RewritingStack) -> None:
    with pytest.raises(InvalidOption, match=r"'word_filter': 2 of 2 .* Cyrillic letters"):
        stack.run(options={"word_filter": "russian.txt", "language": "en"})
    with pytest.raises(InvalidOption, match=r"'vocabulary': 2 of 2 .* Cyrillic letters"):
        stack.run(options={"vocabulary": "russian.txt"})  # the model knows English alone
    assert not any(key.endswith("plan.json") for _, key in stack.storage.objects)


def test_a_rewrite_is_refused_likewise(stack: RewritingStack) -> None:
    done = stack.run(options={"language": "en"})
    with pytest.raises(InvalidOption, match="'vocabulary'"):
        stack.rewrite(done.job, vocabulary="russian.txt")


def with_list(plan: Plan, text: str) -> tuple[MemoryStorage, Job]:
    storage, job = an_unheard_job(plan)
    lists = keep_lists(JobFolder(storage, "work", plan.job), ANY_LIST, {"vocabulary": text})
    return storage, job.model_copy(update={"output": lists})


def test_where_it_is_detected_nothing_is_transcribed() -> None:
    settings = ModelSettings(work_bucket="work", model="any")
    storage, job = with_list(PLAN, RUSSIAN)
    with pytest.raises(InvalidOption, match=r"'vocabulary': .*'fr'"):
        detect_language(job, settings, storage, SpellingRecognizer)
    assert JobFolder(storage, "work", PLAN.job).find_language() == "fr"
    storage, job = with_list(PLAN, "Tolstoï\n")
    assert detect_language(job, settings, storage, SpellingRecognizer).language == "fr"


def checked(spoken: str | None, output: OutputOptions, **reading: Any) -> None:
    folder = JobFolder(MemoryStorage(), "work", "0123456789abcdef")
    kept = keep_lists(folder, output, {"vocabulary": RUSSIAN})
    check_language(folder, ReadingOptions(**reading), kept, spoken)


def test_the_language_that_is_written_counts() -> None:
    checked("ru", ANY_LIST)
    with pytest.raises(InvalidOption, match="'en'"):
        checked("ru", ANY_LIST, task="translate")


def test_a_language_that_nobody_knows_yet_refuses_nothing() -> None:
    checked(None, ANY_LIST)
    checked("en", ANY_LIST, language="multilingual")


@pytest.mark.parametrize("kinds", [("name",), ("address", "password"), ("date-of-birth",)])
def test_personal_data_that_can_t_be_found_is_refused(kinds: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidOption, match=r"'redact': .* can't be found in 'ja', only in de, en"):
        checked("ja", OutputOptions(redact=kinds))
    checked("de", OutputOptions(redact=kinds))
    checked("ja", OutputOptions(redact=(*kinds, "email")))
