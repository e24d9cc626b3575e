"""The sound that all of these tests use."""

import pytest

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.conftest import SAMPLE
from tests.support.audio import decoded


@pytest.fixture(scope="session")
def speech() -> Samples:
    """Fifty seconds of the sample."""
    samples: Samples = decoded(SAMPLE)[0, 10 * SAMPLE_RATE : 60 * SAMPLE_RATE]
    return samples
