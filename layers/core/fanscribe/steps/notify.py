"""Notify: tell of an execution that has ended. Step Functions' own event becomes Fanscribe's.

Its shape: docs.aws.amazon.com/step-functions, "Automating Step Functions event delivery with
EventBridge", Execution Status Change. It does not say which job it was; the history does.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from botocore.client import BaseClient
from pydantic import ConfigDict, Field

from fanscribe.contract import Contract
from fanscribe.documents.payloads import TranscriptReference
from fanscribe.errors import IncompleteTranscript
from fanscribe.jobs.step_functions import message_in
from fanscribe.runtime.settings import NotifySettings

STOPPED = "Aborted"
TIMED_OUT = "States.Timeout"
# Endings for which Step Functions documents no reason: error and message
UNEXPLAINED = {
    "FAILED": ("Unknown", "Step Functions named no error. The execution's history has it."),
    "TIMED_OUT": (TIMED_OUT, "The execution ran for longer than one may."),
    "ABORTED": (STOPPED, "The execution was stopped before its end."),
}


class NotSentError(Exception):
    """EventBridge did not take an event: Lambda calls again."""


class Lenient(Contract):
    """A document written by others, or by another version."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Ended(Lenient):
    """The `detail` of Step Functions' event."""

    execution: str = Field(alias="executionArn")
    state_machine: str = Field(alias="stateMachineArn")
    status: Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    input: str | None = None  # JSON; None: it was too long for the event
    output: str | None = None  # JSON
    error: str | None = None
    cause: str | None = None


class Begun(Lenient):
    """Split's answer (payloads.Job)."""

    job: str
    recording: str
    keys: dict[str, str]


def notification(ended: Ended, states: BaseClient, settings: NotifySettings) -> dict[str, Any]:
    """The notification: the `kind` of event, and its `detail`."""
    if ended.status == "SUCCEEDED":
        kind, detail = "Transcript Done", _of_a_transcript(ended)
    else:
        begun = _begun(ended.execution, states)
        kind, detail = _of_a_failure(ended, begun, settings.transcripts_bucket)
    detail = {"execution": ended.execution} | detail
    return {"kind": kind, "detail": detail | {"sentence": _sentence(kind, detail)}}


def _of_a_transcript(ended: Ended) -> dict[str, Any]:
    done = TranscriptReference.model_validate_json(ended.output or "")
    return {
        "recording": done.recording,
        "job": done.job,
        "transcript": {"bucket": done.bucket, "keys": done.keys},
        "duration": done.duration,
        "words": done.words,
        "complete": done.complete,
        "message": done.message,
        "notes": done.notes,
    }


def _of_a_failure(ended: Ended, begun: Begun | None, bucket: str) -> tuple[str, dict[str, Any]]:
    error, reason = UNEXPLAINED[ended.status]
    detail = {
        "recording": begun.recording if begun else _named(json.loads(ended.input or "null")),
        "job": begun.job if begun else None,
        "error": ended.error or error,
        "message": message_in(ended.cause) or reason,
    }
    if begun and ended.error == IncompleteTranscript.__name__:
        where = {"bucket": bucket, "keys": begun.keys}
        return "Transcript Incomplete", detail | {"transcript": where}
    return "Transcript Failed", detail


def _begun(execution: str, states: BaseClient) -> Begun | None:
    """Split's answer, which is early in a history. None: Split never was done."""
    pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
    for event in (event for page in pages for event in page["events"]):
        left = event.get("stateExitedEventDetails", {})
        answer = json.loads(left["output"]) if left.get("name") == "Split" else {}
        if "job" in answer:
            return Begun.model_validate(answer)
    return None


def _named(asked: Any) -> str | None:
    """The recording, as an execution's input names it; it may be what the execution failed of."""
    match asked:
        case {"detail": {"bucket": {"name": str(bucket)}, "object": {"key": str(key)}}}:
            return f"s3://{bucket}/{key}"
        case {"bucket": str(bucket), "key": str(key)}:
            return f"s3://{bucket}/{key}"
        case {"uri": str(uri)}:
            return uri
    return None


def _sentence(kind: str, detail: Mapping[str, Any]) -> str:
    """For people, in one line."""
    about = f"{detail['recording']} - " if detail["recording"] else ""
    return " ".join(f"{kind}: {about}{detail['message']} ({detail['execution']})".split())


def send(notice: Mapping[str, Any], ended: Ended, events: BaseClient) -> None:
    """Put a notification on the default bus. Raises NotSentError."""
    entry = {
        "Source": "fanscribe",
        "DetailType": notice["kind"],
        "Detail": json.dumps(notice["detail"]),
        "Resources": [ended.state_machine, ended.execution],
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        (failed,) = answer["Entries"]
        raise NotSentError(f"{failed.get('ErrorCode')}: {failed.get('ErrorMessage')}")
