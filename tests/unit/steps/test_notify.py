"""Notifications of an execution that has ended, from Step Functions' own event and the history."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.runtime.settings import NotifySettings
from fanscribe.steps.notify import Ended, NotSentError, notification, send
from tests.support.ended import EMAIL, RULE, sentence, status_event, takes
from tests.support.policies import a_stack

MACHINE = a_stack().resolve({"Ref": "TranscriptionStateMachine"})
ARN = MACHINE.replace(":stateMachine:", ":execution:") + ":talk-1"
SETTINGS = NotifySettings(work_bucket="work", transcripts_bucket="transcripts")
JOB = {"job": "0123", "recording": "s3://r/talk.mp3", "keys": {"json": "talk.mp3/0123/t.json"}}
KEEPS = {"name": "Split", "output": json.dumps(JOB | {"chunks": 3})}
SPLIT_LEFT = {"type": "TaskStateExited", "stateExitedEventDetails": KEEPS}


@dataclass
class States:
    """Step Functions with one history, of one event a page."""

    history: Sequence[Mapping[str, Any]] = (SPLIT_LEFT,)
    asked: list[str] = field(default_factory=list)

    def get_paginator(self, operation: str) -> "States":
        assert operation == "get_execution_history"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(asked["executionArn"])
        yield from ({"events": [event]} for event in ({"type": "ExecutionStarted"}, *self.history))


@dataclass
class Bus:
    """EventBridge."""

    works: bool = True
    entries: list[dict[str, Any]] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        if not self.works:
            refused = {"ErrorCode": "InternalFailure", "ErrorMessage": "no"}
            return {"FailedEntryCount": 1, "Entries": [refused]}
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


def ended(**detail: Any) -> Ended:
    event = status_event(executionArn=ARN, stateMachineArn=MACHINE, **detail)
    assert takes(RULE, event)
    return Ended.model_validate(event["detail"])


def failed_of(error: str, message: str, **detail: Any) -> Ended:
    """A function's error, as Lambda reports it."""
    cause = json.dumps({"errorMessage": message, "errorType": error, "stackTrace": []})
    return ended(status="FAILED", error=error, cause=cause, **detail)


def notice(event: Ended, states: States | None = None) -> dict[str, Any]:
    return notification(event, states or States(), SETTINGS)


def sent(event: Ended) -> dict[str, Any]:
    """As rules see it."""
    bus = Bus()
    send(notice(event), event, bus)
    (entry,) = bus.entries
    detail = json.loads(entry["Detail"])
    named = {"source": entry["Source"], "detail-type": entry["DetailType"]}
    return named | {"resources": entry["Resources"], "detail": detail}


def test_a_failure_has_the_job_and_the_recording_that_split_named() -> None:
    found = notice(failed_of("WorkDamaged", "There is no plan."))
    assert found["kind"] == "Transcript Failed"
    assert found["detail"] == {
        "execution": ARN,
        "recording": "s3://r/talk.mp3",
        "job": "0123",
        "error": "WorkDamaged",
        "message": "There is no plan.",
        "sentence": f"Transcript Failed: s3://r/talk.mp3 - There is no plan. ({ARN})",
    }


def test_an_incomplete_transcript_is_reported_with_where_it_is() -> None:
    found = notice(failed_of("IncompleteTranscript", "9% is missing."))
    assert found["kind"] == "Transcript Incomplete"
    where = {"bucket": "transcripts", "keys": JOB["keys"]}
    assert found["detail"]["transcript"] == where


@pytest.mark.parametrize(
    ("given_input", "recording"),
    [
        ({"bucket": "r", "key": "a b.mp3", "options": 5}, "s3://r/a b.mp3"),
        ({"uri": "s3://r/é.mp3"}, "s3://r/é.mp3"),
        ({"detail": {"bucket": {"name": "r"}, "object": {"key": "k"}}}, "s3://r/k"),
        ({"detail": {"bucket": {"name": "r"}}}, None),
        ({"bucket": ["a"], "key": {}}, None),
        ({"uri": 7}, None),
        ([], None),
        (None, None),
    ],
)
def test_of_what_split_refused_the_input_has_the_name(
    given_input: Any, recording: str | None
) -> None:
    event = failed_of("InvalidInput", "No.", input=json.dumps(given_input))
    detail = notice(event, States(history=()))["detail"]
    assert (detail["recording"], detail["job"]) == (recording, None)
    about = f"{recording} - " if recording else ""
    assert detail["sentence"] == f"Transcript Failed: {about}No. ({ARN})"


