"""How tiles are shared out among chunks. The transcript does not depend on it."""

from collections.abc import Collection, Sequence

from fanscribe.documents.plan import Chunk, Plan, Tile
from fanscribe.planning import planner
from fanscribe.planning.prices import speed_of
from fanscribe.planning.simulator import Fleet
from fanscribe.recognition.models import Model
from fanscribe.runtime.settings import SplitSettings
from fanscribe.tiling.tiles import plan_chunks
from fanscribe.times import SAMPLE_RATE


def chunks_to_read(
    plan: Plan, finished: Collection[int], language: str | None, model: Model, settings: SplitSettings
) -> tuple[Chunk, ...]:
    """Those with tiles that are not `finished`; of a job that needs any of them, all, where its language is still to be heard."""
    if not unread(plan.scope, finished):
        return ()
    spoken = sum(not tile.silent for tile in plan.scope)
    audio_s = plan.samples * plan.channels / SAMPLE_RATE
    size = chunk_size(audio_s, spoken, model, settings)
    chunks = plan_chunks(plan.scope, size, settings.map_concurrency if settings.guided_chunks else None)
    if language is None:  # tiles from the whole length have a vote
        return chunks
    return tuple(chunk for chunk in chunks if unread(plan.tiles[chunk.first : chunk.last + 1], finished))


def chunk_size(audio_s: float, spoken: int, model: Model, settings: SplitSettings) -> int:
    """Tiles in a chunk: as the deployment says, else as the planner has it for so much audio and so many tiles with speech."""
    if settings.chunk_tiles:
        return settings.chunk_tiles
    concurrency = settings.map_concurrency
    fleet = Fleet(memory_mb=settings.transcribe_memory, map_concurrency=concurrency, account_concurrency=concurrency)
    job = planner.a_job(audio_s, spoken, fleet, speed_of(model.name, model.weights_mb))
    return planner.plan(job, planner.USUAL).chunk_tiles


def unread(tiles: Sequence[Tile], finished: Collection[int]) -> bool:
    """Whether some tile with speech is not among the finished ones."""
    return any(not tile.silent and tile.index not in finished for tile in tiles)
