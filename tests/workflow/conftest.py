"""The real state machine, the real functions and the real model, on the sample recording."""

from collections.abc import Iterator

import pytest

from fanscribe_local.emulator.engine import Engine
from tests.support.workflow import an_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One deployment for the tests of a module, two workers."""
    with an_engine(tmp_path_factory.mktemp("logs")) as running:
        yield running
