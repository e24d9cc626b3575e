"""What every lane shares: where things are, and what is skipped by name where they are not."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# No test may depend on how fast or busy the machine is
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample" / "lighthouse-talk.mp3"
CORPUS = ROOT.parent / "shared" / "corpus"
BASE_SCRIPT = ROOT.parent / "shared" / "models" / "whisper-base.sh"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recordings; not part of the project."""
    if not CORPUS.is_dir():
        pytest.skip("needs ../shared/corpus (real recordings with reference text), which is not here")
    return CORPUS


@pytest.fixture(scope="session")
def base() -> str:
    """Folder of the multilingual base model."""
    if not BASE_SCRIPT.is_file():
        pytest.skip("needs ../shared/models/whisper-base.sh (the multilingual base model), which is not here")
    made = subprocess.run(["bash", BASE_SCRIPT], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"the multilingual base model can't be had here: {made.stderr.strip()[-200:]}")
    return str(Path(made.stdout.strip()))
