"""A job that asks for speakers, with a recognizer and a voice reader whose answers can be computed
by hand: who speaks leaves no trace of the fan-out, and costs no words.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import OutputOptions, SpeakerCount
from fanscribe.documents.payloads import ChunkProgress, TranscribeTask
from fanscribe.documents.plan import Chunk, Plan, Redo
from fanscribe.documents.voices import SpeakerBasis
from fanscribe.errors import JobTooExpensive, ReadingFailed, UnknownModel
from fanscribe.jobs.audio_store import AudioStore
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import gather_readings
from fanscribe.jobs.parts import finished_tiles
from fanscribe.jobs.voices import load_voices, voiced_tiles
from fanscribe.recognition.models import Model
from fanscribe.runtime.settings import SplitSettings, TranscribeSettings
from fanscribe.speakers.voice_reader import VoiceReader
from fanscribe.steps.merge_speakers import conversation_of
from fanscribe.steps.split_chunks import Workload, chunks_to_read, forecast
from fanscribe.steps.split_voices import WantedVoices, wanted_voices
from fanscribe.steps.take_voices import take_voices
from fanscribe.steps.transcribe import transcribe
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.ledger import settle_ledger
from tests.support.builders import a_model_folder, a_plan, tiles
from tests.support.fakes import Killed, MemoryStorage, ParityVoiceReader, SpellingRecognizer

PLAN = a_plan(tiles(12, seconds=5, silent=(3, 4, 9)))
SPOKEN = [tile.index for tile in PLAN.tiles if not tile.silent]
SOUND = np.arange(60 * 16_000, dtype=np.int64).astype(np.int16)
AUTO = OutputOptions(speakers=SpeakerCount(fewest=1, most=30))
PLENTY = 900_000
MODELS = "0123456789ab"


class Answer(NamedTuple):
    """What one call of Transcribe did."""

    progress: ChunkProgress
    read: list[int]
    heard: list[int]


def a_job(plan: Plan = PLAN, storage: MemoryStorage | None = None) -> JobFolder:
    storage = storage or MemoryStorage()
    folder = JobFolder(storage, "work", plan.job)
    with AudioStore(storage, "work", plan.job).recorder() as keep:
        keep(SOUND[np.newaxis])
    folder.save_plan(plan, [], BilledTime(ms=0, memory_mb=0))
    return folder


def work(
    folder: JobFolder,
    chunk: Chunk,
    batch: int = 4,
    reader: ParityVoiceReader | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """One invocation of Transcribe."""
    task = TranscribeTask(execution="here", job=folder.job, language="en", chunk=chunk)
    settings = TranscribeSettings(work_bucket="work", model="tiny.en", batch_tiles=batch)
    recognizer, voices = SpellingRecognizer(), reader or ParityVoiceReader()
    deadline = deadline or Deadline(lambda: PLENTY, lambda: 0.0)
    words = transcribe(task, settings, folder.storage, lambda: recognizer, deadline)
    progress = take_voices(task, settings, folder.storage, lambda: voices, deadline, words)
    read = [tile for batch in recognizer.batches for tile in batch]
    return Answer(progress, sorted(read), sorted(voices.heard))


def laid_out(
    folder: JobFolder, model: Model, chunk_tiles: int = 4, output: OutputOptions = AUTO
) -> tuple[Chunk, ...]:
    """Chunks, as Split lays them out."""
    settings = SplitSettings(
        work_bucket="work", model="tiny.en", chunk_tiles=chunk_tiles, map_concurrency=10
    )
    plan = folder.plan()
    basis = SpeakerBasis(models=MODELS) if output.speakers else None
    if basis:
        folder.save_basis(basis)
    wanted = wanted_voices(folder, plan, basis)
    return chunks_to_read(plan, finished_tiles(folder), "en", model, settings, wanted)


def merged(folder: JobFolder, output: OutputOptions = AUTO) -> Transcript:
    """The transcript, as Merge builds it."""
    plan = folder.plan()
    jobs, _ = gather_readings(folder, plan)
    folder.save_basis(SpeakerBasis(models=MODELS))
    assert output.speakers is not None
    speaking, _ = conversation_of(folder, plan, jobs, output.speakers, output.voices)
    return build_transcript(jobs[-1].plan, jobs[-1].readings, settle_ledger(*jobs[-1]), speaking)


def who(transcript: Transcript) -> dict[int, int | None]:
    """The speaker of each tile's one word."""
    return {
        int(word.text.split("-")[0].removeprefix(" tile")): segment.speaker
        for segment in transcript.segments
        for word in segment.words
    }


