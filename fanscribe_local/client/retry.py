"""Waiting out a connection that is gone, or a service that has no time: so long, and no longer."""

import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import click
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004
    HTTPClientError,
    IncompleteReadError,
)

from fanscribe.errors import StorageFault

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0
A_WHILE_S = 600.0  # for an answer that somebody sits waiting for
AN_HOUR_S = 3600.0  # for what goes on where it was
CONNECTION_LOST = (ConnectionError, HTTPClientError, IncompleteReadError)
FAULTS = (BotoCoreError, ClientError, StorageFault)
# Codes with the status of a wrong request. RequestTimeout: S3 heard nothing for a while.
# NoSuchUpload: it has ended, and the answer was lost; or the bucket removed it after a day.
# ExecutionDoesNotExist: it has just begun; DescribeExecution and the history are eventually
# consistent.
PASSING = {
    "TooManyRequestsException",
    "RequestTimeout",
    "NoSuchUpload",
    "ExecutionDoesNotExist",
}

Answer = TypeVar("Answer")


class GaveUp(Exception):
    """A wait took too long. The message says for what, and how long."""


def is_transient(error: Exception) -> bool:
    """True if a second try may help: the network or the service is at fault, not the caller."""
    if isinstance(error, StorageFault):
        return True
    if isinstance(error, ClientError):
        code, answer = (
            str(error.response["Error"]["Code"]),
            error.response["ResponseMetadata"]["HTTPStatusCode"],
        )
        return answer >= HTTPStatus.INTERNAL_SERVER_ERROR or "Throttl" in code or code in PASSING
    return isinstance(error, CONNECTION_LOST)


def retrying(
    call: Callable[[], Answer],
    what: str,
    notify: Callable[[], None] | None = None,
    got: Callable[[], int] = lambda: 0,
    longest_s: float = A_WHILE_S,
) -> Answer:
    """The result of a call, which is repeated as long as its errors are transient.

    `what` is waited for. `notify` is called before each wait; without it, one line says so. While
    the call fails, `got` may grow: then the time begins anew. Raises GaveUp.
    """
    notify = notify or saying_once(what, longest_s)
    since, most, pause_s = time.monotonic(), got(), FIRST_PAUSE_S
    while True:
        try:
            return call()
        except FAULTS as error:
            if not is_transient(error):
                raise
            lost = error
        if got() > most:
            since, most = time.monotonic(), got()
        if time.monotonic() - since > longest_s:
            why = str(lost).rstrip(".")
            raise GaveUp(f"Waited {longest_s / 60:.0f} minutes for {what}: {why}") from lost
        notify()
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def saying_once(what: str, longest_s: float = A_WHILE_S) -> Callable[[], None]:
    """A function that says one time that something is waited for, whoever calls it."""
    silent = threading.Event()

    def say() -> None:
        if not silent.is_set():
            silent.set()
            limit = f"{longest_s / 60:.0f} minutes at most"
            click.echo(f"fanscribe: no answer from AWS; waiting for {what}, {limit}.", err=True)

    return say
