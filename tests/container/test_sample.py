"""The sample through the state machine, its functions in the containers that `sam build` made: the
same transcript.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fanscribe.documents.options import FORMATS
from fanscribe_local.emulator.containers import (
    ContainerPool,
    built_functions,
    container_environment,
    gateway,
    secluded_network,
)
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.stage import variables
from tests.conftest import SAMPLE
from tests.container import sam
from tests.support.workflow import an_engine, transcripts

METADATA = {"language": "en", "formats": ",".join(FORMATS)}


def transcribed(engine: Engine) -> dict[str, bytes]:
    return transcripts(engine, engine.run(engine.upload(SAMPLE, METADATA)))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What this machine's own Python makes of the sample, in every format."""
    with an_engine(tmp_path_factory.mktemp("embedded")) as engine:
        return transcribed(engine)


@dataclass(frozen=True)
class Limited:
    """An engine whose functions are containers with Lambda's limits."""

    engine: Engine

    def pool(self, name: str) -> ContainerPool:
        (pool,) = [pool for pool in self.engine.pools.values() if pool.function.name == name]
        assert isinstance(pool, ContainerPool)
        return pool


@pytest.fixture
def limited(built: Path, tmp_path: Path) -> Iterator[Limited]:
    """Two containers at most for each function; their network leads to this machine alone, where
    the engine is S3.
    """
    with secluded_network() as network, an_engine(tmp_path) as engine:
        url = engine.serve_at(gateway(network))
        for name, function in built_functions(built).items():
            (arn,) = [arn for arn, pool in engine.pools.items() if pool.function.name == name]
            mine = engine.pools[arn].function
            environment = container_environment(mine, url)
            log = tmp_path / f"{name}.log"
            engine.pools[arn] = ContainerPool(
                mine, environment, 2, log, built=function, network=network
            )
        yield Limited(engine)
        for pool in engine.pools.values():
            pool.close()


def test_under_lambdas_limits_the_transcript_is_the_same_to_the_byte(
    limited: Limited, embedded: dict[str, bytes]
) -> None:
    """Read-only but for /tmp, no root, the functions' memory and cores, and a network that ends at
    this machine.
    """
    assert transcribed(limited.engine) == embedded
    assert limited.pool("TranscribeFunction").busiest == 2


def test_sam_local_start_lambda_gives_the_same_transcript_to_the_byte(
    built: Path, tmp_path: Path, embedded: dict[str, bytes]
) -> None:
    assert built
    with an_engine(tmp_path) as engine:
        listed = tmp_path / "variables.json"
        listed.write_text(json.dumps(variables(engine, engine.serve_at(gateway()))))
        with sam.start_lambda(listed, tmp_path / "sam.log") as port:
            for arn, pool in engine.pools.items():
                engine.pools[arn] = sam.SamPool(pool.function, {}, 1, tmp_path / "log", port=port)
            assert transcribed(engine) == embedded, (tmp_path / "sam.log").read_text()[-3000:]


def test_a_model_named_by_its_weights_is_refused_with_the_name_of_its_folder(
    limited: Limited,
) -> None:
    pool = limited.pool("SplitFunction")
    pool.environment = {**pool.environment, "MODEL": "/opt/models/tiny.en/model.bin"}
    failed = limited.engine.run(limited.engine.upload(SAMPLE, METADATA))
    assert (failed.status, failed.error) == ("FAILED", "UnknownModel")
    assert failed.message == (
        "The model /opt/models/tiny.en/model.bin is a file, "
        "and a model is a folder with model.bin in it: name its folder, /opt/models/tiny.en."
    )


def test_beyond_its_memory_a_function_is_ended_by_the_name_that_lambda_gives_it(
    limited: Limited,
) -> None:
    event = {"execution": "by-hand", "input": limited.engine.upload(SAMPLE, METADATA)}
    job = json.loads(limited.pool("SplitFunction").invoke(json.dumps(event).encode()).payload)
    pool = limited.pool("TranscribeFunction")
    pool.built = replace(pool.built, memory_mb=100)
    task = {
        "execution": "by-hand",
        "job": job["job"],
        "language": "en",
        "chunk": {"first": 0, "last": 3},
    }
    answer = pool.invoke(json.dumps(task).encode())
    assert answer.failed
    assert json.loads(answer.payload)["errorType"] == "Runtime.ExitError"
