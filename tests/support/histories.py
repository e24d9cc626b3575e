"""Executions and their histories, as Step Functions would give them, said in the fewest words.

Times in ms from the start.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from fanscribe.documents.job import InvocationTimes
from fanscribe_local.client.executions import Child, Execution

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:123456789012:execution:machine:talk-1"

Event = dict[str, Any]


def at(ms: int) -> datetime:
    return NOON + timedelta(milliseconds=ms)


def event(ms: int, kind: str, **details: Any) -> Event:
    """Its details are called as it is, but for a state's."""
    called = (
        f"state{kind.partition('State')[2]}" if "State" in kind else f"{kind[0].lower()}{kind[1:]}"
    )
    return {"timestamp": at(ms), "type": kind, f"{called}EventDetails": details}


class Call(NamedTuple):
    """Events of a function's call. Without an end it runs; without a `took` and an error it is of a
    version that does not say.
    """

    asked: int
    ended: int | None
    took: InvocationTimes | None = None
    error: str | None = None
    cause: str = ""


def called(call: Call, payload: Any) -> list[Event]:
    of_lambda = {"resourceType": "lambda", "resource": "invoke"}
    begun = [
        event(call.asked, "TaskScheduled", **of_lambda, parameters=json.dumps({"Payload": payload}))
    ]
    begun.append(event(call.asked, "TaskStarted", **of_lambda))
    if call.ended is None:
        return begun
    if call.error:
        return [
            *begun,
            event(call.ended, "TaskFailed", **of_lambda, error=call.error, cause=call.cause),
        ]
    answer = {"remaining": 0} | ({"took": call.took.model_dump()} if call.took else {})
    return [
        *begun,
        event(
            call.ended,
            "TaskSucceeded",
            **of_lambda,
            output=json.dumps({"StatusCode": 200, "Payload": answer}),
        ),
    ]


def a_child(
    first: int, calls: Sequence[Call], started: int, stopped: int | None, status: str = "SUCCEEDED"
) -> Child:
    payload = {
        "execution": ARN,
        "job": "0123",
        "language": "en",
        "chunk": {"first": first, "last": first + 3},
    }
    events = [
        event(started, "ExecutionStarted"),
        event(started, "TaskStateEntered", name="Transcribe"),
    ]
    events += [made for call in calls for made in called(call, payload)]
    events += [event(stopped, "ExecutionSucceeded")] if stopped is not None else []
    return Child(status, at(started), None if stopped is None else at(stopped), events)


def a_state(
    name: str,
    start: int,
    end: int | None,
    kind: str = "Task",
    *,
    output: Any = None,
    calls: Sequence[Call] = (),
) -> list[Event]:
    events = [event(start, f"{kind}StateEntered", name=name)]
    events += [made for call in calls for made in called(call, {})]
    left = {"name": name, "output": json.dumps(output)}
    return events if end is None else [*events, event(end, f"{kind}StateExited", **left)]


def split(end: int, chunks: int, at_once: int, calls: Sequence[Call] = ()) -> list[Event]:
    return a_state(
        "Split",
        0,
        end,
        output={"job": "0123", "chunks": chunks, "max_concurrency": at_once},
        calls=calls,
    )


def an_execution(
    stopped: int | None, error: str | None = None, cause: str | None = None, key: str = "talk.mp3"
) -> Execution:
    status = "RUNNING" if stopped is None else "FAILED" if error else "SUCCEEDED"
    end = None if stopped is None else at(stopped)
    return Execution(
        ARN, status, {"bucket": "recordings", "key": key}, None, error, cause, NOON, end
    )
