"""A deployed stack, as the command sees it, on AWS or on this machine: its buckets and its state
machine.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self
from unicodedata import combining, normalize

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from fanscribe.jobs.storage import CONNECTIONS
from fanscribe_local.client.executions import Child, Execution
from fanscribe_local.client.names import stem
from fanscribe_local.client.retry import retrying, saying_once

OUTPUTS = ("WorkBucketName", "TranscriptsBucketName", "StateMachineArn", "RecordingsBucketName")
NO_SUCH_EXECUTION = {"ExecutionDoesNotExist", "InvalidArn"}
SEARCHED = 1000  # executions among which the beginning of a name is looked for
READERS = 8
CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=10,
    max_pool_connections=CONNECTIONS,
)


class NotFound(Exception):
    """The stack is not there, or has no such job. The message says what to do."""


@dataclass(frozen=True)
class DeployedStack:
    """The places where a stack keeps its things, and clients to reach them."""

    s3: BaseClient
    states: BaseClient
    work: str  # buckets
    transcripts: str
    state_machine: str  # ARN
    recordings: str  # the bucket whose uploads start jobs

    @classmethod
    def find(cls, name: str, session: boto3.Session, endpoint: str | None = None) -> Self:
        """Find a stack by its name, and read its outputs. Raises NotFound."""

        def client(service: str) -> BaseClient:
            return session.client(service, endpoint_url=endpoint, config=CONFIG)

        try:
            (described,) = client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            where = f"the region {session.region_name}, for this account"
            raise NotFound(
                f"There is no stack {name!r} in {where}. --region and --profile choose others."
            ) from None
        outputs = {
            output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])
        }
        if missing := [output for output in OUTPUTS if output not in outputs]:
            raise NotFound(
                f"The stack {name!r} has no output {missing[0]}: "
                "deploy Fanscribe's template of this version there."
            )
        return cls(client("s3"), client("stepfunctions"), *(outputs[name] for name in OUTPUTS))

    def start(self, execution_input: Mapping[str, Any], name: str | None = None) -> str:
        """Start an execution. Returns its ARN.

        One with a `name`, which nobody else gives, can be started again where the answer was lost:
        that is the same execution, also if it has ended meanwhile.
        """
        try:
            started = self.states.start_execution(
                stateMachineArn=self.state_machine,
                name=name or str(uuid.uuid4()),
                input=json.dumps(execution_input),
            )
        except ClientError as error:
            if name is None or error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise
            return self._arn(name)
        return str(started["executionArn"])

    def describe(self, arn: str) -> Execution:
        """Ask for an execution by its ARN."""
        return Execution.of(self.states.describe_execution(executionArn=arn))

    def find_job(self, name: str) -> Execution:
        """The execution of a name, or of the beginning of one. Raises NotFound."""
        try:
            return self.describe(self._arn(name))
        except ClientError as error:
            if error.response["Error"]["Code"] not in NO_SUCH_EXECUTION:
                raise
        found = [
            entry["executionArn"]
            for entry in self._listed(SEARCHED)
            if entry["name"].startswith(name)
        ]
        if len(found) == 1:
            return self.describe(found[0])
        many = (
            f"{len(found)} jobs begin with {name!r}: type more of it"
            if found
            else f"There is no job {name!r}"
        )
        raise NotFound(f"{many}. `fanscribe list` shows the latest.")

    def latest(self, count: int) -> list[Execution]:
        """The executions that were started last, newest first."""
        with ThreadPoolExecutor(READERS) as threads:
            return list(
                threads.map(self.describe, [entry["executionArn"] for entry in self._listed(count)])
            )

    def history(self, arn: str, after: int = 0) -> list[dict[str, Any]]:
        """The events of an execution, in their order, that came after the one with that id."""
        pages = self.states.get_paginator("get_execution_history").paginate(
            executionArn=arn, reverseOrder=True
        )
        events: list[dict[str, Any]] = []
        for page in pages:
            new = [event for event in page["events"] if event["id"] > after]
            events += new
            if len(new) < len(page["events"]):
                break
        return sorted(events, key=lambda event: int(event["id"]))

    def children(self, arn: str, announce: Callable[[int], None] = lambda _: None) -> list[Child]:
        """Children of an execution's Map runs, with histories: a call for each.

        `announce` is called with their number before.
        """
        runs = [
            run
            for page in self._pages("list_map_runs", executionArn=arn)
            for run in page["mapRuns"]
        ]
        pages = (
            page
            for run in runs
            for page in self._pages("list_executions", mapRunArn=run["mapRunArn"])
        )
        listed = [entry for page in pages for entry in page["executions"]]
        announce(len(listed))
        what = "the chunks' histories"
        lost = saying_once(what)

        def history(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
            return retrying(lambda: self.history(entry["executionArn"]), what, lost)

        with ThreadPoolExecutor(READERS) as threads:
            histories = threads.map(history, listed)
            return [
                Child.of(entry, history) for entry, history in zip(listed, histories, strict=True)
            ]

    def _arn(self, name: str) -> str:
        """The ARN of an execution."""
        return f"{self.state_machine.replace(':stateMachine:', ':execution:')}:{name}"

    def _pages(self, operation: str, **asked: Any) -> Iterator[dict[str, Any]]:
        return iter(self.states.get_paginator(operation).paginate(**asked))

    def _listed(self, count: int) -> Iterator[dict[str, Any]]:
        pages = self.states.get_paginator("list_executions").paginate(
            stateMachineArn=self.state_machine, PaginationConfig={"MaxItems": count}
        )
        return (entry for page in pages for entry in page["executions"])


def job_name(recording: str) -> str:
    """A name for an execution that people can say: the recording's, as far as Step Functions
    allows it, and six digits.

    Letters stay without what stands on them: of `Café` is left `cafe`.
    """
    letters = (each for each in normalize("NFKD", stem(recording)) if not combining(each))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(letters).casefold()).strip("-")
    plain = plain[:24].strip("-") or "job"
    return f"{plain}-{uuid.uuid4().hex[:6]}"
