"""A model of one's own: `make model` converts it, and what comes out reads."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fanscribe.documents.options import ReadingOptions
from fanscribe.recognition.models import find_model
from fanscribe.recognition.whisper import WhisperRecognizer
from tests.conftest import ROOT
from tests.support.builders import a_tile

CONVERTER = ROOT / ".venv-convert" / "bin" / "python"
# A checkpoint as transformers saves one: random weights, and the tokenizer of tiny.en
CHECKPOINT = """
import sys
from transformers import (
    WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizerFast
)
size = {
    "d_model": 64, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
    "encoder_attention_heads": 2, "decoder_attention_heads": 2,
}
config = WhisperConfig(vocab_size=51864, encoder_layers=1, decoder_layers=2, **size)
for part in (
    WhisperForConditionalGeneration(config),
    WhisperTokenizerFast(tokenizer_file=sys.argv[2]),
    WhisperFeatureExtractor(),
):
    part.save_pretrained(sys.argv[1])
"""

pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv-convert" / ".installed").is_file(),
    reason=(
        "needs .venv-convert (transformers and torch, 5.7 GB), "
        "which `make model` installs and which is not here"
    ),
)


def convert(checkpoint: Path, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONVERTER, ROOT / "models" / "convert.py", checkpoint, target],
        env=os.environ | {"PYTHONPATH": str(ROOT / "layers" / "core")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, tokenizer = (
        tmp_path_factory.mktemp("models"),
        find_model("tiny.en").folder / "tokenizer.json",
    )
    subprocess.run(
        [CONVERTER, "-c", CHECKPOINT, folder / "checkpoint", tokenizer],
        check=True,
        capture_output=True,
    )
    done = convert(folder / "checkpoint", folder / "own")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"Deploy it: make deploy MODEL={folder / 'own'}\n")
    return folder / "own"


def test_a_converted_checkpoint_is_a_whole_model_and_reads(converted: Path) -> None:
    assert {file.name for file in converted.iterdir()} == {
        "model.bin",
        "config.json",
        "vocabulary.json",
        "tokenizer.json",
        "preprocessor_config.json",
    }
    model = find_model(str(converted))
    assert (model.name, model.languages) == ("own", ("en",))
    recognizer = WhisperRecognizer(model.folder, cores=1, fallback=False)
    noise = np.random.default_rng(0).normal(0, 1_000, 2 * 16_000).astype(np.int16)
    (reading,) = recognizer.read([a_tile(0, 0, 2)], [noise], "en", ReadingOptions())
    assert reading.tile == 0, "what random weights hear is of no matter"


def test_what_can_not_be_converted_is_reported_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    other = convert(tmp_path, tmp_path / "target")
    assert other.returncode == 1
    assert other.stderr.endswith(
        f"{tmp_path} is no Whisper checkpoint: its model_type is 'bert'.\n"
    )
