import pytest

from fanscribe.errors import MisconfiguredError
from fanscribe.recognition.compute import threads
from fanscribe.runtime.settings import SplitSettings

ENVIRONMENT = {
    "WORK_BUCKET": "work",
    "MODEL": "tiny.en",
    "CHUNK_TILES": "4",
    "MAP_CONCURRENCY": "10",
    "PATH": "/bin",
}


def test_settings_are_read_from_the_environment_once_and_typed() -> None:
    assert SplitSettings.read(ENVIRONMENT) == SplitSettings(
        work_bucket="work", model="tiny.en", chunk_tiles=4, map_concurrency=10
    )


@pytest.mark.parametrize("name", ["WORK_BUCKET", "MODEL", "CHUNK_TILES"])
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(MisconfiguredError, match=f"{name}: field required"):
        SplitSettings.read({key: value for key, value in ENVIRONMENT.items() if key != name})


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(MisconfiguredError, match="CHUNK_TILES: input should be greater"):
        SplitSettings.read(ENVIRONMENT | {"CHUNK_TILES": "-1"})


def test_the_host_says_how_many_cores_there_are() -> None:
    assert threads({"OMP_NUM_THREADS": "3"}) == 3
    assert threads({}) >= 1
