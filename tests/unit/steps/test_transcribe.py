"""Transcribe and Merge, with a recognizer whose readings can be computed by hand: the fan-out
leaves no trace.
"""

import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import ChunkProgress, MergeTask, TranscribeTask
from fanscribe.documents.plan import Chunk, Plan, Tile
from fanscribe.documents.reading import Reading
from fanscribe.errors import IncompleteTranscript, ReadAgain, ReadingFailed
from fanscribe.jobs.audio_store import AudioStore
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import load_failures, load_parts
from fanscribe.runtime.settings import MergeSettings, TranscribeSettings
from fanscribe.steps.merge import merge
from fanscribe.steps.transcribe import transcribe
from fanscribe.tiling.tiles import plan_chunks
from tests.support.builders import a_plan, damaged, tiles
from tests.support.fakes import Killed, MemoryStorage, SpellingRecognizer

EXECUTION = "here"
PLAN = a_plan(tiles(12, seconds=5, silent=(3, 4, 9)))
NOW: Callable[[], Deadline] = lambda: Deadline(lambda: 900_000, lambda: 0.0)  # noqa: E731
OUT_OF_TIME: Callable[[], Deadline] = lambda: Deadline(lambda: 0, lambda: 0.0)  # noqa: E731
# a minute of samples that tell where they are
SOUND = np.arange(60 * 16_000, dtype=np.int64).astype(np.int16)


def a_job(plan: Plan, chunk_tiles: int) -> tuple[MemoryStorage, tuple[Chunk, ...]]:
    """A job as Split leaves it."""
    storage = MemoryStorage()
    folder, chunks = JobFolder(storage, "work", plan.job), plan_chunks(plan.tiles, chunk_tiles)
    with AudioStore(storage, "work", plan.job).recorder() as keep:
        keep(SOUND[np.newaxis])
    folder.save_plan(plan, chunks, BilledTime(ms=0, memory_mb=0))
    return storage, chunks


def work(
    storage: MemoryStorage,
    chunk: Chunk,
    recognizer: SpellingRecognizer,
    batch: int = 4,
    deadline: Deadline | None = None,
) -> int:
    """One invocation of Transcribe. Returns the tiles that remain."""
    return answer(storage, chunk, recognizer, batch, deadline).remaining


def answer(
    storage: MemoryStorage,
    chunk: Chunk,
    recognizer: SpellingRecognizer,
    batch: int = 4,
    deadline: Deadline | None = None,
) -> ChunkProgress:
    task = TranscribeTask(execution=EXECUTION, job=PLAN.job, language="en", chunk=chunk)
    settings = TranscribeSettings(work_bucket="work", model="tiny.en", batch_tiles=batch)
    return transcribe(task, settings, storage, lambda: recognizer, deadline or NOW())


def merged(storage: MemoryStorage, plan: Plan) -> dict[str, bytes]:
    """Merge's files, by format."""
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    reference = merge(
        MergeTask(execution=EXECUTION, job=plan.job, output=OutputOptions()), settings, storage
    )
    return {name: storage.read(reference.bucket, key) for name, key in reference.keys.items()}


def transcribed(chunk_tiles: int, batch: int, readers: int = 1) -> dict[str, bytes]:
    storage, chunks = a_job(PLAN, chunk_tiles)
    for chunk in chunks:
        assert work(storage, chunk, SpellingRecognizer(readers=readers), batch) == 0
    return merged(storage, PLAN)


@given(st.integers(1, 14), st.integers(1, 5), st.integers(1, 4))
def test_chunks_batches_and_readers_leave_no_trace(
    chunk_tiles: int, batch: int, readers: int
) -> None:
    assert transcribed(chunk_tiles, batch, readers) == transcribed(12, 12)


def test_every_tile_is_read_from_its_own_samples() -> None:
    words = transcribed(4, 2)["txt"].decode().split()
    expected = [f"tile{tile.index}-{SOUND[tile.start]}" for tile in PLAN.tiles if not tile.silent]
    assert words == expected


def test_the_answer_tells_what_was_read_and_a_finished_chunk_read_nothing() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    first, again = (answer(storage, chunk, SpellingRecognizer()).took for _ in range(2))
    assert first is not None
    assert again is not None
    assert (first.tiles, first.audio) == (9, 45_000)
    assert first.load + first.read <= first.ms
    assert (again.tiles, again.audio, again.load, again.read) == (0, 0, 0, 0)


def test_silent_tiles_are_never_sent_to_the_model() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    recognizer = SpellingRecognizer()
    work(storage, chunk, recognizer)
    assert [tile for batch in recognizer.batches for tile in batch] == [0, 1, 2, 5, 6, 7, 8, 10, 11]


