"""Known voices through Split, Transcribe and Merge, with S3 in memory and a voice reader whose
answers can be computed by hand.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.audio.sound import Samples
from fanscribe.documents.payloads import (
    ChunkProgress,
    Job,
    SplitTask,
    TranscribeTask,
    TranscriptReference,
)
from fanscribe.documents.plan import Tile
from fanscribe.documents.voices import SpeakerBasis, TileVoices, Utterance
from fanscribe.errors import InvalidOption
from fanscribe.jobs.deadline import Deadline
from fanscribe.speakers.voice_reader import VoiceModels
from fanscribe.steps.split import split
from fanscribe.steps.split_redo import redo
from fanscribe.steps.split_rewrite import rewrite
from fanscribe.steps.take_voices import take_voices
from fanscribe.times import SAMPLE_RATE
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.fakes import MemoryStorage
from tests.support.steps_in_memory import chunks_of
from tests.unit.steps.test_redo_job import READING, TALK
from tests.unit.steps.test_rewrite import RewritingStack

FAINT, STRONG = 1 / 8, 16  # of one person's loudness: the other's, and a third one's
STEP = 2 * SAMPLE_RATE


@dataclass
class LoudnessVoiceReader:
    """Knows three people by how loud they are."""

    heard: list[int] = field(default_factory=list)

    def voices(self, tile: Tile, samples: Samples) -> TileVoices:
        self.heard.append(len(samples))
        found = []
        for start in range(0, len(samples) - STEP, STEP):
            loudness = np.sqrt(np.mean(samples[start : start + STEP].astype(float) ** 2))
            person = sum(loudness > each for each in (500, 9_000))
            voice = np.random.default_rng(person).integers(-99, 99, 192).astype(np.int8)
            begin = tile.start + start
            found.append(
                Utterance(
                    window=begin,
                    voice=0,
                    active=((begin, begin + STEP),),
                    alone=STEP,
                    voice_print=base64.b64encode(voice.tobytes()).decode(),
                )
            )
        return TileVoices(tile=tile.index, utterances=tuple(found))


@dataclass
class KnowingStack(RewritingStack):
    """The same, with voices."""

    reader: LoudnessVoiceReader = field(default_factory=LoudnessVoiceReader)
    identity: str = "0123456789ab"

    def split(self, execution: str = "one", **said: Any) -> Job:
        task = SplitTask.parse({"execution": execution, "input": TALK | said})
        runs, models = self.running.__contains__, VoiceModels(lambda: self.identity, self.load)
        if task.input.redo:
            return redo(task, task.input.redo, self.settings, self.storage, runs, models)
        if task.input.rewrite:
            return rewrite(task, task.input.rewrite, self.settings, self.storage, runs, models)
        return split(task, self.settings, self.storage, runs, models)

    def load(self) -> LoudnessVoiceReader:
        return self.reader

    def transcribe(self, job: Job) -> None:
        super().transcribe(job)
        for chunk in chunks_of(self.storage, job.job) if job.chunks else ():
            task = TranscribeTask(execution="one", job=job.job, language="en", chunk=chunk)
            deadline, words = Deadline(lambda: 900_000, lambda: 0.0), ChunkProgress(remaining=0)
            take_voices(task, READING, self.storage, self.load, deadline, words)

    def basis(self, job: str) -> SpeakerBasis:
        return SpeakerBasis.model_validate_json(self.storage.read("work", keys.speakers(job)))

    def speakers(self, reference: TranscriptReference) -> list[tuple[str, float | None]]:
        """Their names, and how similar they are to known voices."""
        found = self.document(reference)["speakers"]
        return [(each.get("name", each["speaker"]), each.get("similarity")) for each in found]


@pytest.fixture(scope="module")
def sound() -> Samples:
    """Half a minute by somebody, and as much by somebody fainter."""
    loud, faint = decoded(SAMPLE)[0, : 60 * SAMPLE_RATE].reshape(2, -1)
    return np.concatenate([loud, (faint * FAINT).astype(np.int16)])


@pytest.fixture
def stack(sound: Samples) -> KnowingStack:
    """With clips of both."""
    half = len(sound) // 2
    files = {
        "talk.wav": sound,
        "loud.wav": sound[: 10 * SAMPLE_RATE],
        "faint.wav": sound[half : half + 10 * SAMPLE_RATE],
        "strong.wav": np.clip(sound[: 10 * SAMPLE_RATE] * np.int32(STRONG), -32_768, 32_767),
        "short.wav": sound[: 2 * SAMPLE_RATE],
        "silent.wav": np.zeros(10 * SAMPLE_RATE, np.int16),
    }
    stored = {
        ("recordings", name): write_wav(samples.astype(np.int16)) for name, samples in files.items()
    }
    stored["recordings", "notes.txt"] = b"no sound"
    return KnowingStack(MemoryStorage(stored))


VOICES = {"Ada": "loud.wav", "Bob": ["s3://recordings/faint.wav"]}


def test_speakers_take_the_names_of_known_voices(stack: KnowingStack) -> None:
    done = stack.run(options={"speakers": "auto", "voices": VOICES})
    assert stack.speakers(done) == [("Ada", 1.0), ("Bob", 1.0)]
    assert done.notes == ()
    assert "Ada: " in stack.written(done)["txt"].decode()


def test_voices_of_a_finished_job_cost_no_reading_and_their_clips_are_heard_once(
    stack: KnowingStack,
) -> None:
    first = stack.run(options={"speakers": "2"})
    read, heard = stack.read, len(stack.reader.heard)
    again = stack.run(options={"speakers": "2", "voices": VOICES})
    assert (again.job, stack.read) == (first.job, read)
    assert stack.speakers(again) == [("Ada", 1.0), ("Bob", 1.0)]
    clips = len(stack.reader.heard) - heard
    assert clips == 2
    stack.run(options={"speakers": "auto", "voices": "Eve=loud.wav"})
    assert len(stack.reader.heard) - heard == clips


def test_times_in_the_recording_need_no_clip(stack: KnowingStack) -> None:
    done = stack.run(options={"speakers": "auto", "voices": "Ada=0:02-0:12,Bob=0:40-0:50"})
    assert [name for name, _ in stack.speakers(done)] == ["Ada", "Bob"]
    assert stack.basis(done.job).clips == ()


def test_names_given_by_hand_win(stack: KnowingStack) -> None:
    asked = {"speakers": "auto", "voices": VOICES, "names": "spk_0=Eve,spk_1="}
    assert stack.speakers(stack.run(options=asked)) == [("Eve", None), ("spk_1", None)]


def test_who_is_not_recognized_keeps_the_label_and_a_note_counts_the_voices(
    stack: KnowingStack,
) -> None:
    done = stack.run(options={"speakers": "auto", "voices": "Ada=loud.wav,Eve=strong.wav"})
    assert [name for name, _ in stack.speakers(done)] == ["Ada", "spk_1"]
    assert done.notes == ("Of 2 known voices, 1 was not recognized.",)


def test_a_rename_keeps_the_known_voices_without_their_clips(stack: KnowingStack) -> None:
    done = stack.run(options={"speakers": "auto", "voices": VOICES})
    del stack.storage.objects["recordings", "loud.wav"]
    renamed = stack.rewrite(done.job, names={"spk_1": "Eve"})
    assert stack.speakers(renamed) == [("Ada", 1.0), ("Eve", None)]


def test_a_rewrite_takes_other_voices_and_forgets_those_that_are_dropped(
    stack: KnowingStack,
) -> None:
    done = stack.run(options={"speakers": "auto", "voices": VOICES})
    other = stack.rewrite(done.job, voices="Eve=loud.wav")
    assert stack.speakers(other) == [("Eve", 1.0), ("spk_1", None)]
    assert [each.clip for each in stack.basis(done.job).clips] == ["s3://recordings/loud.wav"]
    nobody = stack.rewrite(done.job, voices="")
    assert stack.speakers(nobody) == [("spk_0", None), ("spk_1", None)]
    assert stack.basis(done.job).clips == ()


def test_a_redo_knows_voices_too(stack: KnowingStack) -> None:
    done = stack.run(options={"speakers": "auto"})
    mended = stack.redo(done, "0:30", "0:31", speakers="auto", voices=VOICES)
    assert stack.speakers(mended) == [("Ada", 1.0), ("Bob", 1.0)]


def test_other_models_take_all_voices_anew(stack: KnowingStack) -> None:
    done = stack.run(options={"speakers": "auto", "voices": VOICES})
    taken = stack.storage.keys("work", keys.all_voices(done.job))
    stack.identity = "ba9876543210"
    with pytest.raises(InvalidOption, match="needs the models that took the voices of the job"):
        stack.rewrite(done.job, voices=VOICES)
    again = stack.run(options={"speakers": "auto", "voices": VOICES})
    assert stack.speakers(again) == stack.speakers(done)
    anew = set(stack.storage.keys("work", keys.all_voices(done.job))) - set(taken)
    assert len(anew) == len(taken)
    assert stack.basis(done.job).models == stack.identity


@pytest.mark.parametrize(
    ("voices", "message"),
    [
        ("Ada=none.wav", r"clip s3://recordings/none\.wav: There is no s3://recordings/none\.wav"),
        ("Ada=short.wav", r"short\.wav: it has [12]\.\d s of speech, and 3 s are needed"),
        ("Ada=silent.wav", r"silent\.wav: it has no speech, and 3 s are needed"),
        ("Ada=notes.txt", r"clip s3://recordings/notes\.txt: notes\.txt can"),
        ("Ada=2:00-2:30", r"clip 2:00-2:30: the recording lasts 1:00"),
        ("Ada=0:00-0:01", r"clip 0:00-0:01: it has .* s of speech, and 3 s are needed"),
        ("Ada=0:31-0:12", "'voices' can't be '0:31-0:12': it takes names, each with one to four"),
        ("Ada=s3://recordings", "'voices' can't be 's3://recordings'"),
        ("loud.wav", "'voices' can't be 'loud.wav'"),
        ({"Ada": ["loud.wav"] * 5}, "'voices' can't be "),
        ({"Ada": []}, "'voices' can't be "),
    ],
)
def test_a_useless_clip_is_one_line_before_any_reading(
    stack: KnowingStack, voices: Any, message: str
) -> None:
    with pytest.raises(InvalidOption, match=message):
        stack.run(options={"speakers": "auto", "voices": voices})
    assert stack.read == []


def test_voices_need_speakers(stack: KnowingStack) -> None:
    with pytest.raises(InvalidOption, match="it needs the option 'speakers', too"):
        stack.run(options={"voices": VOICES})
    done = stack.run(options={})
    with pytest.raises(InvalidOption, match="it needs the option 'speakers', too"):
        stack.rewrite(done.job, voices=VOICES)
