"""A run's report, written where its transcript is."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from fanscribe.jobs.lineage import readings_so_far
from fanscribe.transcript.ledger import Ledger, settle_ledger
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.results import write
from fanscribe_local.client.retry import retrying
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import REPORT, Place
from fanscribe_local.report.page import render
from fanscribe_local.report.run import read_run
from fanscribe_local.report.sections import Report

MANY = 100  # chunks: what takes more than five seconds is announced before


def write_report(
    stack: DeployedStack,
    execution: Execution,
    place: Place,
    *,
    billed: bool = True,
) -> Path:
    """A run's report, in its place. A run that failed has one, one that still runs has it so far.

    Raises NotWritten.
    """
    page = render(gather(stack, execution, billed=billed))
    target = place.file(REPORT)
    write(target, page.encode())
    return target


def gather(stack: DeployedStack, execution: Execution, *, billed: bool = True) -> Report:
    """All that the report tells: the histories, and what the job has stored."""
    progress = JobProgress(stack, execution.arn)
    so_far = retrying(progress.now, "what the job has stored")
    events = retrying(lambda: stack.history(execution.arn), "the run's history")
    children = retrying(lambda: stack.children(execution.arn, _many), "the list of its chunks")
    run = read_run(execution, events, children, datetime.now(UTC))
    ledger = retrying(lambda: _of_transcript(stack, execution) or _so_far(progress), "its ledger")
    return Report(run, progress.plan, execution.usage or so_far.used, ledger, billed)


def _many(chunks: int) -> None:
    """AWS gives some 20 histories a second."""
    if chunks > MANY:
        click.echo(f"fanscribe: reading the histories of {chunks:,} chunks, 20 a second", err=True)


def _of_transcript(stack: DeployedStack, execution: Execution) -> Ledger | None:
    """As Merge wrote it; None where it did not, or not as JSON."""
    key = (execution.output or {}).get("keys", {}).get("json")
    if key is None:
        return None
    try:
        data = stack.s3.get_object(Bucket=stack.transcripts, Key=key)["Body"].read()
        return Ledger.model_validate(json.loads(data)["ledger"])
    except stack.s3.exceptions.NoSuchKey:
        return None


def _so_far(progress: JobProgress) -> Ledger | None:
    """As Merge would write it now; None before there is a plan."""
    if progress.plan is None or progress.folder is None:
        return None
    return settle_ledger(*readings_so_far(progress.folder, progress.plan))
