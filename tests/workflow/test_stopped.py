"""The command, killed with everything it runs and started again: what was finished is not done
twice.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from tests.support.children import children
from tests.workflow.test_command import FANSCRIBE

pytestmark = pytest.mark.long

WORKERS = 2


def begin(folder: Path, out: str) -> subprocess.Popen[bytes]:
    command = [
        str(FANSCRIBE),
        "transcribe",
        str(SAMPLE),
        "--language",
        "en",
        "--out",
        out,
        "--workers",
        str(WORKERS),
        "--chunk-tiles",
        "2",
    ]
    environment = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def parts(folder: Path) -> Mapping[str, int]:
    """The parts on disk, and when each was written."""
    return {
        file.name: file.stat().st_mtime_ns
        for file in folder.glob("cache/fanscribe/jobs/*/parts/*.json")
    }


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_run_that_is_killed_twice_goes_on_where_it_was(tmp_path: Path) -> None:
    kept: dict[str, int] = {}
    for enough in (1, 4):
        engine = begin(tmp_path, "out")
        while len(parts(tmp_path)) < enough:
            assert engine.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        workers = children(engine.pid)
        assert workers
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
        for worker in workers:
            while alive(worker):  # or the test never ends
                time.sleep(0.1)
        assert kept.items() <= parts(tmp_path).items(), "what was there is not made again"
        kept = dict(parts(tmp_path))
    assert begin(tmp_path, "out").wait(300) == 0
    assert kept.items() <= parts(tmp_path).items()

    subprocess.run(
        [FANSCRIBE, "transcribe", SAMPLE, "--language", "en", "--out", "whole", "--fresh"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "other")},
        check=True,
        capture_output=True,
    )
    for kind in ("json", "srt", "vtt", "txt"):
        whole, pieced = (
            (tmp_path / out / f"lighthouse-talk.{kind}").read_bytes() for out in ("whole", "out")
        )
        assert whole == pieced


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_of_a_run_that_is_stopped_no_copy_of_the_recording_stays(
    tmp_path: Path, how: signal.Signals
) -> None:
    (tmp_path / "long.mp3").write_bytes(SAMPLE.read_bytes() * 10)  # so that Split has work to do
    command = [str(FANSCRIBE), "transcribe", "long.mp3", "--language", "en", "--out", "out"]
    with tempfile.TemporaryDirectory() as temporary:  # a socket in it has a short name
        environment = {
            "PATH": "/usr/bin:/bin",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "TMPDIR": temporary,
        }
        before = signal.signal(how, signal.SIG_DFL)  # tests in the background may ignore it
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        ) as engine:
            signal.signal(how, before)
            while not list(Path(temporary).rglob("recording")):
                assert engine.poll() is None, "it ended before it could be stopped"
                time.sleep(0.01)
            engine.send_signal(how)
            _, said = engine.communicate()
        assert said.strip() == "fanscribe: stopped. The same command goes on from here."
        assert (engine.returncode, list(Path(temporary).iterdir())) == (130, [])
