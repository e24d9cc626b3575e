"""The children of a Map run and their histories, which moto keeps to itself: as far as their calls
of Transcribe tell them.

In the shapes of ListExecutions and GetExecutionHistory, for `fanscribe report`.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from fanscribe_local.emulator.template import REGION
from fanscribe_local.emulator.worker import Answer

LAMBDA = {"resourceType": "lambda", "resource": "invoke"}

Event = dict[str, Any]


class MapRuns:
    """Map runs of every execution of one engine."""

    def __init__(self) -> None:
        self._histories: dict[str, list[Event]] = {}  # by the child's ARN
        self._lock = threading.Lock()

    def call(self, payload: bytes, invoke: Callable[[bytes], Answer]) -> Answer:
        """A child's call of Transcribe, noted in its history."""
        task = json.loads(payload)
        child = _arn(task["execution"], task["chunk"])
        self._note(child, "TaskScheduled", region=REGION, parameters=json.dumps({"Payload": task}))
        self._note(child, "TaskStarted")
        answer = invoke(payload)
        said = json.loads(answer.payload)
        if answer.failed:
            self._note(child, "TaskFailed", error=said["errorType"], cause=answer.payload.decode())
        elif answer.refusal:
            self._note(child, "TaskFailed", error=f"Lambda.{answer.refusal}", cause=said["message"])
        else:
            self._note(
                child,
                "TaskSucceeded",
                output=json.dumps({"StatusCode": answer.status, "Payload": said}),
            )
        return answer

    def history(self, child: str) -> list[Event] | None:
        """The history of a child, or None if it is no child."""
        return self._histories.get(child)

    def children(self, execution: str, *, over: bool) -> list[dict[str, Any]]:
        """Children as ListExecutions lists them.

        One with tiles left after the Map run has failed.
        """
        return [
            _listed(child, list(history), over=over)
            for child, history in list(self._histories.items())
            if _parent(child) == execution
        ]

    def _note(self, child: str, kind: str, **details: str) -> None:
        with self._lock:
            history = self._histories.setdefault(child, [])
            event = {
                "id": len(history) + 1,
                "previousEventId": len(history),
                "timestamp": time.time(),
                "type": kind,
            }
            history.append(event | {f"{kind[0].lower()}{kind[1:]}EventDetails": LAMBDA | details})


def _arn(execution: str, chunk: dict[str, int]) -> str:
    """Its name is its own here; on AWS it is a UUID."""
    machine, name = execution.rsplit(":", 1)
    return f"{machine}/TranscribeChunks:{name}.{chunk['first']}-{chunk['last']}"


def _parent(child: str) -> str:
    machine, name = child.rsplit(":", 1)
    return f"{machine.rsplit('/', 1)[0]}:{name.rsplit('.', 1)[0]}"


def _listed(child: str, history: list[Event], *, over: bool) -> dict[str, Any]:
    last = history[-1]
    answer = json.loads(last.get("taskSucceededEventDetails", {}).get("output", "{}")).get(
        "Payload", {}
    )
    status = "SUCCEEDED" if answer.get("remaining") == 0 else "FAILED" if over else "RUNNING"
    machine, name = child.rsplit(":", 1)
    listed = {
        "executionArn": child,
        "stateMachineArn": machine.replace(":execution:", ":stateMachine:"),
        "name": name,
        "status": status,
        "startDate": history[0]["timestamp"],
    }
    return listed if status == "RUNNING" else listed | {"stopDate": last["timestamp"]}
