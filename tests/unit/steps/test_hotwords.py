"""Terms of the vocabulary as hotwords, where that is asked for."""

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe.documents.options import MOST_HOTWORDS
from fanscribe.errors import InvalidOption
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.fakes import MemoryStorage
from tests.unit.steps.test_rewrite import RewritingStack

TERMS = "Fresnel\nC plus plus\tsee plus plus\tC++\nFresnel\tfrenel\n"
ASKED = {"hotwords": "@vocabulary", "vocabulary": "terms.txt", "formats": "json"}


@pytest.fixture(scope="module")
def talk() -> bytes:
    return write_wav(decoded(SAMPLE)[0, : 60 * 16_000])


@pytest.fixture
def stack(talk: bytes) -> RewritingStack:
    lists = {"terms.txt": TERMS.encode(), "others.txt": b"Eddystone\n"}
    objects = {("recordings", name): text for name, text in lists.items()}
    return RewritingStack(MemoryStorage({("recordings", "talk.wav"): talk} | objects))


def test_the_reading_gets_the_terms_as_they_are_written(stack: RewritingStack) -> None:
    done = stack.run(options=ASKED)
    assert stack.plan(done.job).options.hotwords == "Fresnel. C++."
    assert stack.document(done)["text"].count("Fresnel. C++.") == len(stack.read)


def test_other_terms_are_another_job_and_the_same_words_given_are_the_same(
    stack: RewritingStack,
) -> None:
    done = stack.run(options=ASKED)
    assert stack.run(options=ASKED | {"vocabulary": "others.txt"}).job != done.job
    stack.recognizer.batches.clear()
    assert stack.run(options={"hotwords": "Fresnel. C++."}).job == done.job
    assert stack.read == []


def test_a_vocabulary_alone_decides_no_reading(stack: RewritingStack) -> None:
    done = stack.run(options={"formats": "json"})
    again = stack.run(options={"vocabulary": "terms.txt", "formats": "json"})
    assert again.job == done.job
    assert stack.plan(done.job).options.hotwords is None


def test_the_first_terms_are_taken_as_far_as_they_fit(stack: RewritingStack) -> None:
    many = [f"Term{number:04}" for number in range(1_000)]
    stack.storage.objects["recordings", "terms.txt"] = "\n".join(many).encode()
    done = stack.run(options=ASKED)
    hotwords = stack.plan(done.job).options.hotwords or ""
    assert MOST_HOTWORDS - len(" Term0000.") < len(hotwords) <= MOST_HOTWORDS
    assert hotwords.split() == [f"{term}." for term in many[: len(hotwords.split())]]


def test_a_redo_takes_them_likewise(stack: RewritingStack) -> None:
    done = stack.run(options={"formats": "json"})
    mended = stack.redo(done, "0:01", "0:02", **ASKED)
    assert stack.plan(mended.job).options.hotwords == "Fresnel. C++."


@pytest.mark.parametrize("options", [{}, {"vocabulary": "off"}])
def test_without_a_list_it_is_refused(stack: RewritingStack, options: dict[str, str]) -> None:
    with pytest.raises(InvalidOption, match="'hotwords' is '@vocabulary', and no file is named"):
        stack.run(options={"hotwords": "@vocabulary"} | options)
