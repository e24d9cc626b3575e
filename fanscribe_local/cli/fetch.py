"""`fanscribe fetch`: the transcripts of jobs, as soon as they are there."""

from pathlib import Path

import click

from fanscribe_local.cli.follow import follow
from fanscribe_local.cli.shared import (
    StackLocation,
    check_jobs,
    check_out,
    job_of,
    out_option,
    stack_options,
)
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.retry import GaveUp
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import Place
from fanscribe_local.client.watch import Watched


@click.command(short_help="Fetch the transcripts of a stack's jobs, once they are done.")
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...")
@out_option()
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each job.")
@stack_options
def fetch(jobs: tuple[str, ...], out: Path, as_json: bool, **where: str) -> None:
    """Fetch the transcript of each JOB.

    One that still runs is watched to its end first, as `fanscribe transcribe` does.

    \b
    fanscribe fetch talk-3f2a91 --stack fanscribe --out transcripts
    """
    place = StackLocation(**where)
    spelled = check_out(out)
    stack = place.find()
    found = [job_of(stack, job) for job in jobs]
    check_jobs([(execution.name, Place(out, execution.recording)) for execution in found], spelled)
    watched = [_watched(stack, execution, out) for execution in found]
    try:
        with ProgressScreen() as screen:
            succeeded = follow(stack, watched, screen, as_json=as_json)
    except (KeyboardInterrupt, GaveUp) as error:
        raise place.come_back([job.job for job in watched], error) from None
    if not succeeded:
        raise SystemExit(1)


def _watched(stack: DeployedStack, execution: Execution, out: Path) -> Watched:
    recording = execution.recording
    return Watched(recording, JobProgress(stack, execution.arn), Place(out, recording))
