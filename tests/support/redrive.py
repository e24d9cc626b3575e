"""RedriveExecution, which moto lacks: by its interpreter, from the state that was not left.

As docs.aws.amazon.com/step-functions has it ("Restarting state machine executions with redrive",
"Redriving Map Runs"): a state that was entered and not left is run again, with the input that it
had; states before it are not, and retries are counted anew. `RedriveCount` grows.

Two things are otherwise than there: the execution is a new one, of a machine that begins there; and
of a Map all items are run again, where Step Functions runs those that failed or were stopped.
"""

import json
import uuid
from typing import Any, NamedTuple

from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.template import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/redriven"


class Open(NamedTuple):
    """A state that was entered and not left."""

    name: str
    input: Any


def open_state(engine: Engine, execution: Execution) -> Open:
    """Where an execution failed or was stopped."""
    names = json.loads(engine.deployment.definition)["States"]
    still_open: list[Open] = []
    for event in engine.stack.history(execution.arn):
        entered = event.get("stateEnteredEventDetails", {})
        if entered.get("name") in names:
            still_open.append(Open(entered["name"], json.loads(entered["input"])))
        if event.get("stateExitedEventDetails", {}).get("name") in names:
            still_open.pop()
    (found,) = still_open
    return found


def redrive(engine: Engine, execution: Execution, count: int = 1) -> Execution:
    """Its end after it was redriven `count` times."""
    definition = _from(
        json.loads(engine.deployment.definition), open_state(engine, execution), count
    )
    created = engine.states.create_state_machine(
        name=f"redriven-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
    )
    started = engine.states.start_execution(
        stateMachineArn=created["stateMachineArn"],
        name=execution.name,
        input=json.dumps(execution.input),
    )
    return engine.wait(started["executionArn"])


def _from(definition: dict[str, Any], begin: Open, count: int) -> dict[str, Any]:
    """The same machine, from a state on, with what the context says then."""
    for name in ("Split", "Merge"):
        payload = definition["States"][name]["Parameters"]["Payload"]
        assert payload.pop("context.$") == "$$.Execution"
        payload["context"] = {"RedriveCount": count}
    first = {"Type": "Pass", "Result": begin.input, "Next": begin.name}
    return definition | {"StartAt": "Redrive", "States": definition["States"] | {"Redrive": first}}
