"""`fanscribe report`: where the time of a run went, as a page."""

from pathlib import Path

import click

from local.commands.cloud import Where, job_of, stack_options
from local.report import write_report


@click.command(short_help="Write where the time of a stack's jobs went, as a page.")
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...")
@click.option("--out", metavar="FOLDER", type=click.Path(path_type=Path), default=Path(), help="Where to.  [default: here]")
@stack_options
def report(jobs: tuple[str, ...], out: Path, **where: str) -> None:
    """Write FOLDER/<name>.report.html for each JOB: each chunk's way through the run, what the end waited for, what failed,
    and every second of the recording. One that still runs is told as far as it is.

    \b
    fanscribe report talk-3f2a91 --stack fanscribe
    """
    stack = Where(**where).find()
    for job in jobs:
        click.echo(write_report(stack, job_of(stack, job), out))
