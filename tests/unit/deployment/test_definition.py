"""Laws of the state machine's definition that hold without running it."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import botocore.session
import pytest

from fanscribe import errors
from fanscribe.audio.limits import MEGABYTE, Limits
from fanscribe.errors import (
    BadInput,
    FanscribeError,
    IncompleteTranscript,
    MisconfiguredError,
    PoisonTile,
    ReadAgain,
)
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE
from tests.conftest import ROOT
from tests.support.lambda_errors import DEATHS, LEFT, NAMES
from tests.support.policies import RESOURCES

MACHINE = RESOURCES["TranscriptionStateMachine"]["Properties"]
TEXT = (ROOT / MACHINE["DefinitionUri"]).read_text()
DEFINITION = json.loads(TEXT)

# docs.aws.amazon.com/step-functions, "Handling errors in Step Functions workflows"
STATES = {"States.ALL", "States.TaskFailed", "States.Timeout", "States.ItemReaderFailed"}
OURS = {
    name: thing
    for name, thing in vars(errors).items()
    if isinstance(thing, type) and issubclass(thing, FanscribeError)
}
# Neither retried nor the caller's to mend, by design
FINAL = {
    IncompleteTranscript: "what could be read is kept, and the message says what is missing",
    MisconfiguredError: "only another deployment mends it",
    PoisonTile: "is never raised",
    ReadAgain: "is caught: Split lays out what is missing",
}
# The chunk's task is caught, so that the reason is kept for the ledger
LEDGER = {"Transcribe": ["States.ALL"]}


def states(machine: dict[str, Any] = DEFINITION) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state, those of the Map's children too."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def matched(field: str) -> set[str]:
    """The errors that are named in every Retry, or in every Catch."""
    return {
        error
        for _, state in states()
        for rule in state.get(field, [])
        for error in rule["ErrorEquals"]
    }


def transitions() -> Iterator[tuple[str, str]]:
    """From which state to which."""
    for name, state in states():
        places = [state, *state.get("Choices", []), *state.get("Catch", [])]
        for following in [place.get("Next") for place in places] + [state.get("Default")]:
            if following:
                yield name, following


def test_every_error_that_is_matched_is_awss_or_ours() -> None:
    known = STATES | set(NAMES) | OURS.keys()
    assert (matched("Retry") | matched("Catch")) - known == set()


def test_every_substitution_resolves_and_none_is_left_over() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(MACHINE["DefinitionSubstitutions"])


@pytest.mark.parametrize(
    "error",
    [error for error in OURS.values() if not error.__subclasses__()],
    ids=lambda error: error.__name__,
)
def test_an_error_of_ours_is_retried_or_the_callers_to_mend_or_final_by_design(
    error: type[FanscribeError],
) -> None:
    retried = error.__name__ in matched("Retry")
    assert [retried, issubclass(error, BadInput), error in FINAL].count(True) == 1


def lambda_tasks() -> dict[str, list[dict[str, Any]]]:
    """How each task that invokes a function is repeated."""
    resource = "arn:${Partition}:states:::lambda:invoke"
    return {name: state["Retry"] for name, state in states() if state.get("Resource") == resource}


def test_what_lambda_or_s3_may_answer_is_repeated_alike_by_every_task() -> None:
    """Three rules alike to the number, and the same names for the death of a worker."""
    tasks = lambda_tasks()
    assert tasks.keys() == {
        "Split",
        "SplitSection",
        "DetectLanguage",
        "Transcribe",
        "FindPersonalData",
        "Merge",
    }
    for name, rules in tasks.items():
        alike = [rule for rule in rules if rule["ErrorEquals"] != ["JobInProgress"]]
        assert alike[:3] == tasks["SplitSection"][:3], name
        assert alike[3]["ErrorEquals"][: len(DEATHS)] == [*DEATHS], name
        assert {error for rule in alike for error in rule["ErrorEquals"]} >= {
            *NAMES,
            "StorageFault",
            "States.Timeout",
        }


def test_a_list_of_chunks_that_s3_does_not_hand_out_is_asked_for_again() -> None:
    """As often as S3's faults in a function are. Step Functions reads it itself, and whatever keeps
    it from that has one name: "A Map state failed because it couldn't read from the item source
    specified in the ItemReader field" (docs.aws.amazon.com/step-functions, "Handling errors").
    Nothing has begun by then, so nothing is done twice.
    """
    (rule,) = DEFINITION["States"]["TranscribeChunks"]["Retry"]
    assert rule["ErrorEquals"] == ["States.ItemReaderFailed"]
    of_functions = lambda_tasks()["Transcribe"][2]
    assert "StorageFault" in of_functions["ErrorEquals"]
    assert rule == of_functions | {"ErrorEquals": rule["ErrorEquals"]}


def test_no_name_is_in_two_rules_of_a_task() -> None:
    """Step Functions takes the first that matches; a second would be read and never heed."""
    for name, rules in lambda_tasks().items():
        errors = [error for rule in rules for error in rule["ErrorEquals"]]
        assert len(errors) == len(set(errors)), name


def test_each_error_of_lambdas_invoke_is_repeated_or_left_for_a_reason() -> None:
    """The errors are read from the service's own model, as boto3 has it: a new one fails here, to
    be decided.
    """
    model = botocore.session.get_session().get_service_model("lambda")
    of_invoke = {shape.name for shape in model.operation_model("Invoke").error_shapes}
    repeated = {name.removeprefix("Lambda.") for name in NAMES}
    assert of_invoke - repeated - LEFT.keys() == set()
    assert repeated & LEFT.keys() == set()
    assert LEFT.keys() - of_invoke == set()


def test_a_state_fails_where_it_fails_so_that_a_redrive_goes_on_from_there() -> None:
    """No error is caught that a redrive could mend: a redriven Merge that sends for more."""
    rules = [(name, rule) for name, state in states() for rule in state.get("Catch", [])]
    assert len(rules) == 2
    caught = {name: rule["ErrorEquals"] for name, rule in rules}
    assert caught == {"Merge": ["ReadAgain"]} | LEDGER
    assert {"Fail", "Succeed"}.isdisjoint(state["Type"] for state in DEFINITION["States"].values())


def test_the_picture_is_the_four_steps_and_the_ways_between_them() -> None:
    by_type: dict[str, list[str]] = {}
    for name, state in states():
        by_type.setdefault(state["Type"], []).append(name)
    assert len(list(states())) == 14
    assert {"Split", "DetectLanguage", "Transcribe", "Merge"} < {*by_type["Task"]}
    assert {*by_type["Task"]} - {*lambda_tasks()} == {"RecordFailure"}


def test_what_the_map_gives_is_small_however_many_chunks_there_are_and_fail() -> None:
    """Its result is what all children give, and more than 256 KiB are States.DataLimitExceeded,
    also with a ResultPath of null (github.com/aws/aws-cdk/issues/24799). Of a child that fails Step
    Functions "returns its execution result unchanged", as with the transformation NONE: with ARNs,
    input, error and cause, a kilobyte and more (docs.aws.amazon.com/step-functions, "ResultWriter
    (Map)"). So none fails, but those of which not even the reason could be stored.
    """
    children = DEFINITION["States"]["TranscribeChunks"]["ItemProcessor"]["States"]
    (end,) = [state for state in children.values() if {"Next", "Choices"}.isdisjoint(state)]
    assert (end["Type"], end["End"], end["Result"]) == ("Pass", True, {})
    sound_s = Limits().max_decoded_megabytes * MEGABYTE / SAMPLE_BYTES / SAMPLE_RATE
    of_five_seconds = [end["Result"]] * round(sound_s / 5)
    assert len(json.dumps(of_five_seconds)) < 256 * 1024


def test_no_partition_is_written_down() -> None:
    assert "arn:aws" not in TEXT


def test_the_docs_draw_and_explain_every_state_and_transition() -> None:
    page = (ROOT / "docs" / "workflow.md").read_text()
    drawn = set()
    for chart in re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL):
        for line in chart.splitlines():
            nodes = re.split(r"\s*(?:--[^->]*-->|-->|-\.[^>]*\.->|-\.->)\s*", line.strip())
            names = [re.split(r"[{\[(]", node)[0] for node in nodes]
            drawn |= set(pairwise(names))
    assert drawn == set(transitions())
    explained = {
        name
        for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)
        for name in re.split(r",\s*", row)
    }
    assert {
        name for name, state in states() if state["Type"] not in {"Fail", "Succeed"}
    } - explained == set()
