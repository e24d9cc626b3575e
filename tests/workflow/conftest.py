"""The real state machine, the real functions and the real model, on the sample recording."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.engine import Engine
from local.executions import Execution
from tests.conftest import SAMPLE

DEFAULTS = {"Model": "tiny.en", "ChunkTiles": "4"}


@contextmanager
def an_engine(logs: Path, workers: int = 2, **parameters: str) -> Iterator[Engine]:
    """A deployment with tiny.en; `parameters` override the template's."""
    with Engine(DEFAULTS | {"MapConcurrency": str(workers)} | parameters, workers, logs) as engine:
        yield engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One deployment for the tests of a module, two workers."""
    with an_engine(tmp_path_factory.mktemp("logs")) as running:
        yield running


def transcripts(engine: Engine, execution: Execution) -> dict[str, bytes]:
    """What an execution wrote, by format."""
    assert execution.output is not None, execution.message
    bucket, keys = execution.output["bucket"], execution.output["keys"]
    return {name: engine.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for name, key in keys.items()}


def all_keys(engine: Engine, bucket: str) -> list[str]:
    found = engine.s3.list_objects_v2(Bucket=engine.bucket(bucket))
    return [entry["Key"] for entry in found.get("Contents", [])]


def transcribed(engine: Engine, recording: Path = SAMPLE) -> dict[str, bytes]:
    """Upload a recording and run the event that this makes."""
    return transcripts(engine, engine.run(engine.upload(recording, {"language": "en"})))
