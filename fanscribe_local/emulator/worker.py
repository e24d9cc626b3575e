"""The inside of an execution environment: what Lambda's runtime does, over a pipe.

The process has the function's environment and nothing else; the handler gets the context and its
errors are reported with the names that Lambda gives them. See
fanscribe_local/emulator/function_pool.py for the outside.
"""

import importlib
import json
import multiprocessing
import os
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

# Modules that are loaded once for all functions. None of ours that reads the environment when it is
# loaded, as runtime/logs.py does.
PRELOADED = (
    "boto3",
    "aws_lambda_powertools",
    "fanscribe.recognition.whisper",
    "fanscribe.documents.payloads",
    "fanscribe.jobs.folder",
)


@dataclass(frozen=True)
class Invocation:
    """One event on its way in."""

    request_id: str
    arn: str
    deadline: float  # time.time() at which Lambda would end it
    payload: bytes


@dataclass(frozen=True)
class Answer:
    """Outcome of an invocation: the handler's value, an error as Lambda reports it, or that Lambda
    did not take the event.
    """

    payload: bytes
    failed: bool
    status: int = 200
    refusal: str = ""  # Lambda's name for why it did not take it


@dataclass(frozen=True)
class Context:
    """Lambda's context object, as documented for Python."""

    aws_request_id: str
    invoked_function_arn: str
    deadline: float
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str
    identity: None = None
    client_context: None = None
    tenant_id: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, round((self.deadline - time.time()) * 1000))

    def log(self, message: str) -> None:
        """Write into the function's log."""
        sys.stdout.write(message)


def error_answer(
    kind: str, message: str, request_id: str, trace: list[str] | None = None
) -> Answer:
    """An error in the shape of Lambda's: its `errorType` is what the state machine's `ErrorEquals`
    sees.
    """
    error = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": trace or [],
    }
    return Answer(json.dumps(error).encode(), failed=True)


def refused(refusal: str, status: int, message: str, **more: str) -> Answer:
    """Lambda's answer where it does not take an event: Step Functions puts "Lambda." before the
    name of the refusal.
    """
    reason = {"Type": "User", "message": message} | more
    return Answer(json.dumps(reason).encode(), failed=False, status=status, refusal=refusal)


def throttled() -> Answer:
    """Lambda's answer when an invocation would pass its limit of concurrency."""
    return refused(
        "TooManyRequestsException",
        429,
        "Rate Exceeded.",
        Reason="ConcurrentInvocationLimitExceeded",
    )


def _context(invocation: Invocation) -> Context:
    return Context(
        aws_request_id=invocation.request_id,
        invoked_function_arn=invocation.arn,
        deadline=invocation.deadline,
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        function_version=os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        log_group_name=os.environ["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
    )


def _answer(handler: Any, invocation: Invocation) -> Answer:
    try:
        value = handler(json.loads(invocation.payload), _context(invocation))
    except Exception as error:  # noqa: BLE001  (reported, as Lambda does)
        trace = traceback.format_tb(error.__traceback__)
        return error_answer(type(error).__name__, str(error), invocation.request_id, trace)
    try:
        return Answer(json.dumps(value).encode(), failed=False)
    except (TypeError, ValueError) as error:
        return error_answer(
            "Runtime.MarshalError", f"Unable to marshal response: {error}", invocation.request_id
        )


def begin(environment: dict[str, str], log: str, connection: Connection) -> None:
    """Turn this process into one of a function: with its environment, and nothing of ours."""
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(out, stream.fileno())
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a line at once
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    sys.dont_write_bytecode = True  # a function's code is read-only
    serve(connection)


def serve(connection: Connection) -> None:
    """Answer invocations until the other end closes, or is gone: nobody would hear the answer."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    module, name = os.environ["_HANDLER"].rsplit(".", 1)
    handler = getattr(importlib.import_module(module), name)
    while True:
        try:
            invocation = connection.recv()
        except EOFError:
            return
        connection.send(_answer(handler, invocation))


def _end_with_parent() -> None:
    """Not by its id, which is that of the process that this one is a copy of."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
