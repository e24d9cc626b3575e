"""Jobs followed to their end: watched, their transcripts fetched, what became of them said."""

import click

from local.report import write_report
from local.results import Result, collect
from local.screen import Screen
from local.stack import DeployedStack
from local.watch import LONGEST_POLL_S, Watched, watch


def follow(
    stack: DeployedStack,
    jobs: list[Watched],
    screen: Screen,
    *,
    as_json: bool,
    report: bool = False,
    poll_s: float = LONGEST_POLL_S,
) -> bool:
    """Whether all of them succeeded. Each is taken out of `jobs` when it is done with."""
    succeeded = []
    for job, execution in watch(stack, jobs, screen, poll_s):
        result = collect(stack, execution, job.out)
        if report:
            written = write_report(stack, execution, job.out, billed=job.progress.billed)
            result = result._replace(files=(*result.files, written))
        with screen.aside():
            show(result, as_json=as_json)
        succeeded.append(result.succeeded)
        jobs.remove(job)
    return all(succeeded)


def show(result: Result, *, as_json: bool) -> None:
    """Transcripts on standard output, complaints on the other; as JSON both on the first."""
    if as_json:
        click.echo(result.as_json())
    elif result.succeeded or result.running:
        click.echo("\n".join(result.lines()))
    else:
        complain(result.complaint())


def complain(message: str) -> None:
    click.echo(f"fanscribe: {message}", err=True)
