"""What the command can't write to standard output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FANSCRIBE = Path(sys.executable).with_name("fanscribe")
ESTIMATE = [str(FANSCRIBE), "estimate", "30m"]  # it needs no file and no network


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_standard_output_on_a_full_disk_is_one_line_that_says_so() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(ESTIMATE, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == "fanscribe: Standard output can't be written to: the disk is full.\n"
    assert done.returncode == 1


def test_where_nobody_reads_on_it_ends_without_a_word() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(ESTIMATE, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
