"""`make deploy`, as far as it goes without an account: what it says to SAM, and why a new image
reaches the functions.
"""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

SAM_PYTHON = ROOT / ".venv-sam" / "bin" / "python"


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = os.environ | environment
    command = ["make", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


def test_the_build_and_the_deployment_are_given_the_same_model_and_parameters() -> None:
    said = ("MODEL=models/own", "STACK=talks", "PARAMETERS=ChunkTiles=8 LogLevel=DEBUG")
    printed = make("-n", "deploy", *said).stdout
    given = "--parameter-overrides Model=models/own ChunkTiles=8 LogLevel=DEBUG"
    assert re.search(rf"/sam build (--use-container )?{given}\n", printed)
    assert re.search(
        rf"/sam deploy --config-env make --stack-name talks .*\\\n\s*{given}\n", printed
    )


def test_nothing_that_it_says_to_sam_asks_a_question() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    used = [config[name]["deploy"]["parameters"] for name in ("make", "images")]
    assert not any(parameters["confirm_changeset"] for parameters in used)


@pytest.mark.parametrize("python", [True, False])
def test_a_container_builds_where_no_python313_runs(tmp_path: Path, *, python: bool) -> None:
    (tmp_path / "python3.13").write_text(f"#!/bin/sh\nexit {0 if python else 127}\n")
    (tmp_path / "python3.13").chmod(0o755)
    printed = make("-n", "deploy", "MODEL=tiny.en", PATH=f"{tmp_path}:/usr/bin:/bin").stdout
    assert ("--use-container" in printed) is not python


@pytest.mark.parametrize("target", ["model", "deploy"])
def test_without_a_model_it_says_which_to_name(target: str) -> None:
    asked = make("-o", ".venv-sam/.installed", "-o", ".venv-convert/.installed", target)
    assert asked.returncode == 2
    assert f"make {target} MODEL=" in asked.stderr


@pytest.mark.parametrize("stack", ["Talks", "talks-", "two--dashes"])
def test_a_stack_whose_images_could_have_no_repository_is_refused_before_anything_is_built(
    stack: str,
) -> None:
    """CloudFormation takes capitals in a stack's name; ECR takes none in a repository's."""
    refused = make("-o", ".venv-sam/.installed", "deploy", "MODEL=tiny.en", f"STACK={stack}")
    assert refused.returncode == 2
    assert f"STACK={stack} can't name the images' repository" in refused.stderr


@pytest.mark.skipif(
    not SAM_PYTHON.exists(), reason="needs .venv-sam (the SAM CLI), which `make validate` installs"
)
def test_sam_makes_of_another_image_another_uri_and_of_the_same_image_the_same() -> None:
    """CloudFormation updates a function whose ImageUri has changed, and no other: with a tag that
    stays, none.
    """
    script = (
        "from samcli.lib.package.image_utils import tag_translation as tag;"
        "print(*(tag('splitfunction:latest', f'sha256:{digit * 64}') for digit in 'aab'))"
    )
    done = subprocess.run([SAM_PYTHON, "-c", script], capture_output=True, text=True, check=True)
    first, same, other = done.stdout.split()
    assert first == same == "splitfunction-aaaaaaaaaaaa-latest"
    assert other == "splitfunction-bbbbbbbbbbbb-latest"
