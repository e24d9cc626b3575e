"""What can be said of the state machine's definition without running it."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from fanscribe import errors
from fanscribe.errors import BadInput, FanscribeError, IncompleteTranscript, PoisonTile
from tests.conftest import ROOT
from tests.policies import RESOURCES

MACHINE = RESOURCES["TranscriptionStateMachine"]["Properties"]
TEXT = (ROOT / MACHINE["DefinitionUri"]).read_text()
DEFINITION = json.loads(TEXT)

# docs.aws.amazon.com/step-functions, "Handling errors in Step Functions workflows" (States.*, Lambda.Unknown, Sandbox.Timedout)
# and "Best practices": transient Lambda service exceptions; /lambda, "Runtime API" (Runtime.ExitError)
OF_AWS = {
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
}
OURS = {name: thing for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, FanscribeError)}
# Neither retried nor the caller's to mend, by design
FINAL = {IncompleteTranscript: "what could be read is kept, and the message says what is missing", PoisonTile: "is never raised"}


def states(machine: dict[str, Any] = DEFINITION) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state, those of the Map's children too."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def matched(field: str) -> set[str]:
    """The errors that are named in every Retry, or in every Catch."""
    return {error for _, state in states() for rule in state.get(field, []) for error in rule["ErrorEquals"]}


def transitions() -> Iterator[tuple[str, str]]:
    """From which state to which."""
    for name, state in states():
        places = [state, *state.get("Choices", []), *state.get("Catch", [])]
        for following in [place.get("Next") for place in places] + [state.get("Default")]:
            if following:
                yield name, following


def test_every_error_that_is_matched_is_awss_or_ours() -> None:
    compared = {
        choice["StringEquals"] for _, state in states() for choice in state.get("Choices", []) if "StringEquals" in choice
    }
    assert (matched("Retry") | matched("Catch") | compared) - OF_AWS - OURS.keys() == set()


def test_every_substitution_resolves_and_none_is_left_over() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(MACHINE["DefinitionSubstitutions"])


@pytest.mark.parametrize(
    "error", [error for error in OURS.values() if not error.__subclasses__()], ids=lambda error: error.__name__
)
def test_an_error_of_ours_is_retried_or_the_callers_to_mend_or_final_by_design(error: type[FanscribeError]) -> None:
    retried = error.__name__ in matched("Retry")
    assert [retried, issubclass(error, BadInput), error in FINAL].count(True) == 1


def test_every_function_is_tried_again_when_lambda_or_s3_fails() -> None:
    for _, state in states():
        if state.get("Resource") == "arn:aws:states:::lambda:invoke":
            retried = {error for rule in state["Retry"] for error in rule["ErrorEquals"]}
            lambdas = {"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Runtime.ExitError", "Sandbox.Timedout"}
            assert retried >= {"StorageFault", "States.Timeout", *lambdas}


def test_whatever_fails_is_told_and_the_execution_ends_with_its_error() -> None:
    """Each state that can fail is caught, and every way from there passes a notification and ends in a Fail state."""
    told = {"NotifyIncomplete", "NotifyFailed"}
    for name, state in DEFINITION["States"].items():
        if state["Type"] in {"Task", "Map"}:
            assert [rule["ErrorEquals"] for rule in state["Catch"]] == [["States.ALL"]], name
    ways, following = {"HowStarted", "WhoseCause"}, {name: {"WhoseError"} for name in told}
    while ways:
        name = ways.pop()
        following[name] = {after for before, after in transitions() if before == name}
        ways |= following[name] - following.keys()
    assert following.keys() & {"WhoseError", "NotifyDone"} == set(), "no way leads past the notification"
    for name in told:
        assert {after for before, after in transitions() if before == name} == {"WhoseError"}
    ends = {after for before, after in transitions() if before == "WhoseError"}
    assert {DEFINITION["States"][name]["Type"] for name in ends} == {"Fail"}


def test_the_docs_draw_and_explain_every_state_and_transition() -> None:
    page = (ROOT / "docs" / "workflow.md").read_text()
    drawn = set()
    for chart in re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL):
        for line in chart.splitlines():
            nodes = re.split(r"\s*(?:--[^->]*-->|-->|-\.[^>]*\.->|-\.->)\s*", line.strip())
            names = [re.split(r"[{\[(]", node)[0] for node in nodes]
            drawn |= set(pairwise(names))
    assert drawn == set(transitions())
    explained = {name for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) for name in re.split(r",\s*", row)}
    assert {name for name, state in states() if state["Type"] not in {"Fail", "Succeed"}} - explained == set()
