"""CloudFormation's DescribeStacks, all that the command asks of it, as its query protocol has it.
Pure.
"""

import urllib.parse
from collections.abc import Mapping
from http import HTTPStatus
from xml.sax.saxutils import escape

SIGNED = "/cloudformation/aws4_request"  # in the Authorization header of what is meant for it
NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


def answer(body: bytes, stack: str, outputs: Mapping[str, str]) -> tuple[HTTPStatus, bytes]:
    """Answer a request, where one stack exists."""
    asked = dict(urllib.parse.parse_qsl(body.decode()))
    if asked.get("Action") != "DescribeStacks":
        return _refusal(
            "InvalidAction", f"{asked.get('Action')} is not among what the local engine can do"
        )
    if asked.get("StackName") != stack:
        return _refusal("ValidationError", f"Stack with id {asked.get('StackName')} does not exist")
    listed = "".join(
        f"<member><OutputKey>{escape(key)}</OutputKey>"
        f"<OutputValue>{escape(value)}</OutputValue></member>"
        for key, value in outputs.items()
    )
    described = (
        f"<StackName>{stack}</StackName><CreationTime>2020-01-01T00:00:00Z</CreationTime>"
        f"<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{listed}</Outputs>"
    )
    stacks = f"<Stacks><member>{described}</member></Stacks>"
    result = f"<DescribeStacksResult>{stacks}</DescribeStacksResult>"
    return (
        HTTPStatus.OK,
        f'<DescribeStacksResponse xmlns="{NAMESPACE}">{result}</DescribeStacksResponse>'.encode(),
    )


def _refusal(code: str, message: str) -> tuple[HTTPStatus, bytes]:
    error = (
        f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    )
    return (
        HTTPStatus.BAD_REQUEST,
        f'<ErrorResponse xmlns="{NAMESPACE}">{error}</ErrorResponse>'.encode(),
    )
