"""A stack in the emulator, as who deployed it sees it."""

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from boto3.s3.transfer import TransferConfig

from fanscribe_local.client.executions import Execution
from fanscribe_local.client.stack import OUTPUTS, DeployedStack
from tests.conftest import ROOT
from tests.container import sam
from tests.deploy.emulator import Emulator
from tests.workflow.test_command import FANSCRIBE

ENDS_WITHIN_S = 240
HEARD_WITHIN_S = 30

Found = TypeVar("Found")


@dataclass
class Stack:
    """By its name."""

    name: str
    emulator: Emulator
    _events: list[dict[str, Any]] = field(default_factory=list)  # that came from the queue

    # ── What is typed ─────────────────────────────────────────────────────────────────────────────

    def make(self, target: str, *variables: str) -> str:
        return self._typed("make", target, f"STACK={self.name}", *variables)

    def sam(self, command: str, *options: str) -> str:
        return self._typed(sam.SAM, command, "--stack-name", self.name, *options)

    def fanscribe(self, *arguments: str | Path, folder: Path) -> str:
        return self._typed(FANSCRIBE, *arguments, "--stack", self.name, folder=folder)

    def _typed(self, *command: str | Path, folder: Path = ROOT) -> str:
        done = self.run(*command, folder=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *command: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
        environment = self.emulator.environment()
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of `make test-deploy` itself
            environment.pop(name, None)
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=sam.STUCK_S,
        )

    # ── What is there ─────────────────────────────────────────────────────────────────────────────

    def client(self, service: str) -> Any:
        return self.emulator.client(service)

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    def described(self) -> dict[str, Any]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return dict(found)

    def resources(self) -> dict[str, str]:
        """Physical names by logical ones."""
        found = self.client("cloudformation").describe_stack_resources(StackName=self.name)
        listed = found["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}

    def environment(self, function: str) -> dict[str, str]:
        """A function's variables."""
        name = self.resources()[function]
        found = self.client("lambda").get_function_configuration(FunctionName=name)
        return dict(found["Environment"]["Variables"])

    @cached_property
    def deployed(self) -> DeployedStack:
        """As the command sees it."""
        outputs = {one["OutputKey"]: one["OutputValue"] for one in self.described()["Outputs"]}
        named = (outputs[name] for name in OUTPUTS)
        return DeployedStack(self.s3, self.client("stepfunctions"), *named)

    @cached_property
    def recordings(self) -> str:
        return self.resources()["RecordingsBucket"]

    def keys(self, bucket: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=bucket)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def upload(
        self,
        file: Path,
        key: str,
        config: TransferConfig | None = None,
        **options: str,
    ) -> None:
        """Of English."""
        arguments = {"Metadata": {"language": "en", **options}}
        self.s3.upload_file(str(file), self.recordings, key, ExtraArgs=arguments, Config=config)

    # ── What runs ─────────────────────────────────────────────────────────────────────────────────

    def started_by(self, key: str) -> Execution:
        """The execution that an upload started, when it has ended."""

        def found() -> Execution | None:
            mine = (one for one in self.deployed.latest(20) if one.key == key)
            return next((one for one in mine if not one.running), None)

        return patiently(found, ENDS_WITHIN_S, f"end of an execution for {key}")

    def run_by_hand(self, given: Mapping[str, Any]) -> Execution:
        arn = self.deployed.start(given)

        def ended() -> Execution | None:
            return None if (execution := self.deployed.describe(arn)).running else execution

        return patiently(ended, ENDS_WITHIN_S, f"end of {arn}")

    def transcript(self, execution: Execution, kind: str = "json") -> bytes:
        assert execution.status == "SUCCEEDED", (execution.error, execution.message)
        assert execution.output
        place = {"Bucket": execution.output["bucket"], "Key": execution.output["keys"][kind]}
        return bytes(self.s3.get_object(**place)["Body"].read())

    # ── Notifications ─────────────────────────────────────────────────────────────────────────────

    def listen(self) -> None:
        """Fanscribe's events, from now on, in a queue."""
        sqs = self.client("sqs")
        queue = sqs.create_queue(QueueName="notices")["QueueUrl"]
        about = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        arn = about["Attributes"]["QueueArn"]
        events = self.client("events")
        events.put_rule(Name="notices", EventPattern=json.dumps({"source": ["fanscribe"]}))
        events.put_targets(Rule="notices", Targets=[{"Id": "queue", "Arn": arn}])

    def event(self, execution: str) -> dict[str, Any]:
        """Notifications of an execution."""

        def found() -> dict[str, Any] | None:
            sqs = self.client("sqs")
            queue = sqs.get_queue_url(QueueName="notices")["QueueUrl"]
            received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            messages = received.get("Messages", [])
            self._events += [json.loads(message["Body"]) for message in messages]
            mine = (event for event in self._events if event["detail"]["execution"] == execution)
            return next(mine, None)

        return patiently(found, HEARD_WITHIN_S, f"event of {execution}")

    # ── Who may what ──────────────────────────────────────────────────────────────────────────────

    def as_function(self, function: str) -> Any:
        """S3 with the credentials that a function's container was given."""
        name = self.resources()[function]
        for container in _docker("ps", "--quiet").split():
            environment = json.loads(_docker("inspect", container))[0]["Config"]["Env"]
            variables = dict(one.split("=", 1) for one in environment)
            if variables.get("AWS_LAMBDA_FUNCTION_NAME") == name:
                return self.emulator.client("s3", variables)
        raise AssertionError(f"no container of {name} is left")


def patiently(look: Callable[[], Found | None], limit_s: float, what: str) -> Found:
    end = time.monotonic() + limit_s
    while (found := look()) is None:
        assert time.monotonic() < end, f"no {what} within {limit_s:.0f} s"
        time.sleep(0.5)
    return found


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout
