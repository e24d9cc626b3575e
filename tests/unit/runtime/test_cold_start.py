"""The log's first line of a process says what it runs on."""

import importlib.metadata
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fanscribe import __version__
from fanscribe.recognition.models import baked_checksum
from fanscribe.runtime.cold_start import age_ms, cold_ms, surroundings
from functions.bake import KNOWN, seal
from tests.support.builders import a_weights_file


def test_versions_compute_types_and_the_model_are_reported() -> None:
    facts = surroundings({"MODEL": "tiny.en"})
    assert facts["versions"]["fanscribe"] == __version__
    assert facts["versions"]["ctranslate2"] == importlib.metadata.version("ctranslate2")
    assert facts["versions"]["faster-whisper"] == importlib.metadata.version("faster-whisper")
    assert "int8" in facts["compute_types"]
    assert facts["model"] == "tiny.en"
    assert "model_sha256" not in facts, "nothing is baked in here"


def test_a_function_without_a_model_tells_none() -> None:
    assert "model" not in surroundings({})


def test_a_process_tells_once_how_long_it_has_lived_and_then_that_it_is_warm(
    tmp_path: Path,
) -> None:
    script = (
        "import time; time.sleep(0.2); "
        "from fanscribe.runtime.cold_start import cold_ms; print(cold_ms(), cold_ms(), cold_ms())"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    first, *later = map(int, done.stdout.split())
    assert 200 <= first <= (time.monotonic() - began) * 1000 + 20
    assert later == [0, 0]
    assert cold_ms() >= 0
    assert age_ms(tmp_path / "none") == 0


def test_the_weights_checksum_is_written_beside_them_and_found_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    a_weights_file(tmp_path / "mine" / "model.bin", width=8, layers=0, size=160)
    seal("mine", tmp_path / "mine" / "model.bin")
    found = baked_checksum("mine", tmp_path)
    assert found
    assert re.fullmatch(r"[0-9a-f]{64}", found)
    assert (tmp_path / "mine" / "model.bin.sha256").read_text() == f"{found}  model.bin\n"
    assert baked_checksum("other", tmp_path) is None


def test_weights_that_are_not_the_known_ones_fail_the_build(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"other weights")
    with pytest.raises(
        SystemExit,
        match=f"The weights of tiny.en are not those that are known.*not {KNOWN['tiny.en']}",
    ):
        seal("tiny.en", tmp_path / "model.bin")
    assert not (tmp_path / "model.bin.sha256").exists()
