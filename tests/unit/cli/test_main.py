"""`fanscribe` itself: its commands, and how fast it says what they are."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from fanscribe_local.cli.grouped import GROUPS
from fanscribe_local.cli.main import COMMANDS, command

HEAVY = {"boto3", "numpy", "pydantic", "av", "onnxruntime", "moto"}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_each_command_what_the_command_says_of_itself(name: str) -> None:
    with click.Context(command) as context:
        found = command.get_command(context, name)
    assert found is not None
    assert found.name == name
    assert found.get_short_help_str(200).rstrip(".") == COMMANDS[name][1].rstrip(".")


def test_help_lists_every_command() -> None:
    listed = CliRunner().invoke(command, ["--help"]).output
    assert all(f"  {name} " in listed for name in COMMANDS)


def test_an_unknown_command_is_a_wrong_call() -> None:
    assert CliRunner().invoke(command, ["transscribe"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage: fanscribe"),
        (
            ["transcribe"],
            "fanscribe: Missing argument 'AUDIO...'. See `fanscribe transcribe --help`.",
        ),
        (["nonsense"], "fanscribe: No such command 'nonsense'. See `fanscribe --help`."),
    ],
)
def test_a_call_that_can_not_be_read_names_the_help(arguments: list[str], said: str) -> None:
    program = f"""
import sys
from fanscribe_local.cli.main import main
sys.argv = {["fanscribe", *arguments]}
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(said)


def test_help_imports_no_heavy_library() -> None:
    program = f"""
import sys
from fanscribe_local.cli.main import command
command.main(['--help'], standalone_mode=False)
sys.exit(', '.join({HEAVY} & set(sys.modules)) or 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["transcribe", "redo"])
def test_help_shows_each_option_in_one_group(name: str) -> None:
    shown = CliRunner().invoke(command, [name, "--help"]).output
    with click.Context(command) as context:
        found = command.get_command(context, name)
    assert found is not None
    options = [each for each in found.params if isinstance(each, click.Option)]
    grouped = [each for names in GROUPS.values() for each in names]
    assert {option.name for option in options} <= set(grouped)
    assert len(grouped) == len(set(grouped))
    assert all(shown.count(f"\n  {option.opts[0]} ") == 1 for option in options)
