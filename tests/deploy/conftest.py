"""The template deployed to an emulator of AWS: `make test-deploy`. Skipped where it can't be."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from boto3.s3.transfer import TransferConfig

from tests.conftest import SAMPLE
from tests.deploy.emulator import Emulator, emulating, what_is_missing
from tests.deploy.stacks import Stack
from tests.support.audio import decoded

SECONDS = 30
RATE = 48_000  # so that half a minute is more than a part
PART = 5 << 20  # bytes, S3's least
IN_PARTS = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    if reason := what_is_missing():
        pytest.skip(reason)
    with emulating(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def first(emulator: Emulator) -> Stack:
    """A stack that `make deploy` made."""
    stack = Stack("first", emulator)
    stack.make("deploy", "MODEL=tiny.en", "PARAMETERS=MapConcurrency=2")
    stack.listen()
    return stack


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's first half minute, in stereo."""
    (mono,) = decoded(SAMPLE)
    file = tmp_path_factory.mktemp("clip") / "clip.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        frames = np.repeat(mono[: SECONDS * 16_000], 2 * RATE // 16_000)
        out.writeframes(frames.astype("<i2").tobytes())
    return file


@pytest.fixture(scope="session")
def uploaded(first: Stack, clip: Path) -> str:
    """The clip's key among the recordings. It was sent in two parts."""
    first.upload(clip, clip.name, IN_PARTS, formats="json")
    return clip.name
