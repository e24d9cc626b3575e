"""How tiles are shared out among chunks. The transcript does not depend on it."""

from collections.abc import Collection, Iterable

from fanscribe import planner
from fanscribe.contracts import Tile
from fanscribe.costs import speed_of
from fanscribe.models import Model
from fanscribe.settings import SplitSettings
from fanscribe.simulator import Fleet


def chunk_size(audio_s: float, spoken: int, model: Model, settings: SplitSettings) -> int:
    """Tiles in a chunk: as the deployment says, else as the planner has it for so much audio and so many tiles with speech."""
    if settings.chunk_tiles:
        return settings.chunk_tiles
    concurrency = settings.map_concurrency
    fleet = Fleet(memory_mb=settings.transcribe_memory, map_concurrency=concurrency, account_concurrency=concurrency)
    job = planner.a_job(audio_s, spoken, fleet, speed_of(model.name, model.weights_mb))
    return planner.plan(job, planner.USUAL).chunk_tiles


def unread(tiles: Iterable[Tile], finished: Collection[int]) -> bool:
    """Whether some tile with speech is not among the finished ones."""
    return any(not tile.silent and tile.index not in finished for tile in tiles)
