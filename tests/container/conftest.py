"""The results of `sam build`, in containers: `make test-sam`.

Skipped, by name, where there is no Docker engine.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.container import sam


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder that `sam build` fills; the image has tiny.en baked in."""
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs a Docker engine, and none answers here")
    if not sam.SAM.exists():
        pytest.skip("needs the SAM CLI in .venv-sam: make test-sam")
    if sam.python313() is None:
        pytest.skip(
            "needs python3.13, with which sam build makes the layer, on the PATH or under pyenv"
        )
    sam.build()
    return sam.BUILD
