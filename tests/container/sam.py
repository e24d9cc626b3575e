"""The SAM CLI, as a user types it."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanscribe_local.emulator.containers import invoke_over_http, parse_answer
from fanscribe_local.emulator.function_pool import FunctionPool
from fanscribe_local.emulator.worker import Answer
from tests.conftest import ROOT

SAM = ROOT / ".venv-sam" / "bin" / "sam"
BUILD = ROOT / ".aws-sam" / "build"
MODEL = ("--parameter-overrides", "Model=tiny.en")
# a build with all its downloads takes two minutes; an engine that is gone keeps `sam` waiting for
# ever
STUCK_S = 1_200


def python313() -> Path | None:
    """The folder of a python3.13 that runs, which `sam build` needs for the layer: on the path, or
    one of pyenv's.
    """
    on_path = (Path(folder) for folder in os.get_exec_path())
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return next(
        (
            folder
            for folder in [*on_path, *sorted(versions.glob("3.13*/bin"))]
            if _runs(folder / "python3.13")
        ),
        None,
    )


def _runs(python: Path) -> bool:
    """A shim of pyenv's is there and does not, unless its version is chosen."""
    return (
        python.exists()
        and subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0
    )


def environment() -> dict[str, str]:
    """Ours, but nobody's AWS account: with keys, each command would look for one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "PATH": f"{python313()}:{kept['PATH']}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
    }


def typed(*arguments: str | Path, stdin: str = "") -> str:
    """Run `sam …` in the project's folder. Returns what it prints; fails with all that it said."""
    command = [SAM, *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=STUCK_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build() -> None:
    typed("build", *MODEL)


def local_invoke(function: str, event: Mapping[str, Any], variables: Path) -> Answer:
    """`sam local invoke`: a container for this one event."""
    printed = typed(
        "local",
        "invoke",
        function,
        "--event",
        "-",
        "--env-vars",
        variables,
        "--skip-pull-image",
        *MODEL,
        stdin=json.dumps(event),
    )
    return parse_answer(printed.strip().splitlines()[-1].encode())


@contextmanager
def start_lambda(variables: Path, log: Path) -> Iterator[int]:
    """`sam local start-lambda` while the block lasts. Yields its port."""
    port = _free_port()
    options = [f"--port={port}", f"--env-vars={variables}", "--skip-pull-image", *MODEL]
    command: list[str | Path] = [SAM, "local", "start-lambda", *options]
    with (
        log.open("w") as out,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(),
            stdout=out,
            stderr=out,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509
        ) as process,
    ):
        try:
            _wait_for(port)
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # as Ctrl-C: it removes its containers
            try:
                process.wait(60)
            finally:
                process.kill()


def _hear_ctrl_c() -> None:
    """In a shell's background, as with `make test-sam &`, a process inherits that SIGINT is
    ignored, and would never end.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class SamPool(FunctionPool):
    """A function of the engine's, answered by `sam local start-lambda`."""

    port: int = 0

    def invoke(self, payload: bytes) -> Answer:
        return invoke_over_http(
            "127.0.0.1", self.port, self.function.name, payload, self.function.timeout_s
        )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int) -> None:
    patience = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < patience, "sam local start-lambda did not start"
            time.sleep(0.2)
        else:
            return
