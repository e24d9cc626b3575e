"""A child's history on this machine has the shapes that Step Functions gives it on AWS."""

import json
from typing import Any

from fanscribe_local.client.executions import Child
from fanscribe_local.emulator.map_runs import MapRuns
from fanscribe_local.emulator.worker import Answer, error_answer, throttled

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:machine:talk-1"
CHILD = "arn:aws:states:us-east-1:123456789012:execution:machine/TranscribeChunks:talk-1.0-3"


def call(runs: MapRuns, answer: Answer, first: int = 0, execution: str = EXECUTION) -> None:
    task = {
        "execution": execution,
        "job": "0123",
        "language": "en",
        "chunk": {"first": first, "last": first + 3},
    }
    assert runs.call(json.dumps(task).encode(), lambda _: answer) is answer


def answered(remaining: int) -> Answer:
    return Answer(json.dumps({"remaining": remaining, "took": None}).encode(), failed=False)


def kinds(history: list[dict[str, Any]] | None) -> list[str]:
    return [event["type"] for event in history or []]


def test_every_call_is_in_the_history_with_its_answer_or_its_error() -> None:
    runs = MapRuns()
    call(runs, throttled())
    call(runs, error_answer("Runtime.ExitError", "signal 9", "id"))
    call(runs, answered(0))
    history = runs.history(CHILD)
    assert history is not None
    assert kinds(history) == ["TaskScheduled", "TaskStarted", "TaskFailed"] * 2 + [
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
    ]
    assert [event["id"] for event in history] == list(range(1, 10))
    assert json.loads(history[0]["taskScheduledEventDetails"]["parameters"])["Payload"][
        "chunk"
    ] == {"first": 0, "last": 3}
    errors = [
        event["taskFailedEventDetails"]["error"]
        for event in history
        if event["type"] == "TaskFailed"
    ]
    assert errors == ["Lambda.TooManyRequestsException", "Runtime.ExitError"]
    assert (
        json.loads(history[-1]["taskSucceededEventDetails"]["output"])["Payload"]["remaining"] == 0
    )
    assert runs.history("another") is None


def test_a_child_runs_until_no_tile_remains_and_has_failed_if_some_do_when_the_map_is_over() -> (
    None
):
    runs = MapRuns()
    call(runs, answered(0))
    call(runs, answered(2), first=4)
    call(runs, answered(0), execution=f"{EXECUTION}2")
    children = runs.children(EXECUTION, over=False)
    assert [child["status"] for child in children] == ["SUCCEEDED", "RUNNING"]
    assert [child["status"] for child in runs.children(EXECUTION, over=True)] == [
        "SUCCEEDED",
        "FAILED",
    ]
    assert Child.of(children[1], []).stopped is None
