"""A call is repeated for what passes, and for nothing else."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from fanscribe.errors import StorageFault, WorkDamaged
from fanscribe_local.client.retry import patiently


def answered(code: str, status: int) -> ClientError:
    metadata = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(metadata, "DescribeExecution")


def failing(*errors: BaseException) -> Callable[[], str]:
    """A call that raises each of these once, then answers."""
    waiting = list(errors)

    def call() -> str:
        if waiting:
            raise waiting.pop(0)
        return "answer"

    return call


def test_what_passes_is_waited_out_and_told_each_time() -> None:
    told: list[str] = []
    call = failing(
        EndpointConnectionError(endpoint_url="there"),
        answered("ThrottlingException", 400),
        answered("InternalError", 500),
        StorageFault("S3 answered SlowDown."),
    )
    assert patiently(call, lambda: told.append("waiting"), pause_s=0) == "answer"
    assert len(told) == 4


LASTING = [answered("AccessDenied", 403), WorkDamaged("no plan"), KeyboardInterrupt()]


@pytest.mark.parametrize("error", LASTING, ids=repr)
def test_anything_else_comes_out_at_once(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        patiently(failing(error), pause_s=0)
    assert raised.value is error
