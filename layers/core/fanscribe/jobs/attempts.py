"""Which tiles are dangerous: from the notes of batches that were begun and never ended. Pure.

A tile that was in such a batch is tried alone; one that twice ended its worker in this execution is
given up. Earlier executions ask for care alone: memory, timeout or model may be others now.
"""

from collections.abc import Collection, Iterable, Sequence

from fanscribe.documents.job import Attempt, Failure
from fanscribe.documents.plan import Tile
from fanscribe.errors import PoisonTile

TRIES = 2


def suspects(attempts: Iterable[Attempt]) -> frozenset[int]:
    """The tiles that must be tried alone."""
    return frozenset(tile for attempt in attempts for tile in attempt.tiles)


def poison(tile: int, attempts: Iterable[Attempt], execution: str) -> Failure | None:
    """Why a tile is given up, or None: it may be tried."""
    own = [
        attempt for attempt in attempts if attempt.execution == execution and tile in attempt.tiles
    ]
    if len(own) < TRIES:
        return None
    causes = [
        attempt.error or "the worker crashed, ran out of memory or ran out of time"
        for attempt in own
    ]
    return Failure(
        error=PoisonTile.__name__,
        cause=f"Tile {tile} was tried {len(own)} times: {'; '.join(causes)}.",
    )


def given_up(
    tiles: Iterable[int], attempts: Collection[Attempt], execution: str
) -> dict[int, Failure]:
    """The tiles that are tried no more, in their order, and why."""
    failures = {tile: poison(tile, attempts, execution) for tile in sorted(tiles)}
    return {tile: failure for tile, failure in failures.items() if failure}


def next_batch(
    spoken: Sequence[Tile], waiting: Collection[int], alone: Collection[int], size: int
) -> list[Tile]:
    """The next tiles to read together: at most `size`, with no other tile that has speech between
    them.

    A part accounts for all tiles from its first to its last, so a batch may not reach across one
    that it doesn't hold.
    """
    batch: list[Tile] = []
    for tile in spoken:
        fits = tile.index in waiting and not (batch and tile.index in alone)
        if fits:
            batch.append(tile)
        if batch and (not fits or len(batch) == size or tile.index in alone):
            break
    return batch
