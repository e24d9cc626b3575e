"""A redo through Split, Transcribe and Merge, with S3 in memory and a recognizer whose readings can
be computed by hand.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.audio.sound import WAV_HEADER, Samples
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.payloads import (
    Job,
    MergeTask,
    SplitTask,
    TranscribeTask,
    TranscriptReference,
)
from fanscribe.documents.plan import Plan, Tile
from fanscribe.documents.reading import Reading
from fanscribe.errors import (
    IncompleteTranscript,
    InvalidInput,
    InvalidOption,
    JobInProgress,
    JobNotFound,
    ReadingFailed,
    RecordingNotFound,
    UnknownModel,
    UnsupportedLanguage,
)
from fanscribe.jobs.attempt_log import unfinished_attempts
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.runtime.settings import (
    MergeSettings,
    ModelSettings,
    SplitSettings,
    TranscribeSettings,
)
from fanscribe.steps.detect_language import detect_language
from fanscribe.steps.merge import merge
from fanscribe.steps.split import split
from fanscribe.steps.split_redo import redo
from fanscribe.steps.transcribe import transcribe
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.builders import a_model_folder
from tests.support.fakes import MemoryStorage, SpellingRecognizer
from tests.support.steps_in_memory import chunks_of

TALK = {"bucket": "recordings", "key": "talk.wav"}
SETTINGS = SplitSettings(work_bucket="work", model="tiny.en", chunk_tiles=1, map_concurrency=10)
MERGING = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
READING = TranscribeSettings(work_bucket="work", model="tiny.en", batch_tiles=4)
HOTWORDS = {"hotwords": "Fresnel"}


@dataclass
class ObedientRecognizer(SpellingRecognizer):
    """Ends every text with the hotwords, so that it shows in them with which options they were
    read.
    """

    def read(
        self,
        tiles: Sequence[Tile],
        samples: Sequence[Samples],
        language: str,
        options: ReadingOptions,
    ) -> list[Reading]:
        readings = super().read(tiles, samples, language, options)
        return [
            reading.model_copy(
                update={
                    "words": tuple(
                        replace(w, text=f"{w.text}{options.hotwords or ''}") for w in reading.words
                    )
                }
            )
            for reading in readings
        ]


@dataclass
class Stack:
    """The steps that the state machine calls, in its order."""

    storage: MemoryStorage
    settings: SplitSettings = SETTINGS
    running: set[str] = field(default_factory=set)
    recognizer: ObedientRecognizer = field(default_factory=ObedientRecognizer)

    def split(self, execution: str = "one", **said: Any) -> Job:
        task = SplitTask.parse({"execution": execution, "input": TALK | said})
        runs = self.running.__contains__
        if task.input.redo:
            return redo(task, task.input.redo, self.settings, self.storage, runs)
        return split(task, self.settings, self.storage, runs)

    def transcribe(self, job: Job) -> None:
        if not job.chunks:
            return
        if job.language is None:
            settings = ModelSettings(work_bucket="work", model=self.settings.model)
            job = detect_language(job, settings, self.storage, lambda: self.recognizer)
        for chunk in chunks_of(self.storage, job.job):
            task = TranscribeTask(
                execution=job.execution, job=job.job, language=str(job.language), chunk=chunk
            )
            deadline = Deadline(lambda: 900_000, lambda: 0.0)
            assert (
                transcribe(task, READING, self.storage, lambda: self.recognizer, deadline).remaining
                == 0
            )

    def merge(self, job: Job) -> TranscriptReference:
        return merge(
            MergeTask(execution=job.execution, job=job.job, output=job.output),
            MERGING,
            self.storage,
        )

    def run(self, **said: Any) -> TranscriptReference:
        job = self.split(**said)
        self.transcribe(job)
        return self.merge(job)

    def redo(
        self, base: TranscriptReference, start: str, end: str, **options: Any
    ) -> TranscriptReference:
        return self.run(redo={"job": base.job, "from": start, "to": end}, options=options)

    def written(self, reference: TranscriptReference) -> dict[str, bytes]:
        return {name: self.storage.read("transcripts", key) for name, key in reference.keys.items()}

    def words(self, reference: TranscriptReference) -> list[tuple[str, float, float]]:
        return [
            (word["word"], word["start"], word["end"]) for word in self.document(reference)["words"]
        ]

    def document(self, reference: TranscriptReference) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.written(reference)["json"])
        return found

    def plan(self, job: str) -> Plan:
        return Plan.model_validate_json(self.storage.read("work", keys.plan(job)))

    @property
    def read(self) -> list[int]:
        """The tiles that the model has read, in all."""
        return sorted(tile for batch in self.recognizer.batches for tile in batch)


@pytest.fixture(scope="module")
def talk() -> bytes:
    """The first two minutes of the sample: five tiles."""
    return write_wav(decoded(SAMPLE)[0, : 120 * 16_000])


@pytest.fixture
def stack(talk: bytes) -> Stack:
    return Stack(MemoryStorage({("recordings", "talk.wav"): talk}))


@pytest.fixture
def done(stack: Stack) -> TranscriptReference:
    """A transcript of all of it; from now on, what the model reads is counted."""
    reference = stack.run()
    stack.recognizer.batches.clear()
    return reference


def test_only_the_tiles_that_the_range_overlaps_are_read_and_only_their_words_change(
    stack: Stack, done: TranscriptReference
) -> None:
    tiles = stack.plan(done.job).tiles
    second = (tiles[1].start // 16, tiles[1].end // 16)
    mended = stack.redo(
        done, f"{second[0] / 1000 + 1:.3f}", f"{second[1] / 1000 - 1:.3f}", **HOTWORDS
    )
    assert stack.read == [1]
    was, now = stack.words(done), stack.words(mended)
    assert now == [
        (f"{text}Fresnel", *times) if text.startswith("tile1-") else (text, *times)
        for text, *times in was
    ]
    accounts = [tile for tile in stack.document(mended)["ledger"]["tiles"] if "redone" in tile]
    assert [(tile["start"], tile["end"]) for tile in accounts] == [
        (tiles[1].start, tiles[1].end)
    ], "its one word fills the tile"
    redone = accounts[0]["redone"]
    assert (redone["job"], redone["model"], redone["options"]["hotwords"]) == (
        mended.job,
        "tiny.en",
        "Fresnel",
    )
    assert "redone" not in stack.written(done)["json"].decode()


def test_it_costs_what_its_tiles_cost_and_stands_beside_the_transcript_that_it_mends(
    stack: Stack, done: TranscriptReference
) -> None:
    before = stack.written(done)
    mended = stack.redo(done, "0:30", "0:31", **HOTWORDS)
    assert mended.usage.audio_s < 60 < done.usage.audio_s == 120
    assert mended.job != done.job
    assert mended.keys["json"] == f"talk.wav/{mended.job}/transcript.json"
    assert stack.written(done) == before


def test_the_same_redo_again_reads_nothing_and_needs_no_audio_and_writes_the_same(
    stack: Stack, done: TranscriptReference
) -> None:
    once = stack.redo(done, "0:30", "0:40", **HOTWORDS)
    written, parts = stack.written(once), len(stack.read)

    class Undownloadable(MemoryStorage):
        def download(self, *_: object) -> None:
            raise AssertionError("nothing needs the recording")

    stack.storage = Undownloadable(stack.storage.objects)
    twice = stack.redo(done, "30", "00:40.000", **HOTWORDS)
    of_itself = stack.redo(once, "0:30", "0:40", **HOTWORDS)
    assert once.job == twice.job == of_itself.job
    assert stack.written(twice) == stack.written(of_itself) == written
    assert len(stack.read) == parts


def test_a_redo_of_a_redo_builds_on_it_and_takes_the_options_of_the_first_transcription(
    stack: Stack, done: TranscriptReference
) -> None:
    first = stack.redo(done, "0:01", "0:02", **HOTWORDS)
    second = stack.redo(first, "1:50", "1:51", initial_prompt="A talk.")
    changed = [
        new[0]
        for old, new in zip(stack.words(done), stack.words(second), strict=True)
        if old != new
    ]
    assert [text.partition("-")[0] for text in changed] == ["tile0"], (
        "and the second has listened to the same without hotwords"
    )
    by = [tile["redone"] for tile in stack.document(second)["ledger"]["tiles"] if "redone" in tile]
    assert [
        (each["job"], each["options"].get("hotwords"), each["options"].get("initial_prompt"))
        for each in by
    ] == [
        (first.job, "Fresnel", None),
        (second.job, None, "A talk."),
    ]


def test_a_plain_run_afterwards_gives_the_transcript_as_it_was_at_first(
    stack: Stack, done: TranscriptReference
) -> None:
    before = stack.written(done)
    mended = stack.redo(done, "0:30", "0:40", **HOTWORDS)
    stack.recognizer.batches.clear()
    again = stack.run()
    assert (again.job, stack.written(again), stack.read) == (done.job, before, [])
    assert stack.written(mended) != before


def test_sound_that_is_gone_is_the_recordings_again_sample_for_sample_in_each_channel(
    talk: bytes, tmp_path: Path
) -> None:
    sound = np.frombuffer(talk[WAV_HEADER:], np.int16)[: 60 * 16_000]
    both = np.stack([sound, sound[::-1]], axis=1)
    stereo = a_wav(tmp_path / "call.wav", both.reshape(-1), channels=2).read_bytes()
    stack = Stack(MemoryStorage({("recordings", "talk.wav"): stereo}))
    done = stack.run(options={"channels": "separate"})
    for key in stack.storage.keys("work", keys.sound(done.job)):
        stack.storage.delete("work", key)  # on one machine it is not kept
    job = stack.split(redo={"job": done.job, "from": "0:20", "to": "0:35"}, options=HOTWORDS)
    plan = stack.plan(job.job)
    chunks = chunks_of(stack.storage, job.job)
    assert {plan.tiles[chunk.first].channel for chunk in chunks} == {0, 1}
    for chunk in chunks:
        tiles = plan.tiles[chunk.first : chunk.last + 1]
        found = sounds(stack.storage, "work", plan, tiles)
        assert all(
            np.array_equal(found[tile.index], both[tile.start : tile.end, tile.channel])
            for tile in tiles
        )


def test_a_range_of_silence_is_read_by_nobody() -> None:
    stack = Stack(
        MemoryStorage({("recordings", "talk.wav"): write_wav(np.zeros(40 * 16_000, np.int16))})
    )
    mended = stack.redo(stack.run(), "0:01", "0:39", **HOTWORDS)
    assert (mended.words, mended.complete, stack.read) == (0, True, [])


def test_a_redo_that_was_stopped_goes_on_with_what_it_has(
    stack: Stack, done: TranscriptReference
) -> None:
    asked: dict[str, Any] = {
        "redo": {"job": done.job, "from": "0:20", "to": "1:40"},
        "options": HOTWORDS,
    }
    tiles = [tile.index for tile in stack.plan(stack.split(**asked).job).scope]
    assert len(tiles) > 2
    stack.recognizer.hard = frozenset({tiles[-1]})
    with pytest.raises(ReadingFailed):
        stack.transcribe(stack.split(**asked))
    assert stack.read == tiles
    stack.recognizer.hard = frozenset()
    stack.recognizer.batches.clear()
    assert stack.split(**asked).chunks == 1
    stack.run(**asked)
    assert stack.read == [tiles[-1]]


def test_a_tile_that_can_not_be_read_again_is_reported_and_the_first_transcript_stays(
    stack: Stack, done: TranscriptReference
) -> None:
    before = stack.written(done)
    stack.recognizer.hard = frozenset({1})
    asked: dict[str, Any] = {
        "redo": {"job": done.job, "from": "0:35", "to": "0:40"},
        "options": HOTWORDS,
    }
    for _ in range(2):
        with pytest.raises(ReadingFailed):
            stack.transcribe(stack.split(**asked))
    folder = JobFolder(stack.storage, "work", stack.split(**asked).job)
    assert {tile for attempt in unfinished_attempts(folder) for tile in attempt.tiles} == {1}
    first = chunks_of(stack.storage, folder.job)[0]
    task = TranscribeTask(execution="one", job=folder.job, language="en", chunk=first)
    transcribe(
        task,
        READING,
        stack.storage,
        lambda: stack.recognizer,
        Deadline(lambda: 900_000, lambda: 0.0),
    )
    with pytest.raises(IncompleteTranscript, match=r"PoisonTile"):
        stack.merge(stack.split(**asked))
    assert stack.written(done) == before
    tolerant = stack.merge(stack.split(**asked | {"options": HOTWORDS | {"tolerated_loss": 0.9}}))
    assert tolerant.complete is False


def test_what_was_missing_can_be_repaired(stack: Stack, done: TranscriptReference) -> None:
    parts = stack.storage.keys("work", keys.parts(done.job))
    stack.storage.delete("work", parts[2])
    with pytest.raises(IncompleteTranscript) as message:
        stack.merge(stack.split())  # as if that tile had failed
    start, end = str(message.value).split("missing, at ")[1].split(" (")[0].split("-")
    mended = stack.redo(done, start, end, **HOTWORDS)
    assert mended.complete
    assert [text.partition("-")[0] for text, *_ in stack.words(mended)] == [
        f"tile{i}" for i in range(len(parts))
    ]


def test_one_execution_at_a_time_is_at_a_redo_and_none_while_its_job_runs(
    stack: Stack, done: TranscriptReference
) -> None:
    asked: dict[str, Any] = {
        "redo": {"job": done.job, "from": "0:30", "to": "0:40"},
        "options": HOTWORDS,
    }
    stack.running.add("one")  # it was at the job to redo
    with pytest.raises(
        JobInProgress, match=f"Waiting for one, which is at the job to redo .{done.job}"
    ):
        stack.split("two", **asked)
    stack.running = {"two"}
    stack.split("two", **asked)
    with pytest.raises(JobInProgress, match="Waiting for two, which is at the same job"):
        stack.split("three", **asked)


def test_what_is_no_longer_kept_is_reported_with_what_to_do(
    stack: Stack, done: TranscriptReference
) -> None:
    once = stack.redo(done, "0:30", "0:40", **HOTWORDS)
    message = f"Of the job {done.job} nothing is kept.*Transcribe the recording again first"
    for key in stack.storage.keys("work", keys.parts(done.job)):
        stack.storage.delete("work", key)
    with pytest.raises(JobNotFound, match=message):
        stack.redo(done, "0:50", "0:55", **HOTWORDS)
    with pytest.raises(JobNotFound, match=message):
        stack.redo(once, "0:50", "0:55", **HOTWORDS)
    with pytest.raises(JobNotFound, match="Of the job 0123456789abcdef nothing is kept"):
        stack.split(redo={"job": "0123456789abcdef", "from": "0:30", "to": "0:40"})


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"options": {"vad_threshold": 0.6}},
            InvalidOption,
            "'vad_threshold' can't be another .*: it was 0.5. A redo takes language",
        ),
        ({"options": {"channels": "separate"}}, InvalidOption, "'channels' can't be another"),
        (
            {"options": {"language": "fr"}},
            UnsupportedLanguage,
            "tiny.en does not know the language 'fr'",
        ),
        (
            {"redo": {"model": "large-v3"}},
            UnknownModel,
            "the functions have tiny.en. Leave the model out, or .* MODEL=large-v3",
        ),
        (
            {"redo": {"from": "2:00", "to": "3:00"}},
            InvalidOption,
            "talk.wav lasts 2:00: there is nothing to redo from 2:00 on",
        ),
        (
            {"key": "other.wav"},
            InvalidInput,
            "is of s3://recordings/talk.wav, not of s3://recordings/other.wav",
        ),
        ({"key": "nowhere.wav"}, RecordingNotFound, "no s3://recordings/nowhere.wav"),
    ],
)
def test_what_cannot_be_redone_is_refused_by_name(
    stack: Stack,
    done: TranscriptReference,
    changed: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    stack.storage.objects["recordings", "other.wav"] = stack.storage.objects[
        "recordings", "talk.wav"
    ]
    asked = {"job": done.job, "from": "0:30", "to": "0:40"} | changed.pop("redo", {})
    with pytest.raises(error, match=message):
        stack.split(**{"redo": asked} | changed)


def test_a_model_that_is_named_may_be_the_one_that_is_deployed(
    stack: Stack, done: TranscriptReference
) -> None:
    assert (
        stack.split(redo={"job": done.job, "from": "0:30", "to": "5:00", "model": "tiny.en"}).chunks
        > 1
    )


def test_a_recording_that_was_replaced_is_not_mixed_with_the_one_that_was_read(
    stack: Stack, done: TranscriptReference
) -> None:
    stack.storage.objects["recordings", "talk.wav"] = write_wav(np.zeros(16_000, np.int16))
    with pytest.raises(
        RecordingNotFound,
        match=r"talk.wav is another recording now than the job .* Name the 'version'",
    ):
        stack.redo(done, "0:30", "0:40", **HOTWORDS)


def test_the_language_is_the_jobs_and_detected_in_the_range_only_where_nobody_knows_it(
    stack: Stack, done: TranscriptReference, tmp_path: Path
) -> None:
    model = str(a_model_folder(tmp_path / "mine", ["en", "fr"], multilingual=True))
    stack.settings = SETTINGS.model_copy(update={"model": model})
    asked: dict[str, Any] = {"redo": {"job": done.job, "from": "0:30", "to": "0:40"}}
    job = stack.split(**asked)
    assert job.language is None, "the English-only model's job has no say in what another hears"
    stack.transcribe(job)
    assert stack.split(**asked).language is not None
    answer = stack.run()
    folder = JobFolder(stack.storage, "work", answer.job)
    folder.save_language("fr")
    assert (
        stack.split(
            redo={"job": answer.job, "from": "0:30", "to": "0:40"}, options=HOTWORDS
        ).language
        == "fr"
    )
