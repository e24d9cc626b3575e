"""No line that people write has more than a hundred columns. ruff holds Python to it."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

COLUMNS = 100
WRITTEN = (
    ".cfg",
    ".in",
    ".md",
    ".sh",
    ".toml",
    ".yaml",
    ".yml",
    "Dockerfile",
    "Makefile",
    ".ci/run",
)
# Strings in the dashboard's JSON, where neither YAML nor JSON has a way to break one
UNBROKEN = ('"expression": "', '"query": "', '"arn:${AWS::Partition}:cloudwatch:')


def too_long(name: str) -> Iterator[str]:
    for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), start=1):
        row = name.endswith(".md") and line.lstrip().startswith("|")
        word = " " not in line.strip()  # an address, for one
        string = name == "template.yaml" and line.lstrip().startswith(UNBROKEN)
        if len(line) > COLUMNS and not (row or word or string):
            yield f"{name}:{number} has {len(line)} columns"


def test_no_line_is_longer_than_a_hundred_columns() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("needs git and a clone: only files of the project are looked at")
    written = [name for name in listed.stdout.splitlines() if name.endswith(WRITTEN)]
    assert "template.yaml" in written
    assert [line for name in written for line in too_long(name)] == []
