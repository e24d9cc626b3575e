"""docs/session.txt is written by a command (python -m benchmarks.session); what is typed in it
still works.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from fanscribe_local.cli.main import command
from tests.conftest import ROOT

FANSCRIBE = Path(sys.executable).with_name("fanscribe")
LINES = [
    line.removeprefix("$ ")
    for line in (ROOT / "docs" / "session.txt").read_text("utf-8").splitlines()
    if line[:2] == "$ "
]
TYPED = [line for line in LINES if line.startswith("fanscribe ")]


@pytest.mark.parametrize("line", TYPED)
def test_what_is_typed_in_the_session_is_understood(line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    with click.Context(command) as context:
        found = command.get_command(context, name)
    assert found is not None, name
    found.make_context(name, arguments, default_map={"stack": "fanscribe"})


def test_the_session_shows_every_command_that_a_stack_takes() -> None:
    assert {shlex.split(line)[1] for line in TYPED} == {"transcribe", "status", "fetch", "list"}


def test_a_shell_completes_commands_and_options() -> None:
    environment = {"PATH": os.environ["PATH"], "_FANSCRIBE_COMPLETE": "bash_complete"}

    def completed(words: str) -> list[str]:
        asked = environment | {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        said = subprocess.run(
            [Path(sys.executable).with_name("fanscribe")],
            env=asked,
            capture_output=True,
            text=True,
            check=False,
        )
        return [line.split(",")[1] for line in said.stdout.splitlines()]

    assert completed("fanscribe st") == ["status"]
    assert completed("fanscribe status --te") == ["--text"]
