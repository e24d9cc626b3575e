"""Step Functions, as little of it as Fanscribe needs."""

import json
from http import HTTPStatus

import boto3
from botocore.exceptions import ClientError

# a name of no execution: started by hand, or gone
UNKNOWN = {"ExecutionDoesNotExist", "InvalidArn", "ValidationException"}
BUSY = {"ThrottlingException", "TooManyRequestsException"}


def still_runs(execution: str) -> bool:
    """True if an execution has not ended.

    Where Step Functions is too busy or not able to say, it is taken to run: then it is asked again.
    """
    try:
        return bool(
            boto3.client("stepfunctions").describe_execution(executionArn=execution)["status"]
            == "RUNNING"
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code in UNKNOWN:
            return False
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return True
        raise


def message_in(cause: str | None) -> str | None:
    """The message in a cause: a function's is JSON that holds it, any other is the message."""
    try:
        return str(json.loads(cause or "")["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause
