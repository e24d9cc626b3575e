"""Waiting out a connection that is gone, or a service that has no time."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as ConnectionLost
from tenacity import Retrying, retry_if_exception, wait_exponential

from fanscribe.errors import StorageFault

LONGEST_PAUSE_S = 10.0
LOST = (ConnectionLost, HTTPClientError, IncompleteReadError)

Answer = TypeVar("Answer")


def passes(error: BaseException) -> bool:
    """Whether it is worth asking again: the network's or the service's fault, not the caller's."""
    if isinstance(error, ClientError):
        code = str(error.response["Error"]["Code"])
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        busy = "Throttl" in code or code == "TooManyRequestsException"
        return busy or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, (StorageFault, *LOST))


def patiently(call: Callable[[], Answer], told: Callable[[], None] = lambda: None, pause_s: float = 0.5) -> Answer:
    """The answer of a call, however often it is repeated. `told` is called before each pause."""
    retrying = Retrying(
        retry=retry_if_exception(passes),
        wait=wait_exponential(multiplier=pause_s, max=LONGEST_PAUSE_S),
        before_sleep=lambda _: told(),
    )
    return retrying(call)