def by_parity(tiles_: Iterable[int]) -> dict[int, int]:
    return {tile: tile % 2 for tile in tiles_}


@pytest.fixture
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model("tiny.en", a_model_folder(tmp_path_factory.mktemp("model")), ("en",))


def transcribed(
    model: Model, chunk_tiles: int, batch: int, *, backwards: bool = False
) -> JobFolder:
    folder = a_job()
    chunks = laid_out(folder, model, chunk_tiles)
    for chunk in reversed(chunks) if backwards else chunks:
        assert work(folder, chunk, batch).progress.remaining == 0
    return folder


def test_each_word_has_its_speaker_and_a_segment_never_two(model: Model) -> None:
    transcript = merged(transcribed(model, 4, 4))
    assert who(transcript) == by_parity(SPOKEN)
    assert [speaker.number for speaker in transcript.speakers or ()] == [0, 1]
    assert [speaker.talk for speaker in transcript.speakers or ()] == [25_000, 20_000]


@pytest.mark.parametrize("chunk_tiles", [1, 3, 100])
@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_fan_out_leaves_no_trace(
    model: Model, chunk_tiles: int, batch: int, *, backwards: bool
) -> None:
    expected = merged(transcribed(model, 12, 12))
    assert merged(transcribed(model, chunk_tiles, batch, backwards=backwards)) == expected


def test_speakers_of_a_finished_job_cost_no_words_and_another_number_nothing(model: Model) -> None:
    folder = a_job()
    for chunk in laid_out(folder, model, output=OutputOptions()):
        assert work(folder, chunk).heard == [], "nobody asked for speakers"
    assert laid_out(folder, model, output=OutputOptions()) == ()
    later = [work(folder, chunk) for chunk in laid_out(folder, model)]
    assert sorted(tile for answer in later for tile in answer.heard) == SPOKEN
    assert not any(answer.read for answer in later)
    assert laid_out(folder, model) == ()
    one = OutputOptions(speakers=SpeakerCount(fewest=1, most=1))
    assert laid_out(folder, model, output=one) == ()
    assert set(who(merged(folder, one)).values()) == {0}


def test_voices_count_for_what_a_job_may_cost(model: Model) -> None:
    folder = a_job()
    settings = SplitSettings(work_bucket="work", model="tiny.en", map_concurrency=10, chunk_tiles=0)
    every = [tile.index for tile in PLAN.tiles]

    def usd(voices: int) -> float:
        return forecast(Workload(60, 0, voices), model, PLAN.options, settings).usd

    between = settings.model_copy(update={"max_job_cost": (usd(0) + usd(len(SPOKEN))) / 2})
    assert chunks_to_read(folder.plan(), every, "en", model, between) == ()
    taken = WantedVoices(MODELS, frozenset(every))
    assert chunks_to_read(folder.plan(), every, "en", model, between, taken) == ()
    with pytest.raises(JobTooExpensive):
        chunks_to_read(folder.plan(), every, "en", model, between, WantedVoices(MODELS))


def test_a_redo_takes_the_voices_of_its_job_and_keeps_the_numbers_outside_its_range(
    model: Model,
) -> None:
    base = transcribed(model, 4, 4)
    redo = a_redo(base)
    (chunk,) = laid_out(redo, model)
    answer = work(redo, chunk)
    assert (answer.read, answer.heard) == ([0, 1], [])
    assert who(merged(redo)) == by_parity(SPOKEN)


def test_a_redo_of_a_job_without_voices_takes_all_of_them_and_reads_its_range_alone(
    model: Model,
) -> None:
    base = a_job()
    for chunk in laid_out(base, model, output=OutputOptions()):
        work(base, chunk)
    redo = a_redo(base)
    answers = [work(redo, chunk) for chunk in laid_out(redo, model)]
    assert sorted(tile for answer in answers for tile in answer.read) == [0, 1]
    assert sorted(tile for answer in answers for tile in answer.heard) == SPOKEN
    assert who(merged(redo)) == by_parity(SPOKEN)
    assert voiced_tiles(base, MODELS) >= set(SPOKEN), "they are the recording's"


