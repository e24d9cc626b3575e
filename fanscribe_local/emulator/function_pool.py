"""Lambda's side of a function on this machine: processes as execution environments, kept warm,
killed at the timeout.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from fanscribe_local.emulator.template import REGION, Function
from fanscribe_local.emulator.worker import (
    PRELOADED,
    Answer,
    Invocation,
    begin,
    error_answer,
    throttled,
)

# Copies of one process that has loaded what all of them need: a second of CPU less for each. A Mac
# starts each anew, as its libraries don't stand being copied.
PROCESSES: ForkServerContext | SpawnContext = (
    multiprocessing.get_context("forkserver")
    if sys.platform == "linux"
    else multiprocessing.get_context("spawn")
)

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
# Lambda's variable that tells a process whether it was started before it is needed
INITIALIZATION = "AWS_LAMBDA_INITIALIZATION_TYPE"
AHEAD = {INITIALIZATION: "provisioned-concurrency"}


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


def function_environment(function: Function, given: Mapping[str, str]) -> dict[str, str]:
    """All that a function's process sees: this machine's few, what Lambda sets, `given`, and
    the template's.
    """
    machine = {name: os.environ[name] for name in PASSED_ON + GPU + MODELS if name in os.environ}
    reserved = {
        "_HANDLER": function.handler,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        INITIALIZATION: "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in function.code),
        "PYTHONDONTWRITEBYTECODE": "1",  # its code is read-only
        "TZ": ":UTC",
    }
    return (
        machine | lambda_variables(function) | reserved | dict(function.environment) | dict(given)
    )


class Process(Protocol):
    """One execution environment: takes one invocation at a time, until it dies or is stopped."""

    @property
    def pid(self) -> int:
        """Number of the process on this machine."""

    def invoke(self, invocation: Invocation) -> Answer | None:
        """The answer, or None if it did not come in time. Raises EOFError or OSError if it died."""
        ...

    def stop(self) -> int:
        """Exit status, negative for a signal: its own if it was dead already, ours if not."""
        ...


def prepare() -> None:
    """Begin to load what all functions load, in a process of which theirs will be copies.

    It returns at once: the loading goes on beside whatever the caller does next.
    """
    if sys.platform == "linux":
        forkserver.set_forkserver_preload(list(PRELOADED))
        with _deaf_to_interrupts():
            forkserver.ensure_running()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that are started in here ignore Ctrl-C, which is the command's to handle."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say so
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@dataclass
class _Worker:
    """A process of this machine's Python."""

    process: BaseProcess
    connection: Connection
    busy: bool = False
    used: bool = False

    @classmethod
    def start(cls, environment: Mapping[str, str], log: Path) -> "_Worker":
        prepare()
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(
            target=begin, args=[dict(environment), str(log), theirs], daemon=True
        )
        with theirs:
            process.start()
        return cls(process, ours)

    @property
    def pid(self) -> int:
        return cast("int", self.process.pid)

    def invoke(self, invocation: Invocation) -> Answer | None:
        self.busy = True
        self.connection.send(invocation)
        if not self.connection.poll(max(0.0, invocation.deadline - time.time())):
            return None
        answer: Answer = self.connection.recv()
        self.busy, self.used = False, True
        return answer

    def stop(self) -> int:
        # An idle one ends by itself, which may take a while: what measures it has to write that.
        # One that was never used may be loading a model for minutes
        self.connection.close()
        self.process.join(5 if self.used and not self.busy else 0.2)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        return cast("int", self.process.exitcode)


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

    def start(self, more: Mapping[str, str] = MappingProxyType({})) -> Process:
        """A cold one, with `more` in its environment."""
        return _Worker.start({**self.environment, **more}, self.log)

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
                self._warm.append(self.start(AHEAD))

    def processes(self) -> list[int]:
        """Ids of the live processes."""
        with self._lock:
            return [process.pid for process in [*self._warm, *self._running.values()]]

    def close(self) -> None:
        """End all processes, also those that work."""
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
