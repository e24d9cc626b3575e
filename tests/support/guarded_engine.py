"""The engine with roles in force: each call of a function or of the state machine needs a rule that
allows it.

What a request needs is in the Service Authorization Reference
(docs.aws.amazon.com/service-authorization, "Actions, resources, and condition keys for Amazon S3 /
AWS Lambda / AWS Step Functions") and in the S3 API's "Permissions". The user may do all.
"""

import io
import json
import re
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from fanscribe_local.emulator.engine import INVOKE, Engine
from fanscribe_local.emulator.template import ACCOUNT, REGION, URL_SUFFIX
from tests.support.iam import Call, Rule

USER = "local"
# what moto's interpreter signs with (moto/stepfunctions/parser/asl/utils/boto_client.py)
INTERPRETER = "ak"
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")
READS = {"s3:GetObject", "s3:GetObjectVersion"}
# Parts of a query that do not make another action of an object's GET, PUT or DELETE, or of a
# bucket's GET
PLAIN = {"versionId", "x-id", "list-type", "prefix", "continuation-token", "encoding-type"}

Environment = dict[str, Any]


class GuardedEngine(Engine):
    """`allowed` is in force for everyone but the user.

    `keys` are the KMS keys of encrypted buckets, by the buckets' names.
    """

    def __init__(
        self,
        allowed: Iterable[Rule],
        keys: Mapping[str, str],
        parameters: Mapping[str, str],
        logs: Path,
    ) -> None:
        super().__init__(parameters, 2, logs)
        self.allowed = list(allowed)
        self.keys = keys
        self.calls: list[Call] = []
        self.denied: list[Call] = []

    def allows(self, call: Call) -> bool:
        return any(rule.covers(call) for rule in self.allowed)

    def answer(
        self, environment: Environment, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        match = CREDENTIAL.search(environment.get("HTTP_AUTHORIZATION", ""))
        if match is None or match[1] == USER:
            return super().answer(environment, start_response)
        principal, service = (
            "TranscriptionStateMachine" if match[1] == INTERPRETER else match[1],
            match[2],
        )
        calls = self._calls(principal, service, environment)
        if denied := [call for call in calls if not self.allows(call)]:
            self.denied += denied
            return _refuse(service, environment, start_response)
        self.calls += calls
        if calls[0].action not in READS:
            return super().answer(environment, start_response)
        return self._read(calls[0], environment, start_response)

    def _read(
        self, call: Call, environment: Environment, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """S3 tells only those who may list a bucket that it has no such object; to others it is
        forbidden.
        """
        responses: list[tuple[str, Any]] = []
        body = super().answer(
            environment, lambda status, headers, *_: responses.append((status, headers))
        )
        ((status, headers),) = responses
        if status.startswith("404"):
            listing = Call(call.principal, "s3:ListBucket", call.resource.split("/", 1)[0])
            if not self.allows(listing):
                return _refuse("s3", environment, start_response)
            self.calls.append(listing)
        start_response(status, headers)
        return body

    def _calls(self, principal: str, service: str, environment: Environment) -> list[Call]:
        """What a request asks leave for.

        The first is its own action; what that needs besides follows.
        """
        match service:
            case "lambda" if invoked := INVOKE.match(environment["PATH_INFO"]):
                return [Call(principal, "lambda:InvokeFunction", urllib.parse.unquote(invoked[1]))]
            case "states":
                asked = _json(environment)
                action = environment["HTTP_X_AMZ_TARGET"].split(".")[1]
                return [
                    Call(
                        principal,
                        f"states:{action}",
                        asked.get("executionArn") or asked["stateMachineArn"],
                    )
                ]
            case "events":
                buses = {
                    entry.get("EventBusName", "default") for entry in _json(environment)["Entries"]
                }
                return [
                    Call(
                        principal,
                        "events:PutEvents",
                        f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}",
                    )
                    for bus in buses
                ]
            case "s3":
                return self._s3_calls(principal, environment)
        raise NotImplementedError(
            f"tests/support/guarded_engine.py does not know what {principal} asks {service} for"
        )

    def _s3_calls(self, principal: str, environment: Environment) -> list[Call]:
        method = environment["REQUEST_METHOD"]
        bucket, _, key = (
            environment["PATH_INFO"].encode("latin-1").decode().lstrip("/").partition("/")
        )
        query = dict(
            urllib.parse.parse_qsl(environment.get("QUERY_STRING", ""), keep_blank_values=True)
        )
        if query.keys() - PLAIN or "HTTP_X_AMZ_COPY_SOURCE" in environment:
            raise NotImplementedError(
                "tests/support/guarded_engine.py "
                f"does not know what S3's {method} with {query} needs"
            )
        arn, version = f"arn:aws:s3:::{bucket}", "Version" if "versionId" in query else ""
        calls: list[Call] = []
        match method, bool(key):
            case "GET" | "HEAD", True:
                calls = [Call(principal, f"s3:GetObject{version}", f"{arn}/{key}")]
                calls += [self._key(principal, "Decrypt", bucket)] * (method == "GET")
            case "PUT", True:
                calls = [
                    Call(principal, "s3:PutObject", f"{arn}/{key}"),
                    self._key(principal, "GenerateDataKey", bucket),
                ]
                if "HTTP_IF_MATCH" in environment:
                    calls.append(Call(principal, "s3:GetObject", f"{arn}/{key}"))
            case "DELETE", True:
                calls = [Call(principal, f"s3:DeleteObject{version}", f"{arn}/{key}")]
            case "GET", False if "list-type" in query:
                calls = [
                    Call(principal, "s3:ListBucket", arn, {"s3:prefix": query.get("prefix", "")})
                ]
            case _:
                raise NotImplementedError(
                    "tests/support/guarded_engine.py "
                    f"does not know what S3's {method} of {arn}/{key} needs"
                )
        return calls

    def _key(self, principal: str, action: str, bucket: str) -> Call:
        """S3 asks KMS in the name of who reads or writes an encrypted object (S3 user guide, "Using
        SSE-KMS": permissions).
        """
        return Call(
            principal,
            f"kms:{action}",
            self.keys[bucket],
            {"kms:ViaService": f"s3.{REGION}.{URL_SUFFIX}"},
        )


def _json(environment: Environment) -> dict[str, Any]:
    body = environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"]))
    environment["wsgi.input"] = io.BytesIO(body)
    asked: dict[str, Any] = json.loads(body)
    return asked


def _refuse(
    service: str, environment: Environment, start_response: Callable[..., Any]
) -> list[bytes]:
    """As each service says that something is not allowed."""
    match service:
        case "s3":
            kind, body = (
                "application/xml",
                b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
            )
        case _:
            kind, body = (
                "application/json",
                b'{"__type": "AccessDeniedException", "message": "not authorized"}',
            )
    status = "400 Bad Request" if service in {"states", "events"} else "403 Forbidden"
    body = b"" if environment["REQUEST_METHOD"] == "HEAD" else body
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    headers += [("x-amzn-ErrorType", "AccessDeniedException"), ("x-amzn-RequestId", "refused")]
    start_response(status, headers)
    return [body]
