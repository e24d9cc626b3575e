"""Waiting out a connection that is gone, or a service that has no time."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError, IncompleteReadError  # noqa: A004

from fanscribe.errors import StorageFault

LONGEST_PAUSE_S = 10.0
LOST = (ConnectionError, HTTPClientError, IncompleteReadError)
FAULTS = (BotoCoreError, ClientError, StorageFault)

Answer = TypeVar("Answer")


def passes(error: Exception) -> bool:
    """Whether it is worth asking again: the network's or the service's fault, not the caller's."""
    if isinstance(error, StorageFault):
        return True
    if isinstance(error, ClientError):
        code, answer = str(error.response["Error"]["Code"]), error.response["ResponseMetadata"]["HTTPStatusCode"]
        return answer >= HTTPStatus.INTERNAL_SERVER_ERROR or "Throttl" in code or code == "TooManyRequestsException"
    return isinstance(error, LOST)


def patiently(call: Callable[[], Answer], told: Callable[[], None] = lambda: None, pause_s: float = 0.5) -> Answer:
    """What a call gives, however often it has to be repeated for what passes. `told` is called before each wait."""
    while True:
        try:
            return call()
        except FAULTS as error:
            if not passes(error):
                raise
        told()
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
