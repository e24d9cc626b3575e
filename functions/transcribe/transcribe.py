"""Transcribe: read the tiles of one chunk, batch by batch, storing each batch as soon as it is read."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fanscribe.audio import read_tiles
from fanscribe.contracts import Progress, Tile, TranscribeTask
from fanscribe.deadline import Deadline
from fanscribe.jobs import JobFolder
from fanscribe.observability import observed
from fanscribe.recognizer import Recognizer, load_recognizer
from fanscribe.settings import TranscribeSettings
from fanscribe.storage import S3Storage, Storage


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    task = TranscribeTask.parse(event)
    settings = TranscribeSettings.read()
    progress = transcribe(task, settings, S3Storage(), load_recognizer, Deadline(context.get_remaining_time_in_millis))
    return progress.model_dump()


def transcribe(
    task: TranscribeTask, settings: TranscribeSettings, storage: Storage, load: Callable[[str], Recognizer], deadline: Deadline
) -> Progress:
    """Store a part for each batch of the chunk's speech tiles that has none, while the deadline allows."""
    folder = JobFolder(storage, settings.work_bucket, task.job)
    plan = folder.plan()
    tiles = plan.tiles[task.chunk.first : task.chunk.last + 1]
    finished = folder.finished_tiles()
    pending = [tile for tile in tiles if not tile.silent and tile.index not in finished]
    if not pending:
        return Progress(remaining=0)

    sounds = read_tiles(folder.audio(task.chunk), f"{task.chunk.first}-{task.chunk.last} of job {task.job}", tiles)
    for batch in _batches(pending, settings.batch_tiles):
        if not deadline.allows_another():
            break
        samples = [sounds[tile.index] for tile in batch]
        folder.save_part(load(settings.model).read(batch, samples, task.language, plan.options))
        pending = pending[len(batch) :]
    return Progress(remaining=len(pending))


def _batches(tiles: Sequence[Tile], size: int) -> Iterator[Sequence[Tile]]:
    return (tiles[first : first + size] for first in range(0, len(tiles), size))
