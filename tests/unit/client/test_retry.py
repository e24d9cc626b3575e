"""Waits of the command: for what, how long, and what is said of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from fanscribe.errors import StorageFault
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.retry import GaveUp, retrying
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import Place
from fanscribe_local.client.watch import Watched, watch

GONE = EndpointConnectionError(endpoint_url="https://states")
DENIED = ClientError(
    {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "PutObject"
)


def answers(*given: Exception | str) -> Callable[[], str]:
    """A call that gives or raises these, one after the other."""
    left: Iterator[Exception | str] = iter(given)

    def call() -> str:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


def test_what_passes_is_waited_out_and_reported_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert retrying(answers(GONE, StorageFault("S3 answered 503."), "there"), "the list") == "there"
    lines = capsys.readouterr().err
    assert lines == "fanscribe: no answer from AWS; waiting for the list, 10 minutes at most.\n"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("TooManyRequestsException", 429),
        ("SlowDown", 503),
        # docs.aws.amazon.com/AmazonS3/latest/API, "Error responses": "Your socket connection to the
        # server was not read from or written to within the timeout period."
        ("RequestTimeout", 400),
    ],
)
def test_what_aws_says_in_passing_is_waited_out(code: str, status: int) -> None:
    error = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    call = answers(ClientError(error, "UploadPart"), "sent")
    assert retrying(call, "S3", lambda: None) == "sent"


def test_what_does_not_pass_is_not_waited_for() -> None:
    with pytest.raises(ClientError):
        retrying(answers(DENIED), "the list")


def test_a_wait_that_is_long_enough_ends_and_says_what_for() -> None:
    with pytest.raises(GaveUp, match=r"^Waited 0 minutes for the list: Could not connect"):
        retrying(answers(GONE, GONE, "too late"), "the list", lambda: None, longest_s=0.1)


def test_while_something_gets_on_the_time_begins_anew() -> None:
    sent = iter(range(9))
    call = answers(GONE, GONE, "there")
    assert retrying(call, "S3", lambda: None, lambda: next(sent), longest_s=0.1) == "there"


class Busy:
    """A Step Functions whose execution never ends."""

    def describe_execution(self, **asked: str) -> dict[str, Any]:
        return {"executionArn": asked["executionArn"], "status": "RUNNING", "startDate": None}


class Late:
    """A Step Functions that learns of an execution a moment after it has begun, and of what it
    ended with a moment after it has ended.
    """

    def __init__(self) -> None:
        unknown = {
            "Error": {"Code": "ExecutionDoesNotExist"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        self._answers: list[ClientError | dict[str, Any]] = [
            ClientError(unknown, "DescribeExecution"),
            {"status": "RUNNING"},
            {"status": "SUCCEEDED"},
            {"status": "SUCCEEDED", "output": '{"words": 7}'},
        ]

    def describe_execution(self, **asked: str) -> dict[str, Any]:
        answer = self._answers.pop(0)
        if isinstance(answer, ClientError):
            raise answer
        return {"executionArn": asked["executionArn"], "startDate": None} | answer


def watched(states: Any, out: Any) -> tuple[DeployedStack, Watched]:
    stack = DeployedStack(None, states, "work", "transcripts", "machine", "recordings")
    progress = JobProgress(stack, "arn:talk-1")
    return stack, Watched("talk.mp3", progress, Place(out, "talk.mp3"))


def test_a_job_is_over_when_step_functions_says_what_it_ended_with(tmp_path: Any) -> None:
    """API_DescribeExecution.html: "This operation is eventually consistent. The results are best
    effort". One in a hundred was seen to have succeeded and to have no output yet
    (github.com/aws/aws-sdk-js/issues/2462): its transcript would not have been fetched.
    """
    stack, job = watched(Late(), tmp_path)
    with ProgressScreen() as screen:
        ((_, execution),) = list(watch(stack, [job], screen))
    assert (execution.status, execution.output) == ("SUCCEEDED", {"words": 7})


def test_a_job_that_never_ends_is_not_watched_for_ever(tmp_path: Any) -> None:
    stack, job = watched(Busy(), tmp_path)
    with (
        ProgressScreen() as screen,
        pytest.raises(GaveUp, match=r"^Watched talk\.mp3 for 0 hours$"),
    ):
        list(watch(stack, [job], screen, longest_s=0))
