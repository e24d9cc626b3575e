"""An execution of the state machine, as Step Functions describes it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from fanscribe.documents.inputs import parse_job_input
from fanscribe.documents.payloads import Usage
from fanscribe.errors import InvalidInput
from fanscribe.jobs.step_functions import message_in
from fanscribe.keys import UPLOADS
from fanscribe.times import clock
from fanscribe_local.client.names import from_key, printable


class Child(NamedTuple):
    """One of a Map run's, with the events of its history."""

    status: str
    started: datetime
    stopped: datetime | None
    events: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, listed: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> "Child":
        """Read an entry of ListExecutions."""
        return cls(listed["status"], listed["startDate"], listed.get("stopDate"), events)


@dataclass(frozen=True)
class Execution:
    """The state of an execution."""

    arn: str
    status: str  # RUNNING, SUCCEEDED, FAILED, …
    input: Any
    output: dict[str, Any] | None
    error: str | None
    cause: str | None
    started: datetime
    stopped: datetime | None

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Execution":
        """Read the answer of DescribeExecution."""
        output = json.loads(described["output"]) if described.get("output") else None
        return cls(
            arn=described["executionArn"],
            status=described["status"],
            input=json.loads(described.get("input", "null")),
            output=output,
            error=described.get("error"),
            cause=described.get("cause"),
            started=described["startDate"],
            stopped=described.get("stopDate"),
        )

    @property
    def name(self) -> str:
        """The execution's name, which is the job's for the command."""
        return self.arn.rsplit(":", 1)[1]

    @property
    def key(self) -> str:
        """The recording's, as far as the input tells."""
        try:
            return parse_job_input(self.input).key
        except InvalidInput:
            return "?"

    @property
    def recording(self) -> str:
        """The name of the file that it is about; of one that the command uploaded, as it was."""
        name = self.key.rsplit("/", 1)[-1]
        return from_key(name) if self.key.startswith(UPLOADS) else name

    @property
    def usage(self) -> Usage | None:
        """Usage of the job, if Merge stated it."""
        return (
            Usage.model_validate(self.output["usage"])
            if self.output and "usage" in self.output
            else None
        )

    @property
    def redone(self) -> str | None:
        """The range that is done again, `12:10-12:40`; None for a whole recording."""
        try:
            redo = parse_job_input(self.input).redo
        except InvalidInput:
            return None
        return f"{clock(redo.start)}-{clock(redo.end)}" if redo else None

    @property
    def about(self) -> str:
        """The subject of the execution, for people."""
        named = printable(self.recording)
        return f"{named} {self.redone}" if self.redone else named

    @property
    def running(self) -> bool:
        """True until it has ended, and Step Functions says with what.

        "This operation is eventually consistent" (API_DescribeExecution.html): one that has just
        succeeded may lack its output (github.com/aws/aws-sdk-js/issues/2462).
        """
        return self.status == "RUNNING" or (self.status == "SUCCEEDED" and self.output is None)

    @property
    def message(self) -> str:
        """The failing function's own words. A file that the command uploaded goes by its own name
        in them.
        """
        message = self._said()
        return (
            re.sub(rf"(?<!/){re.escape(self.key)}", lambda _: printable(self.recording), message)
            if self.key.startswith(UPLOADS)
            else message
        )

    def _said(self) -> str:
        return message_in(self.cause) or self.error or self.status
