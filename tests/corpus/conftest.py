"""The multilingual model, where it can be had."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT.parent / "shared" / "models" / "whisper-base.sh"


@pytest.fixture(scope="session")
def base() -> str:
    """Folder of the multilingual base model."""
    if not SCRIPT.is_file():
        pytest.skip("needs ../shared/models/whisper-base.sh (the multilingual base model), which is not here")
    made = subprocess.run(["bash", SCRIPT], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"the multilingual base model can't be had here: {made.stderr.strip()[-200:]}")
    return str(Path(made.stdout.strip()))
