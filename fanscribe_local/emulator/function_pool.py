"""Lambda's side of a function on this machine: processes as execution environments, kept warm,
killed at the timeout.
"""

import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from fanscribe_local.emulator.template import REGION, Function
from fanscribe_local.emulator.worker import Answer, Invocation, error_answer, throttled

# Variables of this machine that a process needs to run at all, whatever the function
PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
)
GPU = ("CUDA_VISIBLE_DEVICES", "CUDA_CACHE_PATH", "FANSCRIBE_DEVICE", "FANSCRIBE_COMPUTE_TYPE")
MODELS = ("FANSCRIBE_SPEAKER_MODELS",)  # that lie where only this machine knows


def lambda_variables(function: Function) -> dict[str, str]:
    """Variables that Lambda sets for a function, in a process as in a container."""
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # as on Lambda, whoever is called can tell which function calls
        "AWS_ACCESS_KEY_ID": function.name,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
    }


def function_environment(function: Function, host: Mapping[str, str]) -> dict[str, str]:
    """All that a function's process sees: this machine's few, what Lambda sets, the `host`'s, and
    the template's.
    """
    machine = {name: os.environ[name] for name in PASSED_ON + GPU + MODELS if name in os.environ}
    reserved = {
        "_HANDLER": function.handler,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in function.code),
        "PYTHONDONTWRITEBYTECODE": "1",  # its code is read-only
        "TZ": ":UTC",
    }
    return machine | lambda_variables(function) | reserved | dict(function.environment) | dict(host)


class Process(Protocol):
    """One execution environment: takes one invocation at a time, until it dies or is stopped."""

    @property
    def pid(self) -> int: ...

    def invoke(self, invocation: Invocation) -> Answer | None:
        """None: it did not answer in time. Raises EOFError or OSError if it died."""
        ...

    def stop(self) -> int:
        """Exit status, negative for a signal: its own if it was dead already, ours if not."""
        ...


@dataclass
class _Worker:
    """A process of this machine's Python."""

    process: subprocess.Popen[bytes]
    connection: Connection

    @classmethod
    def start(cls, environment: Mapping[str, str], log: Path) -> "_Worker":
        ours, theirs = socket.socketpair()
        with theirs, log.open("ab") as out:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-u",
                    "-m",
                    "fanscribe_local.emulator.worker",
                    str(theirs.fileno()),
                ],  # unbuffered, as Lambda's runtime has it
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is ours to handle, not theirs
            )
        return cls(process, Connection(ours.detach()))

    @property
    def pid(self) -> int:
        return self.process.pid

    def invoke(self, invocation: Invocation) -> Answer | None:
        self.connection.send(invocation)
        if not self.connection.poll(max(0.0, invocation.deadline - time.time())):
            return None
        answer: Answer = self.connection.recv()
        return answer

    def stop(self) -> int:
        self.connection.close()
        try:
            return self.process.wait(0.2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@dataclass
class FunctionPool:
    """One function: at most `limit` processes, each taking one invocation at a time.

    Further invocations wait, or with `throttles` are refused, as Lambda does.
    """

    function: Function
    environment: Mapping[str, str]
    limit: int
    log: Path
    throttles: bool = False
    busiest: int = 0  # most invocations that ran at once
    _free: threading.Semaphore = field(init=False)
    _warm: list[Process] = field(default_factory=list)
    _running: dict[int, Process] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._free = threading.Semaphore(self.limit)

    def start(self) -> Process:
        """A cold one."""
        return _Worker.start(self.environment, self.log)

    def invoke(self, payload: bytes) -> Answer:
        """Run the handler once, and answer as Lambda would, whatever becomes of the process."""
        if not self._free.acquire(blocking=not self.throttles):
            return throttled()
        try:
            return self._invoke(payload)
        finally:
            self._free.release()

    def _invoke(self, payload: bytes) -> Answer:
        process = self._take()
        request_id = str(uuid.uuid4())
        deadline = time.time() + self.function.timeout_s
        try:
            answer = process.invoke(Invocation(request_id, self.function.arn, deadline, payload))
        except (EOFError, OSError):
            status = self._drop(process)
            reason = f"signal {-status}" if status < 0 else f"exit status {status}"
            return error_answer(
                "Runtime.ExitError",
                f"RequestId: {request_id} Error: Runtime exited with {reason}",
                request_id,
            )
        if answer is None:
            self._drop(process)
            return error_answer(
                "Sandbox.Timedout",
                f"Task timed out after {self.function.timeout_s}.00 seconds",
                request_id,
            )
        self._give_back(process)
        return answer

    def provision(self, count: int) -> None:
        """Start up to `count` processes before they are needed, as Lambda's provisioned
        concurrency does.
        """
        with self._lock:
            while len(self._warm) + len(self._running) < min(count, self.limit):
                self._warm.append(self.start())

    def processes(self) -> list[int]:
        """Ids of the live processes."""
        with self._lock:
            return [process.pid for process in [*self._warm, *self._running.values()]]

    def close(self) -> None:
        with self._lock, ThreadPoolExecutor(self.limit) as threads:
            list(
                threads.map(lambda process: process.stop(), [*self._warm, *self._running.values()])
            )
            self._warm.clear()
            self._running.clear()

    def _take(self) -> Process:
        with self._lock:
            process = self._warm.pop() if self._warm else self.start()
            self._running[process.pid] = process
            self.busiest = max(self.busiest, len(self._running))
            return process

    def _give_back(self, process: Process) -> None:
        with self._lock:
            if self._running.pop(process.pid, None):
                self._warm.append(process)

    def _drop(self, process: Process) -> int:
        with self._lock:
            self._running.pop(process.pid, None)
        return process.stop()
