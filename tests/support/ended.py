"""How AWS tells that an execution has ended, and who of the template listens.

The event: docs.aws.amazon.com/step-functions, "Automating Step Functions event delivery with
EventBridge", and aws-lambda-dotnet's model of it (github.com/aws/aws-lambda-dotnet/pull/2544).
moto sends none.
"""

import json
from typing import Any

from moto.events.models import EventPattern

from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.template import ACCOUNT, REGION
from fanscribe_local.emulator.worker import Answer
from tests.support.policies import RESOURCES, a_stack

NOTIFY = RESOURCES["NotifyFunction"]["Properties"]
RULE = a_stack().resolve(NOTIFY["Events"]["ExecutionEnded"]["Properties"]["Pattern"])
EMAIL = a_stack().resolve(RESOURCES["EmailRule"]["Properties"])


def takes(pattern: Any, event: Any) -> bool:
    """Whether a rule's pattern takes an event."""
    matches: bool = EventPattern.load(json.dumps(pattern)).matches_event(event)
    return matches


def status_event(**detail: Any) -> dict[str, Any]:
    """What Step Functions puts on the default bus. Error and cause are null where there is none."""
    untold = ("input", "output", "inputDetails", "outputDetails", "error", "cause")
    return {
        "version": "0",
        "id": "315c1398-40ff-a850-213b-158f73e60175",
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": ACCOUNT,
        "time": "2026-11-28T20:00:00Z",
        "region": REGION,
        "resources": [detail["executionArn"]],
        "detail": dict.fromkeys(untold) | {"redriveCount": 0, "redriveDate": None} | detail,
    }


def of(engine: Engine, execution: Execution) -> dict[str, Any]:
    """The event of an execution that has ended."""
    described = engine.states.describe_execution(executionArn=execution.arn)
    named = (
        "executionArn",
        "stateMachineArn",
        "name",
        "status",
        "input",
        "output",
        "error",
        "cause",
    )
    named_here = {name: described[name] for name in named if name in described}
    if described["status"] == "ABORTED":  # stop_execution's own error and cause are in the history
        named_here |= {"error": None, "cause": None}
    dates = {name: int(described[name].timestamp() * 1000) for name in ("startDate", "stopDate")}
    included = {"included": True}
    outputs = {"outputDetails": included} if "output" in named_here else {}
    return status_event(**named_here, **dates, **outputs, inputDetails=included)


def notify(engine: Engine, execution: Execution) -> Answer | None:
    """As EventBridge does: None where the rule does not take the event."""
    event = of(engine, execution)
    if not takes(RULE, event):
        return None
    (pool,) = [h for h in engine.pools.values() if h.function.name == "NotifyFunction"]
    return pool.invoke(json.dumps(event).encode())


def sentence(event: dict[str, Any]) -> str | None:
    """What the email's rule hands on: JSON, a string."""
    if not takes(EMAIL["EventPattern"], event):
        return None
    (target,) = EMAIL["Targets"]
    found: Any = event
    for name in target["InputPath"].removeprefix("$.").split("."):
        found = found[name]
    return json.dumps(found)