def test_a_worker_out_of_time_stops_between_batches_and_the_next_goes_on() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    recognizer = SpellingRecognizer()
    remains = [work(storage, chunk, recognizer, 4, OUT_OF_TIME()) for _ in range(3)]
    assert remains == [5, 1, 0]
    assert sorted(tile for batch in recognizer.batches for tile in batch) == [
        0,
        1,
        2,
        5,
        6,
        7,
        8,
        10,
        11,
    ], "none was read twice"
    assert merged(storage, PLAN) == transcribed(12, 12)


@given(st.integers(0, 4))
def test_a_worker_that_dies_loses_at_most_the_batch_it_was_at(batches: int) -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    dying = SpellingRecognizer(dies_at=batches)
    with pytest.raises(Killed):
        work(storage, chunk, dying, 2)
    heir = SpellingRecognizer()
    assert work(storage, chunk, heir, 2) == 0
    read = [tile for batch in [*dying.batches, *heir.batches] for tile in batch]
    assert sorted(set(read)) == [0, 1, 2, 5, 6, 7, 8, 10, 11]
    assert len(read) - len(set(read)) == len(dying.batches[-1]), (
        "the batch that died, and no other, is read twice"
    )
    assert all(len(batch) == 1 for batch in heir.batches if set(batch) & set(dying.batches[-1])), (
        "and now tile by tile"
    )
    assert merged(storage, PLAN) == transcribed(12, 12)


def test_time_in_which_several_read_is_billed_once() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    both = threading.Barrier(2)

    class Together(SpellingRecognizer):
        def read(self, tiles: Sequence[Tile], *rest: Any) -> list[Reading]:
            both.wait(timeout=20)
            time.sleep(0.05)
            return super().read(tiles, *rest)

    took = answer(storage, chunk, Together(readers=2), batch=3).took
    parts = load_parts(JobFolder(storage, "work", PLAN.job)).spent
    assert took
    assert len(parts) > 2
    assert sum(part.ms for part in parts) <= took.ms + len(parts), "each is rounded"


def test_a_finished_chunk_needs_no_model() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    work(storage, chunk, SpellingRecognizer())
    assert work(storage, chunk, SpellingRecognizer(dies_at=0)) == 0


def outlived(storage: MemoryStorage, chunk: Chunk, recognizer: SpellingRecognizer) -> int:
    """The invocations that it takes, one after another as the state machine repeats them, until
    none is killed.
    """
    for invocation in range(1, 20):
        try:
            assert work(storage, chunk, recognizer) == 0
        except (Killed, ReadingFailed):
            continue
        return invocation
    raise AssertionError("it never ends")


@pytest.mark.parametrize("kind", ["deadly", "hard"])
def test_a_tile_that_ends_its_worker_is_tried_alone_then_named_and_the_rest_goes_on(
    kind: str,
) -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    recognizer = SpellingRecognizer(**{kind: frozenset({1})})  # type: ignore[arg-type]
    assert outlived(storage, chunk, recognizer) == 3
    tried = [batch for batch in recognizer.batches if 1 in batch]
    assert tried == [[0, 1, 2, 5], [1]]
    with pytest.raises(
        IncompleteTranscript, match=r"11\.1% of the speech is missing, at 0:05-0:10 \(PoisonTile\)"
    ):
        merged(storage, PLAN)
    words = storage.read("transcripts", keys.transcript("talk.mp3", PLAN.job, "txt")).decode()
    assert [f"tile{i}-" in words for i in (0, 1, 2, 5, 6)] == [True, False, True, True, True]


def test_even_if_every_tile_is_deadly_it_ends() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    assert outlived(storage, chunk, SpellingRecognizer(deadly=frozenset(range(12)))) <= 1 + 3 + 9
    assert len(load_failures(JobFolder(storage, "work", PLAN.job))) == 9


def test_what_the_model_raises_is_named_without_its_words() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    with pytest.raises(ReadingFailed, match="raised MemoryError on the tiles 0 to 5") as failed:
        work(storage, chunk, SpellingRecognizer(hard=frozenset({1})))
    assert failed.value.__cause__ is None
    assert not [data for data in storage.objects.values() if b"SECRET" in data]


def test_a_batch_that_ends_leaves_no_note() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    work(storage, chunk, SpellingRecognizer())
    assert storage.keys("work", keys.attempts(PLAN.job)) == []


def test_a_missing_chunk_fails_the_merge_with_its_time_range_and_keeps_the_rest() -> None:
    storage, (first, second, third) = a_job(PLAN, 4)
    work(storage, first, SpellingRecognizer())
    work(storage, third, SpellingRecognizer())
    failure = b'{"Error":"Runtime.ExitError","Cause":"killed"}'
    storage.write(
        "work",
        f"{keys.failures(PLAN.job)}{second.first}-{second.last}.json",
        failure,
        "application/json",
    )
    with pytest.raises(
        IncompleteTranscript,
        match=r"talk\.mp3: 33\.3% of the speech is missing, at 0:25-0:40 \(Runtime\.ExitError\)",
    ):
        merged(storage, PLAN)
    partial = storage.read("transcripts", keys.transcript("talk.mp3", PLAN.job, "json"))
    assert b'"complete": false' in partial
    assert b"tile11" in partial


