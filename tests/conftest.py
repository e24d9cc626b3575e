"""What every lane shares: where things are, and what is skipped by name where they are not."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample" / "lighthouse-talk.mp3"
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recordings; not part of the project."""
    if not CORPUS.is_dir():
        pytest.skip("needs ../shared/corpus (real recordings with reference text), which is not here")
    return CORPUS
