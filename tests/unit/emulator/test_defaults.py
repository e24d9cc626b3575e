"""How a recording is shared out on this machine, where nobody says otherwise."""

from pathlib import Path

from fanscribe.recognition.models import WEIGHTS, Model
from fanscribe_local.emulator.defaults import MOST_WORKERS, default_workers, deployment_parameters
from tests.support.builders import a_weights_file


def a_model(folder: Path, name: str, width: int, layers: int, weights_mb: int) -> Model:
    """A model of `weights_mb`, all of them zero."""
    (folder / name).mkdir()
    a_weights_file(folder / name / WEIGHTS, width, layers, weights_mb * 1_000_000)
    return Model(name, folder / name, ("en",))


def test_there_is_a_reader_for_each_core_as_far_as_memory_and_reason_allow(tmp_path: Path) -> None:
    tiny, large = (
        a_model(tmp_path, "tiny.en", 384, 4, 76),
        a_model(tmp_path, "large", 1280, 32, 3_088),
    )
    assert default_workers(tiny, "cpu", cores=2, memory_mb=24_000) == 2
    assert default_workers(tiny, "cpu", cores=64, memory_mb=256_000) == MOST_WORKERS
    assert default_workers(large, "cpu", cores=8, memory_mb=16_000) == 2
    assert default_workers(large, "cpu", cores=8, memory_mb=4_000) == 1, "it may do yet"
    assert default_workers(large, "cuda", cores=8, memory_mb=256_000) == 1


def test_light_models_read_eight_tiles_together_and_all_readers_are_at_one_chunk(
    tmp_path: Path,
) -> None:
    light, heavy = a_model(tmp_path, "base", 512, 6, 146), a_model(tmp_path, "small", 768, 12, 484)
    assert deployment_parameters(light) == {
        "MapConcurrency": "1",
        "ChunkTiles": "128",
        "BatchTiles": "8",
    }
    assert deployment_parameters(heavy, chunk_tiles=30) == {
        "MapConcurrency": "1",
        "ChunkTiles": "30",
        "BatchTiles": "4",
    }
    assert deployment_parameters(heavy, "cuda")["BatchTiles"] == "16"
