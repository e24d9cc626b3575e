"""What a function that was killed has left on its disk is not in the way of the next call."""

import os
import subprocess
import sys
from pathlib import Path

from fanscribe.runtime.scratch import PREFIX
from tests.conftest import ROOT

# A call of a function, in a process of its own. One that dies does so as Lambda's timeout ends it:
# without another line of Python.
CALL = """
import os, sys
from fanscribe.runtime.logs import observed
from fanscribe.runtime.scratch import scratch_folder
from fanscribe_local.emulator.worker import Context

@observed
def handler(event, context):
    with scratch_folder() as folder:
        (folder / "recording").write_bytes(b"sound")
        if event["dies"]:
            os._exit(1)
    return {}

handler({"dies": sys.argv[1] == "dies"}, Context("id", "arn", 0.0, "F", "1", "128", "g", "s"))
"""
ON_LAMBDA = {"LAMBDA_TASK_ROOT": "/var/task"}


def call(tmp: Path, how: str, more: dict[str, str]) -> int:
    environment = {**os.environ, "TMPDIR": str(tmp), **more}
    return subprocess.run(
        [sys.executable, "-c", CALL, how], env=environment, capture_output=True, check=False
    ).returncode


def left(tmp: Path) -> list[str]:
    return sorted(str(file.relative_to(tmp)) for file in tmp.rglob("*") if file.is_file())


def test_on_lambda_the_next_process_removes_it_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "huggingface").mkdir()
    (tmp_path / "huggingface" / "model.bin").touch()
    assert call(tmp_path, "dies", ON_LAMBDA) == 1
    recording, model = left(tmp_path)
    assert recording.startswith(PREFIX)
    assert call(tmp_path, "ends", ON_LAMBDA) == 0
    assert left(tmp_path) == [model]


def test_on_another_machine_another_process_may_need_it_still(tmp_path: Path) -> None:
    assert call(tmp_path, "dies", {}) == 1
    assert call(tmp_path, "ends", {}) == 0
    assert len(left(tmp_path)) == 1


def test_no_step_has_files_of_its_own_elsewhere() -> None:
    core = ROOT / "layers" / "core" / "fanscribe"
    rooms = [file for room in ("steps", "jobs", "audio") for file in (core / room).rglob("*.py")]
    assert rooms
    assert [file.name for file in rooms if "tempfile" in file.read_text("utf-8")] == []
