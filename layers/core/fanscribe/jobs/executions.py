"""Step Functions, as little of it as Fanscribe needs."""

import boto3
from botocore.exceptions import ClientError

UNKNOWN = {"ExecutionDoesNotExist", "InvalidArn", "ValidationException"}  # a name of no execution: started by hand, or gone
BUSY = {"ThrottlingException", "TooManyRequestsException"}


def still_runs(execution: str) -> bool:
    """Whether an execution has not ended. Where Step Functions is too busy to say, it is taken to run."""
    try:
        return bool(boto3.client("stepfunctions").describe_execution(executionArn=execution)["status"] == "RUNNING")
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code in UNKNOWN | BUSY:
            return code in BUSY
        raise
