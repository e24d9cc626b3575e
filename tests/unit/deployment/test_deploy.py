"""`make deploy`, as far as it goes without an account: what it says to SAM, and why a new image reaches the functions."""

import subprocess

import pytest

from tests.conftest import ROOT

SAM_PYTHON = ROOT / ".venv-sam" / "bin" / "python"


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_build_and_the_deployment_are_told_the_same_model_and_parameters() -> None:
    told = make("-n", "deploy", "MODEL=models/own", "PARAMETERS=ChunkTiles=8 LogLevel=DEBUG").stdout.splitlines()
    said = [line.split("/sam ")[1] for line in told if "/sam " in line]
    given = "--parameter-overrides Model=models/own ChunkTiles=8 LogLevel=DEBUG"
    assert said == [f"build {given}", f"deploy --no-fail-on-empty-changeset {given}", "list stack-outputs"]


@pytest.mark.parametrize("target", ["model", "deploy"])
def test_without_a_model_it_says_which_to_name(target: str) -> None:
    asked = make("-o", ".venv-sam/.installed", "-o", ".venv-convert/.installed", target)
    assert asked.returncode == 2
    assert f"make {target} MODEL=" in asked.stderr


@pytest.mark.skipif(not SAM_PYTHON.exists(), reason="needs .venv-sam (the SAM CLI), which `make validate` installs")
def test_sam_makes_of_another_image_another_uri_and_of_the_same_image_the_same() -> None:
    """CloudFormation updates a function whose ImageUri has changed, and no other: with a tag that stays, none."""
    script = (
        "from samcli.lib.package.image_utils import tag_translation as tag;"
        "print(*(tag('splitfunction:latest', f'sha256:{digit * 64}') for digit in 'aab'))"
    )
    done = subprocess.run([SAM_PYTHON, "-c", script], capture_output=True, text=True, check=True)
    first, same, other = done.stdout.split()
    assert first == same == "splitfunction-aaaaaaaaaaaa-latest"
    assert other == "splitfunction-bbbbbbbbbbbb-latest"
