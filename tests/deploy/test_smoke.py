"""`make smoke`, on a stack that works and on one that does not."""

from collections.abc import Iterator

import pytest

from tests.deploy.stacks import Stack


def test_a_stack_that_works_passes_and_says_what_it_took(first: Stack) -> None:
    printed = first.make("smoke")
    assert "912 words, every second accounted for; 0 of " in printed
    for figure in ("wall time", "cold starts", "loading", "processor", "cost"):
        assert f"\n{figure} " in printed
    assert "not reported" not in printed


@pytest.fixture
def broken(first: Stack) -> Iterator[Stack]:
    """Its Transcribe looks for a model that is not in the image."""
    client, name = first.client("lambda"), first.resources()["TranscribeFunction"]
    whole = first.environment("TranscribeFunction")

    def set_variables(variables: dict[str, str]) -> None:
        environment = {"Variables": variables}
        client.update_function_configuration(FunctionName=name, Environment=environment)

    set_variables(whole | {"MODEL": "base"})
    yield first
    set_variables(whole)


def test_a_stack_whose_transcribe_is_broken_fails_and_says_why(broken: Stack) -> None:
    done = broken.run("make", "smoke", "STACK=first")
    assert done.returncode != 0
    assert "FAILED. The execution " in done.stderr
    assert "100.0% of the speech is missing" in done.stderr
    assert "(UnknownModel)" in done.stderr, done.stderr
    assert "wall time" not in done.stdout
