"""A transcript written anew: Split leaves all to Merge, whatever became of the recording."""

from typing import Any

import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import Job, SplitTask, TranscriptReference
from fanscribe.errors import InvalidInput, InvalidOption, JobInProgress, JobNotFound
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import save_part
from fanscribe.steps.split_rewrite import rewrite
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.builders import a_reading, words
from tests.support.fakes import MemoryStorage
from tests.unit.steps.test_redo_job import TALK, Stack

NAMES = {"spk_0": "Ada"}


class RewritingStack(Stack):
    """The same, with the third thing that Split does."""

    def split(self, execution: str = "one", **said: Any) -> Job:
        task = SplitTask.parse({"execution": execution, "input": TALK | said})
        if task.input.rewrite is None:
            return super().split(execution, **said)
        runs = self.running.__contains__
        return rewrite(task, task.input.rewrite, self.settings, self.storage, runs)

    def rewrite(self, job: str, **options: Any) -> TranscriptReference:
        return self.run(rewrite={"job": job}, options=options)

    def output(self, job: str) -> OutputOptions:
        return OutputOptions.model_validate_json(self.storage.read("work", keys.output(job)))


@pytest.fixture(scope="module")
def talk() -> bytes:
    return write_wav(decoded(SAMPLE)[0, : 60 * 16_000])


@pytest.fixture
def stack(talk: bytes) -> RewritingStack:
    return RewritingStack(MemoryStorage({("recordings", "talk.wav"): talk}))


@pytest.fixture
def done(stack: RewritingStack) -> TranscriptReference:
    reference = stack.run(options={"formats": "txt,vtt", "caption_lines": 1})
    stack.recognizer.batches.clear()
    return reference


def test_it_reads_nothing_and_writes_the_formats_that_the_job_had(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    before = stack.written(done)
    del stack.storage.objects["recordings", "talk.wav"]  # nothing needs the recording
    again = stack.rewrite(done.job, names=NAMES)
    assert stack.read == []
    assert (again.job, again.keys) == (done.job, done.keys)
    assert stack.written(again)["txt"] == before["txt"]
    assert stack.output(done.job).caption_lines == 1


def test_names_that_were_given_before_stay_unless_they_are_given_anew(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    stack.rewrite(done.job, names={"spk_0": "Ada", "spk_1": "Bob"})
    stack.rewrite(done.job, names="spk_1=,spk_2=Eve", formats="json")
    output = stack.output(done.job)
    assert output.names == {"spk_0": "Ada", "spk_1": "", "spk_2": "Eve"}
    assert output.formats == ("json",)


def test_a_redo_keeps_the_names(stack: RewritingStack, done: TranscriptReference) -> None:
    stack.rewrite(done.job, names=NAMES)
    mended = stack.redo(done, "0:30", "0:31", names="spk_1=Bob")
    assert stack.output(mended.job).names == NAMES | {"spk_1": "Bob"}
    again = stack.rewrite(mended.job, names={"spk_0": "Eve"})
    assert again.job == mended.job
    assert stack.output(again.job).names == {"spk_0": "Eve", "spk_1": "Bob"}


def test_a_job_without_speakers_says_that_nobody_is_named(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    again = stack.rewrite(done.job, names=NAMES)
    note = "No speaker is named: they were not told apart. The option speakers does that."
    assert again.notes == (*done.notes, note)
    assert again.message.endswith(note)
    assert note in stack.written(again)["vtt"].decode()


def test_diarized_json_without_speakers_says_that_it_knows_nobody(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    again = stack.rewrite(done.job, formats="diarized-json")
    assert again.notes[-1].startswith("diarized-json calls all speakers unknown")


def test_a_job_that_was_written_by_no_rule_is_written_by_the_usual_one(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    del stack.storage.objects["work", keys.output(done.job)]
    assert stack.rewrite(done.job).keys.keys() == {"json", "srt", "vtt", "txt"}


def test_what_can_not_be_rewritten_is_refused_before_anything_is_written(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    with pytest.raises(JobNotFound, match="nothing is kept"):
        stack.rewrite("0" * 16)
    with pytest.raises(InvalidInput, match=r"is of s3://recordings/talk\.wav, not of"):
        stack.split(key="other.wav", rewrite={"job": done.job})
    with pytest.raises(InvalidOption, match="'beam_size' decides the words, and a rewrite reads"):
        stack.rewrite(done.job, beam_size=5)
    with pytest.raises(InvalidOption, match="'speakers' needs voices, and the job"):
        stack.rewrite(done.job, speakers="auto")
    with pytest.raises(InvalidOption, match="'names' can't be 'Ada'"):
        stack.rewrite(done.job, names="Ada")
    span = {"job": done.job, "from": "1", "to": "2"}
    with pytest.raises(InvalidInput, match="give one of them"):
        stack.split(rewrite={"job": done.job}, redo=span)
    stack.running.add("one")
    with pytest.raises(JobInProgress):
        stack.split("two", rewrite={"job": done.job})


def test_sound_without_personal_data_is_left_out_or_refused_where_the_sound_is_gone(
    stack: RewritingStack,
) -> None:
    job = stack.split(options={"redact": "ip", "redact_audio": "wav", "formats": "txt"})
    asked = {"redact": "ip", "redact_audio": "flac"}
    save_part(
        JobFolder(stack.storage, "work", job.job),
        [a_reading(0, words("Hello there."))],
        BilledTime(ms=1, memory_mb=1),
    )
    again = stack.split("two", rewrite={"job": job.job}, options=asked)
    assert again.output.redact_audio == "flac"
    for key in stack.storage.keys("work", keys.sound(job.job)):
        stack.storage.delete("work", key)
    again = stack.split("three", rewrite={"job": job.job}, options={"formats": "srt"})
    assert (again.output.redact, again.output.redact_audio) == (("ip",), "off")
    with pytest.raises(InvalidOption, match="'redact_audio' needs the sound of the job"):
        stack.split("four", rewrite={"job": job.job}, options=asked)


def test_an_earlier_redaction_stays_when_a_transcript_is_written_anew(
    stack: RewritingStack, done: TranscriptReference
) -> None:
    stack.split("two", rewrite={"job": done.job}, options={"redact": "card"})
    again = stack.split("three", rewrite={"job": done.job}, options={"formats": "srt"})
    assert again.output.redact == ("card",)
    again = stack.split("four", rewrite={"job": done.job}, options={"redact": "off"})
    assert again.output.redact == ()
