"""Weights that are stored as int8 are what loading makes of the original ones."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.reading import Reading
from fanscribe.recognition.int8 import to_int8
from fanscribe.recognition.models import find_model
from fanscribe.recognition.weights import read_weights
from fanscribe.recognition.whisper import WhisperRecognizer
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.builders import a_tile


@pytest.fixture(scope="module")
def int8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny.en"
    shutil.copytree(find_model("tiny.en").folder, folder)
    assert to_int8(folder / "model.bin")
    return folder


def test_matrices_are_int8_with_their_scales_and_the_rest_is_as_it_was(int8: Path) -> None:
    before = read_weights(find_model("tiny.en").folder / "model.bin")
    after = read_weights(int8 / "model.bin")
    assert (after.spec, after.revision, after.aliases) == (
        before.spec,
        before.revision,
        before.aliases,
    )
    scales = {name for name in after.variables if name.endswith("_scale")} - before.variables.keys()
    assert after.variables.keys() - scales == before.variables.keys()
    for name, variable in before.variables.items():
        stored = after.variables[name]
        assert stored.shape == variable.shape
        quantized = f"{name}_scale" in scales
        assert stored.type == ("int8" if quantized else variable.type)
        assert quantized == (name.endswith("weight") and "conv" not in name)


def test_what_is_int8_stays_as_it_is(int8: Path) -> None:
    before = (int8 / "model.bin").read_bytes()
    assert not to_int8(int8 / "model.bin")
    assert (int8 / "model.bin").read_bytes() == before
    assert len(before) < (find_model("tiny.en").folder / "model.bin").stat().st_size * 0.55


def test_words_times_and_scores_are_the_same(int8: Path) -> None:
    sound = decoded(SAMPLE)[0][: 20 * 16_000]

    def read(folder: Path) -> list[Reading]:
        recognizer = WhisperRecognizer(folder, cores=1)
        return recognizer.read([a_tile(0, 0, 20)], [sound], "en", ReadingOptions())

    assert read(int8) == read(find_model("tiny.en").folder)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(np.zeros(100).tobytes())
    with pytest.raises(ValueError, match="version 0"):
        to_int8(tmp_path / "model.bin")
