"""How a recording is shared out on this machine: the template's parameters for its workers, its device and a model."""

import os

from fanscribe.models import Model
from fanscribe.settings import Device

MOST_WORKERS = 8  # by default: each holds a model in memory
# The planner thinks of Lambda's cold starts and prices. Here every chunk costs the same, and guided ones keep all workers busy.
# Eight tiles decoded together take 7 % less than four with tiny.en and base, but with small no less, and half as much more memory.
LIGHT_MB, LIGHT_TILES, TILES, GPU_TILES = 200, 8, 4, 16


def default_workers(device: Device) -> int:
    return 1 if device == "cuda" else min(MOST_WORKERS, os.cpu_count() or 1)


def default_tiles(model: Model, device: Device) -> int:
    """Tiles in a chunk at most, all decoded together."""
    if device == "cuda":
        return GPU_TILES
    return LIGHT_TILES if model.weights_mb < LIGHT_MB else TILES


def shares(model: Model, device: Device = "cpu", workers: int | None = None, chunk_tiles: int | None = None) -> dict[str, str]:
    """The template's parameters. Of chunks that are given, what is decoded together depends on the model all the same."""
    tiles = default_tiles(model, device)
    return {
        "MapConcurrency": str(workers or default_workers(device)),
        "ChunkTiles": str(chunk_tiles or tiles),
        "GuidedChunks": "false" if chunk_tiles else "true",
        "BatchTiles": str(tiles),
    }
