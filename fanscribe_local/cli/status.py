"""`fanscribe status`: how far jobs are, and what they have transcribed so far."""

from dataclasses import replace
from typing import Any

import click

from fanscribe.documents.options import OutputOptions
from fanscribe.errors import WorkDamaged
from fanscribe.jobs.lineage import readings_so_far
from fanscribe.steps.merge_words import shown_transcript, spoken_transcript
from fanscribe.transcript.build import build_transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.text import as_text
from fanscribe.transcript.ledger import settle_ledger
from fanscribe_local.cli.messages import complain, say
from fanscribe_local.cli.shared import Failed, StackLocation, job_of, stack_options
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.names import json_line, printable
from fanscribe_local.client.progress import JobProgress, Progress
from fanscribe_local.client.screen import job_row


@click.command(short_help="Show the progress of a stack's jobs, and their text so far.")
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...")
@click.option("--text", is_flag=True, help="Show the text so far, with marks for what is missing.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each job.")
@stack_options
def status(jobs: tuple[str, ...], text: bool, as_json: bool, **where: str) -> None:
    """Show the progress of each JOB: a name that `fanscribe list` shows, or its beginning.

    \b
    fanscribe status talk-3f2a91 --stack fanscribe
    fanscribe status talk-3f2a91 --stack fanscribe --text | less
    """
    stack = StackLocation(**where).find()
    for job in jobs:
        execution = job_of(stack, job)
        looked_at = JobProgress(stack, execution.arn)
        progress = looked_at.now()
        so_far = text_so_far(looked_at) if text else None
        if as_json:
            say(json_line(_document(execution, progress, so_far)))
        elif so_far is not None:
            say(so_far, newline=False)
            complain(_line(execution, progress))
        elif text:
            raise Failed(f"{execution.name} has no text{_why_not(execution, looked_at, progress)}")
        else:
            say(_line(execution, progress))


def text_so_far(progress: JobProgress) -> str | None:
    """A job's text, as `txt` has it, with [missing 1:30-2:00] where nothing was read or stored yet;
    None before its plan, and before the personal data is found that is not to be shown.
    """
    if progress.plan is None or progress.folder is None:
        return None
    folder, output = progress.folder, progress.folder.find_output() or OutputOptions()
    job = readings_so_far(folder, progress.plan)
    ledger = settle_ledger(*job)
    if not output.redact:
        return as_text(Edition(build_transcript(job.plan, job.readings, ledger)))
    output = output.model_copy(update={"speakers": None})
    try:
        said = spoken_transcript(folder, progress.plan, [job], ledger, output)
        return as_text(Edition(shown_transcript(folder, said.transcript, output).transcript))
    except WorkDamaged:  # its personal data is not found yet
        return None


def _why_not(execution: Execution, looked_at: JobProgress, progress: Progress) -> str:
    """Why there is no text of a job, as the end of a sentence."""
    if execution.status == "SUCCEEDED":
        return f" here: what it read is no longer kept. `fanscribe fetch {execution.name}` has it."
    if not execution.running:
        return f": {printable(execution.message)}"
    redacting = looked_at.job and looked_at.job.output.get("redact")
    later = " What is redacted is shown when it is done." if redacting else ""
    return f" yet: it is {progress.stage}.{later}"


def _line(execution: Execution, progress: Progress) -> str:
    row = job_row(execution.about, replace(progress, used=execution.usage or progress.used))
    parts = (
        [row.amount, row.details] if execution.running else [row.amount, execution.status.lower()]
    )
    if not execution.running and execution.error:
        parts.append(printable(execution.message))
    return f"{execution.name} ({execution.about}): {' · '.join(part for part in parts if part)}"


def _document(execution: Execution, progress: Progress, so_far: str | None) -> dict[str, Any]:
    used = execution.usage or progress.used
    known = {
        "job": execution.name,
        "recording": execution.recording,
        "redone": execution.redone,
        "status": execution.status,
        "stage": progress.stage if execution.running else None,
        "seconds": progress.total,
        "seconds_done": progress.done,
        "seconds_left": progress.left if execution.running else None,
        "chunks": progress.chunks._asdict() if progress.chunks else None,
        "usd": used.usd if used else None,
        "error": execution.error,
        "message": None if execution.error is None else execution.message,
        "text": so_far,
    }
    return {name: value for name, value in known.items() if value is not None}
