"""Transcribe: read the tiles of one chunk, batch by batch, storing each batch as soon as it is
read.
"""

from collections.abc import Callable

from fanscribe.documents.payloads import ChunkProgress, TranscribeTask
from fanscribe.documents.plan import Tile
from fanscribe.jobs.attempt_log import attempting, unfinished_attempts
from fanscribe.jobs.attempts import next_batch, poison, suspects
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import finished_tiles, save_failure, save_part
from fanscribe.jobs.storage import Storage
from fanscribe.recognition.recognizer import Recognizer
from fanscribe.runtime.metrics import measure_batch, measure_given_up
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
    if not waiting:
        return ChunkProgress(remaining=0, took=meter.took([]))

    attempts = unfinished_attempts(folder)
    given_up = {
        index: failure
        for index in sorted(waiting)
        if (failure := poison(index, attempts, task.execution))
    }
    for index, failure in given_up.items():
        save_failure(folder, index, failure)
    measure_given_up(len(given_up))
    waiting -= given_up.keys()

    sound_of = sounds(storage, settings.work_bucket, plan, tiles)
    alone = suspects(attempts)
    read: list[Tile] = []
    while waiting and (room := deadline.room(settings.batch_tiles)):
        batch = next_batch(spoken, waiting, alone, room)
        deadline.begin(len(batch))
        with attempting(folder, batch, task.execution):
            meter.mark("store")
            recognizer = load()
            meter.mark("load")
            readings = recognizer.read(
                batch, [sound_of[tile.index] for tile in batch], task.language, plan.options
            )
            took = meter.mark("read")
        measure_batch(batch, readings, took / 1000)
        save_part(folder, readings, meter.lap())
        read += batch
        waiting -= {tile.index for tile in batch}
    return ChunkProgress(remaining=len(waiting), took=meter.took(read))
