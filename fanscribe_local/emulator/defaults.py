"""How a recording is shared out on this machine: the template's parameters for its readers, its
device and a model.
"""

import os

from fanscribe.audio.limits import MEGABYTE
from fanscribe.recognition.compute import Device, readers
from fanscribe.recognition.models import Model

MOST_WORKERS = 8
FOR_MODELS = 0.75  # of this machine's memory
# The planner thinks of Lambda's cold starts and prices. Here one process reads chunk after chunk,
# and its readers share out each among themselves: so chunks are large, an hour of speech. Eight
# tiles decoded together take 7 to 9 % less CPU than four with tiny.en and base, with small no less,
# for half as much memory again.
CHUNK_TILES = 128
LIGHT_MB, LIGHT_TILES, TILES, GPU_TILES = 200, 8, 4, 16


def default_workers(
    model: Model, device: Device, cores: int | None = None, memory_mb: int | None = None
) -> int:
    """Readers side by side: one for each core, as far as there is memory.

    One for a GPU.
    """
    if device == "cuda":
        return 1
    footprint = model.footprint(default_tiles(model, device))
    memory = FOR_MODELS * (memory_mb or _memory_mb())
    return min(MOST_WORKERS, readers(cores or os.cpu_count() or 1, memory, footprint))


def default_tiles(model: Model, device: Device) -> int:
    """Tiles decoded together at most."""
    if device == "cuda":
        return GPU_TILES
    return LIGHT_TILES if model.weights_mb < LIGHT_MB else TILES


def deployment_parameters(
    model: Model, device: Device = "cpu", chunk_tiles: int | None = None
) -> dict[str, str]:
    """The template's parameters. All readers are at one chunk."""
    return {
        "MapConcurrency": "1",
        "ChunkTiles": str(chunk_tiles or CHUNK_TILES),
        "BatchTiles": str(default_tiles(model, device)),
    }


def _memory_mb() -> int:
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MEGABYTE)
