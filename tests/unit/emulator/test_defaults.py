"""How a recording is shared out on this machine, where nobody says otherwise."""

from pathlib import Path

from fanscribe.audio.limits import MEGABYTE
from fanscribe.recognition.models import WEIGHTS, Model
from fanscribe_local.emulator.defaults import MOST_WORKERS, default_workers, deployment_parameters


def a_model(folder: Path, name: str, weights_mb: float) -> Model:
    """A model of `weights_mb`, which take no room on the disk."""
    with (folder / WEIGHTS).open("wb") as file:
        file.truncate(round(weights_mb * MEGABYTE))
    return Model(name, folder, ("en",))


def test_there_is_a_worker_for_each_core_as_far_as_memory_and_reason_allow(tmp_path: Path) -> None:
    tiny, large = a_model(tmp_path, "tiny.en", 76), a_model(tmp_path, "large-v3", 3_088)
    assert default_workers(tiny, "cpu", cores=2, memory_mb=24_000) == 2
    assert default_workers(tiny, "cpu", cores=64, memory_mb=256_000) == MOST_WORKERS
    assert default_workers(large, "cpu", cores=8, memory_mb=16_000) == 2
    assert default_workers(large, "cpu", cores=8, memory_mb=4_000) == 1, "it may do yet"
    assert default_workers(large, "cuda", cores=8, memory_mb=256_000) == 1


def test_light_models_read_eight_tiles_together_and_chunks_that_are_given_are_even(
    tmp_path: Path,
) -> None:
    light = deployment_parameters(a_model(tmp_path, "base", 146), workers=2)
    assert light == {
        "MapConcurrency": "2",
        "ChunkTiles": "8",
        "GuidedChunks": "true",
        "BatchTiles": "8",
    }
    heavy = deployment_parameters(a_model(tmp_path, "small", 484), workers=2, chunk_tiles=30)
    assert heavy == {
        "MapConcurrency": "2",
        "ChunkTiles": "30",
        "GuidedChunks": "false",
        "BatchTiles": "4",
    }
    assert deployment_parameters(a_model(tmp_path, "small", 484), 1, "cuda")["BatchTiles"] == "16"