def a_redo(base: JobFolder) -> JobFolder:
    """Of the first ten seconds."""
    span = Redo(base=base.job, start=0, end=10_000)
    plan = PLAN.model_copy(update={"job": "fedcba9876543210", "redo": span})
    folder = base.of(plan.job)
    folder.save_plan(plan, [], BilledTime(ms=0, memory_mb=0))
    return folder


def test_a_tile_whose_voices_fail_twice_is_given_up_and_loses_no_words() -> None:
    folder = a_job()
    reader = ParityVoiceReader(hard=frozenset({2}))
    chunk = Chunk(first=0, last=11, voices=MODELS)
    for _ in range(2):
        with pytest.raises(ReadingFailed) as failed:
            work(folder, chunk, reader=reader)
        assert "SECRET" not in str(failed.value)
    assert work(folder, chunk, reader=reader).progress.remaining == 0
    assert "MemoryError" in str(load_voices(folder, MODELS).tiles[2].failed)
    transcript = merged(folder)
    assert transcript.notes[-1] == (
        f"The voices of 1 of {len(SPOKEN)} tiles could not be taken: "
        "their words go to whoever speaks before or after them."
    )
    found = who(transcript)
    assert found.keys() == set(SPOKEN)
    assert found | {2: 0} == by_parity(SPOKEN)


class MortalStorage(MemoryStorage):
    """Its `dies_at`-th call ends the worker, once."""

    dies_at = 0

    def step(self) -> None:
        self.dies_at -= 1
        if self.dies_at == 0:
            raise Killed

    def read(self, bucket: str, key: str) -> bytes:
        self.step()
        return super().read(bucket, key)

    def read_range(self, bucket: str, key: str, start: int, end: int, size: int) -> bytes:
        self.step()
        return super().read_range(bucket, key, start, end, size)

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        self.step()
        super().write(bucket, key, data, content_type)
        self.step()

    def delete(self, bucket: str, key: str) -> None:
        self.step()
        super().delete(bucket, key)

    def sizes(self, bucket: str, prefix: str) -> dict[str, int]:
        self.step()
        return super().sizes(bucket, prefix)


def test_wherever_a_worker_ends_the_next_one_goes_on_and_nothing_is_lost(model: Model) -> None:
    expected = merged(transcribed(model, 4, 4))
    died = 0
    for step in range(1, 80):
        storage = MortalStorage()
        folder, chunk = a_job(storage=storage), Chunk(first=0, last=11, voices=MODELS)
        storage.dies_at = step
        try:
            work(folder, chunk)
        except Killed:
            died += 1
        storage.dies_at = 0
        assert work(folder, chunk).progress.remaining == 0
        assert merged(folder) == expected, f"step {step}"
    assert 20 < died < 79, "they end during words and during voices, and not after"


def test_voices_that_don_t_fit_into_the_time_are_taken_by_the_next_call() -> None:
    folder, reader = a_job(), ParityVoiceReader()
    chunk = Chunk(first=0, last=11, voices=MODELS)
    for _ in range(20):
        late = Deadline(lambda: 0, lambda: 0.0)
        if work(folder, chunk, batch=4, reader=reader, deadline=late).progress.remaining == 0:
            break
    assert sorted(reader.heard) == SPOKEN, "each once"


def test_damaged_voices_are_removed_and_taken_again(model: Model) -> None:
    folder = transcribed(model, 4, 4)
    expected = merged(folder)
    damaged = folder.storage.keys("work", keys.all_voices(folder.job))[0]
    folder.storage.write("work", damaged, b"{", "application/json")
    assert set(who(merged(folder))) == set(SPOKEN), "no word is lost"
    (chunk,) = laid_out(folder, model)
    assert sorted(work(folder, chunk).heard) == [i for i in keys.tiles_of(damaged) if i in SPOKEN]
    assert merged(folder) == expected


def test_a_job_without_speakers_loads_no_models() -> None:
    def load() -> VoiceReader:
        raise UnknownModel

    folder, words = a_job(), ChunkProgress(remaining=0)
    task = TranscribeTask(
        execution="here", job=PLAN.job, language="en", chunk=Chunk(first=0, last=11)
    )
    settings = TranscribeSettings(work_bucket="work", model="tiny.en", batch_tiles=4)
    deadline = Deadline(lambda: PLENTY, lambda: 0.0)
    assert take_voices(task, settings, folder.storage, load, deadline, words) is words
