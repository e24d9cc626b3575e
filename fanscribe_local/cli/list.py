"""`fanscribe list`: the latest jobs of a stack, whoever started them."""

from datetime import UTC, datetime
from typing import Any

import click

from fanscribe.times import clock_of
from fanscribe_local.cli.messages import say
from fanscribe_local.cli.shared import StackLocation, stack_options
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.names import json_line


@click.command("list", short_help="List the latest jobs of a stack.")
@click.option(
    "--count",
    metavar="N",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="How many.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each job.")
@stack_options
def list_jobs(count: int, as_json: bool, **where: str) -> None:
    """List the latest jobs of a stack, newest first: those of uploads and of the console as well.

    \b
    fanscribe list --stack fanscribe
    """
    executions = StackLocation(**where).find().latest(count)
    if as_json:
        for execution in executions:
            say(json_line(_document(execution)))
    elif executions:
        say(_table([_cells(execution) for execution in executions]))


def _cells(execution: Execution) -> tuple[str, ...]:
    started = execution.started.astimezone().strftime("%Y-%m-%d %H:%M")
    return (
        execution.name,
        execution.status.lower(),
        started,
        clock_of(_took(execution)),
        execution.about,
    )


def _table(rows: list[tuple[str, ...]]) -> str:
    head = ("JOB", "STATUS", "STARTED", "TOOK", "RECORDING")
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head) - 1)]
    return "\n".join("  ".join([*map(str.ljust, row, widths), row[-1]]) for row in [head, *rows])


def _took(execution: Execution) -> float:
    return ((execution.stopped or datetime.now(UTC)) - execution.started).total_seconds()


def _document(execution: Execution) -> dict[str, Any]:
    return {
        "job": execution.name,
        "recording": execution.recording,
        **({"redone": execution.redone} if execution.redone else {}),
        "status": execution.status,
        "started": execution.started.isoformat(),
        "took": round(_took(execution), 3),
    }
