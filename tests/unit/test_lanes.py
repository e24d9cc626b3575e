"""Tests that take long are left out of `make test`, counted, and run by `make test-all`."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.support.lanes import LONGEST_FIRST

SUITE = """
import pytest

@pytest.mark.long
def test_long(): pass

def test_short(): pass

def test_share(everything): pass

@pytest.mark.skip(reason="needs a thing")
@pytest.mark.parametrize("thing", "ab")
def test_lacking(thing): pass
"""


def run(folder: Path, *arguments: str) -> str:
    (folder / "conftest.py").write_text("from tests.conftest import *\n")
    (folder / "test_suite.py").write_text(SUITE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_what_takes_long_or_lacks_something_is_counted_in_a_line_each(tmp_path: Path) -> None:
    printed = run(tmp_path)
    assert "2 tests need something that is not here: `pytest -rs` names it." in printed
    assert "1 test takes long: `make test-all` runs everything." in printed
    assert "2 passed, 2 skipped, 1 deselected" in printed


def test_the_files_that_are_begun_first_are_there() -> None:
    assert [name for name in LONGEST_FIRST if not (ROOT / name).is_file()] == []


def test_everything_runs_all(tmp_path: Path) -> None:
    assert "3 passed, 2 skipped" in run(tmp_path, "--everything")


def test_the_rest_is_what_takes_long_and_what_runs_a_share_otherwise(tmp_path: Path) -> None:
    printed = run(tmp_path, "--rest", "-vv")
    assert "2 passed" in printed
    assert "test_long" in printed
    assert "test_share" in printed
