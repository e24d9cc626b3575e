"""DetectLanguage: decide a recording's language by a vote of tiles from its whole length."""

from collections.abc import Callable, Sequence
from typing import Any

from fanscribe.audio import Samples, read_tiles
from fanscribe.contracts import Chunk, Job, Tile
from fanscribe.jobs import JobFolder
from fanscribe.language import elect, voters
from fanscribe.observability import observed
from fanscribe.recognizer import Recognizer, load_recognizer
from fanscribe.settings import ModelSettings
from fanscribe.storage import S3Storage, Storage


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    job = Job.parse(event)
    settings = ModelSettings.read()
    heard = detect_language(job, settings, S3Storage(), lambda: load_recognizer(settings.model))
    return heard.model_dump()


def detect_language(job: Job, settings: ModelSettings, storage: Storage, load: Callable[[], Recognizer]) -> Job:
    """The job with its language, which is kept for later executions of the same job."""
    folder = JobFolder(storage, settings.work_bucket, job.job)
    tiles = folder.plan().tiles
    chunk_of = {index: chunk for chunk in folder.chunks() for index in range(chunk.first, chunk.last + 1)}
    there = [tile for tile in tiles if tile.index in chunk_of]  # of a redo, its part of the recording
    sounds = [_sound(folder, tile, tiles, chunk_of[tile.index]) for tile in voters(there)]
    language = elect(load().hear(sounds))
    folder.save_language(language)
    return job.model_copy(update={"language": language})


def _sound(folder: JobFolder, tile: Tile, tiles: Sequence[Tile], chunk: Chunk) -> Samples:
    name = f"{chunk.first}-{chunk.last} of job {folder.job}"
    return read_tiles(folder.audio(chunk), name, tiles[chunk.first : chunk.last + 1])[tile.index]
