"""Transcribe, once the words of its chunk are stored: take the voices of the same tiles.

Voices never cost words. A tile whose voices can't be taken has none, and its words go by their
neighbours'.
"""

from collections.abc import Callable

from fanscribe.documents.job import InvocationTimes
from fanscribe.documents.payloads import ChunkProgress, TranscribeTask
from fanscribe.documents.plan import Tile
from fanscribe.documents.voices import TileVoices
from fanscribe.jobs.attempt_log import attempting, unfinished_attempts
from fanscribe.jobs.attempts import given_up, suspects
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.batches import Batches
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import Storage
from fanscribe.jobs.voices import save_voices, voiced_tiles, voices_folder
from fanscribe.recognition.compute import threads
from fanscribe.runtime.settings import TranscribeSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.speakers.voice_reader import VoiceReader


def take_voices(  # noqa: PLR0913, PLR0917  (as Transcribe, and its answer)
    task: TranscribeTask,
    settings: TranscribeSettings,
    storage: Storage,
    load: Callable[[], VoiceReader],
    deadline: Deadline,
    words: ChunkProgress,
) -> ChunkProgress:
    """Store the voices of the chunk's speech tiles that have none, while the deadline allows.

    `words` is the answer on the words: while some remain, or nobody asks for speakers, it stands.
    """
    models = task.chunk.voices
    if words.remaining or not models:
        return words
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, task.job)
    plan = folder.plan()
    kept = voices_folder(folder, plan)
    tiles = plan.tiles[task.chunk.first : task.chunk.last + 1]
    spoken = [tile for tile in tiles if not tile.silent]
    waiting = {tile.index for tile in spoken} - voiced_tiles(kept, models)
    if not waiting:
        return words

    attempts = unfinished_attempts(folder)
    for tile, failure in given_up(waiting, attempts, task.execution).items():
        none = TileVoices(tile=tile, utterances=(), failed=failure.cause)
        save_voices(kept, models, [none], meter.lap())
        waiting.remove(tile)

    meter.mark("store")
    reader = load()
    meter.mark("load")

    def read(batch: list[Tile]) -> list[TileVoices]:
        sound = sounds(storage, settings.work_bucket, plan, batch)
        with deadline.pacing(len(batch)), attempting(folder, batch, task.execution):
            return [reader.voices(tile, sound[tile.index]) for tile in batch]

    def store(_: list[Tile], voices: list[TileVoices]) -> None:
        save_voices(kept, models, voices, meter.lap())

    # one thread for each core: a voice's bytes depend on it
    batches = Batches(spoken, waiting, suspects(attempts), settings.batch_tiles, deadline)
    try:
        batches.read(threads(), read, store)
    finally:
        meter.mark("read")
    return ChunkProgress(remaining=len(batches.waiting), took=_together(words.took, meter.took([])))


def _together(words: InvocationTimes | None, voices: InvocationTimes) -> InvocationTimes:
    if words is None:
        return voices
    added = {name: getattr(words, name) + getattr(voices, name) for name in ("ms", "load", "read")}
    return words.model_copy(update=added)
