"""`fanscribe report`: where the time of a run went, as a page."""

from pathlib import Path

import click

from fanscribe_local.cli.messages import complain, say
from fanscribe_local.cli.shared import (
    StackLocation,
    check_jobs,
    check_out,
    job_of,
    out_option,
    stack_options,
)
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.names import printable
from fanscribe_local.client.results import NotWritten
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import Place
from fanscribe_local.report.write import write_report


@click.command(short_help="Write a page that shows where the time of a stack's jobs went.")
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...")
@out_option()
@stack_options
def report(jobs: tuple[str, ...], out: Path, **where: str) -> None:
    """Write FOLDER/<name>.report.html for each JOB. It shows each chunk's way through the run,
    what the end waited for, what failed, and every second of the recording. Of a job that still
    runs, it shows the run so far.

    \b
    fanscribe report talk-3f2a91 --stack fanscribe
    """
    spelled = check_out(out)
    stack = StackLocation(**where).find()
    found = [job_of(stack, job) for job in jobs]
    places = [Place(out, execution.recording) for execution in found]
    check_jobs(list(zip((execution.name for execution in found), places, strict=True)), spelled)
    written = [_write(stack, *each) for each in zip(found, places, strict=True)]
    if not all(written):
        raise SystemExit(1)


def _write(stack: DeployedStack, execution: Execution, place: Place) -> bool:
    """True if it could be written."""
    try:
        say(printable(str(write_report(stack, execution, place))))
    except NotWritten as error:
        complain(printable(str(error)))
        return False
    return True
