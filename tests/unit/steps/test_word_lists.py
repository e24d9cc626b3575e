"""Lists of words on their way: from a bucket into the job, and from there into the transcript."""

import json

import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.documents.options import OutputOptions
from fanscribe.errors import InvalidOption
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.fakes import MemoryStorage
from tests.unit.steps.test_rewrite import RewritingStack


@pytest.fixture(scope="module")
def talk() -> bytes:
    return write_wav(decoded(SAMPLE)[0, : 60 * 16_000])


@pytest.fixture
def stack(talk: bytes) -> RewritingStack:
    lists = {
        ("recordings", "lists/hidden.txt"): b"t0\n",
        ("work", "uploads/0123/rules.tsv"): b"t1\tone\n",
        ("recordings", "bad.tsv"): b"a\tb\n/(/\tb\n",
        ("recordings", "huge.txt"): b"x" * 2_000_000,
    }
    return RewritingStack(MemoryStorage({("recordings", "talk.wav"): talk} | lists))


def text(stack: RewritingStack, job: str) -> str:
    reference = stack.rewrite(job, formats="txt")
    return stack.written(reference)["txt"].decode()


def test_lists_are_named_by_a_key_or_a_uri_and_kept_by_their_content(
    stack: RewritingStack,
) -> None:
    options = {
        "word_filter": "lists/hidden.txt",
        "replace": "s3://work/uploads/0123/rules.tsv",
        "formats": "json,txt",
    }
    done = stack.run(options=options)
    written = json.loads(stack.written(done)["json"])
    assert written["word_filter"]["method"] == "mask"
    kept = stack.output(done.job)
    assert (kept.word_filter or "").startswith("sha256:")
    stored = [
        key for bucket, key in stack.storage.objects if key.startswith(f"jobs/{done.job}/lists")
    ]
    assert len(stored) == 2


def test_a_rewrite_takes_another_list_and_reads_nothing(stack: RewritingStack) -> None:
    done = stack.run(options={"formats": "txt"})
    before = stack.written(done)["txt"].decode()
    word = before.split()[1].strip(".,").lower()
    stack.storage.objects["recordings", "other.txt"] = word.encode()
    stack.recognizer.batches.clear()
    hidden = stack.rewrite(done.job, word_filter="other.txt")
    assert stack.read == []
    assert "***" in stack.written(hidden)["txt"].decode()
    del stack.storage.objects["recordings", "other.txt"]  # it is kept with the job
    assert "***" in text(stack, done.job)
    assert stack.written(stack.rewrite(done.job, word_filter="off"))["txt"].decode() == before


def test_a_redo_hides_what_was_hidden_before(stack: RewritingStack) -> None:
    done = stack.run(options={"formats": "json", "word_filter": "lists/hidden.txt"})
    mended = stack.redo(done, "0:30", "0:31", formats="json")
    assert mended.job != done.job
    assert "word_filter" in json.loads(stack.written(mended)["json"])
    assert stack.output(mended.job).word_filter == stack.output(done.job).word_filter


def test_where_words_are_hidden_the_ledger_does_not_tell_which_ones_a_redo_expected(
    stack: RewritingStack,
) -> None:
    hints = {"hotwords": "t0", "initial_prompt": "t0 and t1"}
    options = {"formats": "json", "word_filter": "lists/hidden.txt"}
    done = stack.run(options=options)
    hiding = stack.redo(done, "0:30", "0:31", formats="json", **hints)
    (redone,) = (
        tile["redone"] for tile in stack.document(hiding)["ledger"]["tiles"] if "redone" in tile
    )
    assert {redone["options"].get(hint) for hint in hints} == {None}
    shown = stack.document(stack.rewrite(hiding.job, formats="json", word_filter="off"))
    (redone,) = (tile["redone"] for tile in shown["ledger"]["tiles"] if "redone" in tile)
    assert {hint: redone["options"][hint] for hint in hints} == hints


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replace": "bad.tsv"}, r"'replace': s3://recordings/bad\.tsv: line 2 has a regular"),
        ({"vocabulary": "none.txt"}, r"'vocabulary': There is no s3://recordings/none\.txt"),
        ({"vocabulary": "s3://nobody/a"}, r"'vocabulary': There is no s3://nobody/a"),
        ({"word_filter": "huge.txt"}, r"huge\.txt: it is larger than 1 MiB"),
        ({"word_filter": f"sha256:{'0' * 64}"}, r"the list sha256:000000000000… is no longer kept"),
        ({"word_filter_method": "hide"}, "'word_filter_method' can't be 'hide'"),
        ({"consistent_names": "perhaps"}, "'consistent_names' can't be 'perhaps'"),
    ],
)
def test_a_list_that_can_t_be_used_is_refused_before_any_compute(
    stack: RewritingStack, options: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidOption, match=said):
        stack.run(options=options)
    assert not any(key.endswith("plan.json") for _, key in stack.storage.objects)


def test_options_that_are_absent_leave_no_trace(stack: RewritingStack) -> None:
    done = stack.run(options={"formats": "json"})
    written = json.loads(stack.written(done)["json"])
    assert not {"corrections", "word_filter"} & written.keys()
    assert OutputOptions().word_filter is None
    lists = keys.word_lists(done.job)
    assert not any(key.startswith(lists) for _, key in stack.storage.objects)
