"""How a recording is shared out on this machine: the template's parameters for its workers, its
device and a model.
"""

import os

from fanscribe.audio.limits import MEGABYTE
from fanscribe.planning.prices import speed_of
from fanscribe.recognition.compute import Device
from fanscribe.recognition.models import Model

MOST_WORKERS = 8
FOR_MODELS = 0.75  # of this machine's memory
# The planner thinks of Lambda's cold starts and prices. Here every chunk costs the same, and guided
# ones keep all workers busy. Eight tiles decoded together take 7 % less than four with tiny.en and
# base, with small no less, for half as much memory again.
LIGHT_MB, LIGHT_TILES, TILES, GPU_TILES = 200, 8, 4, 16


def default_workers(
    model: Model, device: Device, cores: int | None = None, memory_mb: int | None = None
) -> int:
    """One for each core, as far as there is memory: each holds a model of its own.

    One for a GPU.
    """
    if device == "cuda":
        return 1
    fit = int(
        (memory_mb or _memory_mb()) * FOR_MODELS / speed_of(model.name, model.weights_mb).memory_mb
    )
    return max(1, min(MOST_WORKERS, cores or os.cpu_count() or 1, fit))


def default_tiles(model: Model, device: Device) -> int:
    """Tiles in a chunk at most, all decoded together."""
    if device == "cuda":
        return GPU_TILES
    return LIGHT_TILES if model.weights_mb < LIGHT_MB else TILES


def deployment_parameters(
    model: Model, workers: int, device: Device = "cpu", chunk_tiles: int | None = None
) -> dict[str, str]:
    """The template's parameters.

    The number of tiles decoded together depends on the model, even if the chunks' size is given.
    """
    tiles = default_tiles(model, device)
    return {
        "MapConcurrency": str(workers),
        "ChunkTiles": str(chunk_tiles or tiles),
        "GuidedChunks": "false" if chunk_tiles else "true",
        "BatchTiles": str(tiles),
    }


def _memory_mb() -> int:
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MEGABYTE)
