"""A recording's name does not change its transcript."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanscribe.times import SAMPLE_RATE
from fanscribe_local.emulator.engine import Engine
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.hostile_media import containers
from tests.support.workflow import an_engine, transcribed

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Its own: the recordings here have each other's names."""
    with an_engine(tmp_path_factory.mktemp("logs"), workers=1) as running:
        yield running


@pytest.mark.parametrize(
    ("extension", "wrong"),
    [
        ("flac", "talk.mp3"),
        ("mp3", "talk.wav"),
        ("wav", "talk.ogg"),
        ("mp4", "talk.flac"),
        ("webm", "talk"),
        ("aiff", "talk.m3u8"),
    ],
)
def test_a_wrongly_named_recording_has_the_same_transcript(
    engine: Engine, tmp_path: Path, extension: str, wrong: str
) -> None:
    data = containers(decoded(SAMPLE)[0, : 10 * SAMPLE_RATE])[extension]
    (tmp_path / wrong).write_bytes(data)
    (tmp_path / f"right.{extension}").write_bytes(data)
    right = transcribed(engine, tmp_path / f"right.{extension}")
    assert b"synthetic voice" in right["txt"]
    assert {
        name: text for name, text in transcribed(engine, tmp_path / wrong).items() if name != "json"
    } == {name: text for name, text in right.items() if name != "json"}, (
        "the JSON also names the recording"
    )
