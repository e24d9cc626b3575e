"""Whether another execution runs, by Step Functions' answer."""

import json

import pytest
from botocore.exceptions import ClientError

from fanscribe.jobs.step_functions import still_runs
from tests.support.http_answers import Answers

ARN = "arn:aws:states:us-east-1:123456789012:execution:transcription:one"


@pytest.mark.parametrize(
    ("status", "answer", "runs"),
    [
        (200, {"status": "RUNNING"}, True),
        (200, {"status": "ABORTED"}, False),
        (400, {"__type": "ExecutionDoesNotExist"}, False),
        (400, {"__type": "ThrottlingException"}, True),
        # docs.aws.amazon.com/step-functions/latest/apireference, "Common Errors": a failure of the
        # server. Nobody would repeat it under boto3's name
        (500, {"__type": "InternalFailure"}, True),
        (503, {"__type": "ServiceUnavailable"}, True),
    ],
)
def test_it_runs_as_long_as_step_functions_does_not_say_otherwise(
    status: int, answer: dict[str, str], runs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Answers(status, json.dumps(answer).encode(), monkeypatch):
        assert still_runs(ARN) is runs


def test_who_may_not_ask_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    denied = json.dumps({"__type": "AccessDeniedException"}).encode()
    with Answers(400, denied, monkeypatch), pytest.raises(ClientError, match="AccessDenied"):
        still_runs(ARN)
