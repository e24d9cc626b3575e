"""Transcribe: read the tiles of one chunk, batches side by side, and store each once it is read."""

from collections.abc import Callable, Collection, Sequence

from fanscribe.documents.job import Attempt
from fanscribe.documents.payloads import ChunkProgress, TranscribeTask
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.jobs.attempt_log import attempting, unfinished_attempts
from fanscribe.jobs.attempts import given_up, suspects
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.batches import Batches
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import finished_tiles, save_failure, save_part
from fanscribe.jobs.storage import Storage
from fanscribe.recognition.recognizer import Recognizer
from fanscribe.runtime.metrics import measure_batch, measure_given_up, measure_pace
from fanscribe.runtime.settings import TranscribeSettings
from fanscribe.runtime.usage import UsageMeter


def transcribe(
    task: TranscribeTask,
    settings: TranscribeSettings,
    storage: Storage,
    load: Callable[[], Recognizer],
    deadline: Deadline,
) -> ChunkProgress:
    """Store a part for each batch of the chunk's speech tiles that has none, while the deadline
    allows.

    A tile that ends its worker is tried alone the second time, and given up, with its reason,
    before a third.
    """
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, task.job)
    plan = folder.plan()
    tiles = plan.tiles[task.chunk.first : task.chunk.last + 1]
    spoken = [tile for tile in tiles if not tile.silent]
    # a chunk of a redo may reach beyond its range, for the voices
    scope = {tile.index for tile in plan.scope}
    waiting = {tile.index for tile in spoken if tile.index in scope} - finished_tiles(folder)
    attempts = unfinished_attempts(folder) if waiting else []
    waiting -= _give_up(folder, waiting, attempts, task.execution)
    if not waiting:
        return ChunkProgress(remaining=0, took=meter.took([]))

    meter.mark("store")
    recognizer = load()
    meter.mark("load")

    def read(batch: list[Tile]) -> list[Reading]:
        sound = sounds(storage, settings.work_bucket, plan, batch)
        samples = [sound[tile.index] for tile in batch]
        with deadline.pacing(len(batch)), attempting(folder, batch, task.execution):
            return recognizer.read(batch, samples, task.language, plan.options)

    done: list[Tile] = []

    def store(batch: list[Tile], readings: list[Reading]) -> None:
        measure_batch(readings)
        save_part(folder, readings, meter.lap())
        done.extend(batch)

    batches = Batches(spoken, waiting, suspects(attempts), settings.batch_tiles, deadline)
    try:
        batches.read(recognizer.readers, read, store)
    finally:
        measure_pace(done, meter.mark("read") / 1000)
    return ChunkProgress(remaining=len(batches.waiting), took=meter.took(done))


def _give_up(
    folder: JobFolder, waiting: Collection[int], attempts: Sequence[Attempt], execution: str
) -> set[int]:
    """The tiles that were tried often enough. Their failures say why."""
    failures = given_up(waiting, attempts, execution)
    for tile, failure in failures.items():
        save_failure(folder, tile, failure)
    if waiting:
        measure_given_up(len(failures))
    return set(failures)