def test_an_input_too_long_for_the_event_names_no_recording() -> None:
    event = failed_of("InvalidInput", "No.", inputDetails={"included": False})
    assert notice(event, States(history=()))["detail"]["recording"] is None


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        ("ABORTED", "Aborted", "The execution was stopped before its end."),
        ("TIMED_OUT", "States.Timeout", "The execution ran for longer than one may."),
        ("FAILED", "Unknown", "Step Functions named no error. The execution's history has it."),
    ],
)
def test_who_is_stopped_or_runs_too_long_is_shown_so(status: str, error: str, message: str) -> None:
    found = notice(ended(status=status))
    assert found["kind"] == "Transcript Failed"
    assert (found["detail"]["error"], found["detail"]["message"]) == (error, message)
    assert found["detail"]["job"] == "0123"


def test_who_stops_an_execution_may_say_why() -> None:
    detail = notice(ended(status="ABORTED", error="Mistake", cause="The wrong file."))["detail"]
    assert (detail["error"], detail["message"]) == ("Mistake", "The wrong file.")


def test_step_functions_own_failure_is_reported_in_its_own_words() -> None:
    event = ended(status="FAILED", error="States.ItemReaderFailed", cause="no such key")
    detail = notice(event)["detail"]
    assert (detail["error"], detail["message"]) == ("States.ItemReaderFailed", "no such key")


def test_of_a_success_nobody_is_asked() -> None:
    output = {
        "job": "0123",
        "recording": "s3://r/talk.mp3",
        "bucket": "transcripts",
        "keys": JOB["keys"],
        "duration": 1.0,
        "words": 2,
        "complete": True,
        "message": "2 words in 1.0 seconds of sound.",
        "notes": [],
        "usage": {
            "audio_s": 1,
            "transcribe_s": 1,
            "rtf": 1,
            "gb_seconds": 1,
            "usd": 1,
            "prices": "2025-11-01",
        },
    }
    states = States()
    found = notice(ended(status="SUCCEEDED", output=json.dumps(output)), states)
    assert (found["kind"], states.asked) == ("Transcript Done", [])
    assert found["detail"]["transcript"] == {"bucket": "transcripts", "keys": JOB["keys"]}


@given(st.text(st.characters(codec="utf-8")))
def test_a_message_of_any_characters_arrives_as_it_is_and_as_one_line(message: str) -> None:
    """Quotes, line breaks, braces: an input template would have broken on some."""
    message = f'It\'s "{message}"\nor\r\nnot.'
    event = sent(failed_of("InvalidInput", message))
    assert event["detail"]["message"] == message
    line = json.loads(sentence(event) or "")
    assert line == " ".join(f"Transcript Failed: s3://r/talk.mp3 - {message} ({ARN})".split())


def test_an_event_is_of_the_machine_and_the_execution_and_the_email_listens_to_it() -> None:
    event = sent(failed_of("InvalidInput", "No."))
    assert event["source"] == "fanscribe"
    assert event["resources"] == [MACHINE, ARN]
    assert takes(EMAIL["EventPattern"], event)
    assert not takes(EMAIL["EventPattern"], event | {"resources": [f"{MACHINE}2", ARN]})


def test_what_eventbridge_does_not_take_is_an_error_so_that_lambda_calls_again() -> None:
    event = ended(status="ABORTED")
    with pytest.raises(NotSentError, match="InternalFailure: no"):
        send(notice(event), event, Bus(works=False))


@pytest.mark.parametrize(
    "other",
    [
        {"status": "RUNNING"},
        {"stateMachineArn": f"{MACHINE}2"},
        {"stateMachineArn": f"{MACHINE}/TranscribeChunks"},
    ],
)
def test_what_has_not_ended_another_machine_and_children_are_not_reported(other: Any) -> None:
    detail = {"executionArn": ARN, "stateMachineArn": MACHINE, "status": "FAILED"}
    assert takes(RULE, status_event(**detail))
    assert not takes(RULE, status_event(**detail | other))