@pytest.mark.parametrize(
    ("redrives", "laid_out", "error"),
    [
        (0, 0, IncompleteTranscript),
        (1, 0, ReadAgain),
        (1, 1, IncompleteTranscript),
        (2, 1, ReadAgain),
    ],
)
def test_missing_speech_is_sent_for_once_a_redrive(
    redrives: int, laid_out: int, error: type
) -> None:
    storage, (first, *_) = a_job(PLAN, 4)
    work(storage, first, SpellingRecognizer())
    context = {"Id": EXECUTION, "Input": {}, "RedriveCount": redrives}
    given = {"execution": EXECUTION, "job": PLAN.job, "output": {}, "redrives": laid_out}
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    with pytest.raises(error, match="of the speech is missing"):
        merge(MergeTask.parse(given | {"context": context}), settings, storage)
    whole = MergeTask.parse(given | {"context": context, "output": {"tolerated_loss": 1}})
    assert not merge(whole, settings, storage).complete


def test_a_loss_that_is_tolerated_fails_nothing_but_is_marked() -> None:
    storage, (first, second, third) = a_job(PLAN, 4)
    work(storage, first, SpellingRecognizer())
    work(storage, third, SpellingRecognizer())
    assert second
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    task = MergeTask(execution=EXECUTION, job=PLAN.job, output=OutputOptions(tolerated_loss=0.4))
    reference = merge(task, settings, storage)
    assert b'"complete": false' in storage.read("transcripts", reference.keys["json"])
    assert b"[missing" in storage.read("transcripts", reference.keys["txt"])


def test_the_message_of_a_file_that_is_damaged_everywhere_is_short_and_says_what_to_do() -> None:
    plan = damaged(
        a_plan(tiles(120, 30)),
        *((second, second + 1) for second in range(0, 3_600, 3)),
        (3_597, 3_600),
    )
    storage, _ = a_job(plan, 12)
    with pytest.raises(
        IncompleteTranscript,
        match=r"the recording could not be decoded\. The file may have been cut off",
    ) as failed:
        merged(storage, plan)
    assert re.search(
        r", and 2\d{3} more\. The partial transcript is in s3://transcripts/", str(failed.value)
    )
    assert len(str(failed.value)) < 5_000, "Step Functions cuts off a cause after 32,768 characters"


@pytest.mark.parametrize(
    "body", [b'{"Error":"E","Cause":"c"}', b'"{\\"Error\\":\\"E\\",\\"Cause\\":\\"c\\"}"']
)
def test_failures_are_read_whichever_way_step_functions_wrote_them(body: bytes) -> None:
    storage, _ = a_job(PLAN, 4)
    storage.write("work", f"{keys.failures(PLAN.job)}0-3.json", body, "application/json")
    failures = load_failures(JobFolder(storage, "work", PLAN.job))
    named = {tile: failure.error for tile, failure in failures.items()}
    assert named == dict.fromkeys(range(4), "E")


def test_a_damaged_part_is_reported_with_its_time_range_and_read_again_next_time() -> None:
    storage, (chunk,) = a_job(PLAN, 12)
    work(storage, chunk, SpellingRecognizer())
    (part, *_) = storage.keys("work", keys.parts(PLAN.job))
    storage.objects["work", part] = storage.objects["work", part][:50]
    with pytest.raises(
        IncompleteTranscript,
        match=r"missing, at 0:00-0:15 \(WorkDamaged\), 0:25-0:30 \(WorkDamaged\)",
    ):
        merged(storage, PLAN)
    again = SpellingRecognizer()
    work(storage, chunk, again)
    assert again.batches == [[0, 1, 2, 5]]
    assert merged(storage, PLAN) == transcribed(12, 12)


def test_a_recording_of_silence_merges_to_an_empty_transcript() -> None:
    plan = a_plan(tiles(2, silent=(0, 1)))
    storage, chunks = a_job(plan, 4)
    assert chunks == ()
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    reference = merge(
        MergeTask(execution=EXECUTION, job=plan.job, output=OutputOptions()), settings, storage
    )
    assert storage.read(reference.bucket, reference.keys["txt"]) == b""
    assert reference.message == f"0 words in 20.0 seconds of sound. {reference.notes[0]}"
    assert reference.notes[0].startswith(
        "Nothing was transcribed. Speech was detected in 0% of 0:20;"
    )
