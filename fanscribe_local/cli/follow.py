"""Jobs followed to their end: watched, their transcripts fetched, what became of them said."""

from collections.abc import Callable

from fanscribe_local.cli.messages import complain, say
from fanscribe_local.client.results import NOT_WRITTEN, NotWritten, Result, collect, unwritten
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.watch import LONGEST_POLL_S, LONGEST_WATCH_S, Watched, watch
from fanscribe_local.report.write import write_report


def follow(
    stack: DeployedStack,
    jobs: list[Watched],
    screen: ProgressScreen,
    *,
    as_json: bool,
    report: bool = False,
    poll_s: float = LONGEST_POLL_S,
    longest_s: float = LONGEST_WATCH_S,
    explained: Callable[[Result], Result] = lambda result: result,
) -> bool:
    """True if all of them succeeded. Each is taken out of `jobs` when it is done with.

    `explained` may know better why one failed. Raises GaveUp.
    """
    succeeded = []
    for job, execution in watch(stack, jobs, screen, poll_s, longest_s):
        result = explained(collect(stack, execution, job.place))
        if report:
            try:
                written = write_report(stack, execution, job.place, billed=job.progress.billed)
                result = result._replace(files=(*result.files, written))
            except NotWritten as error:
                result = unwritten(result, error) if result.status != NOT_WRITTEN else result
        with screen.aside():
            show(result, as_json=as_json)
        succeeded.append(result.succeeded)
        jobs.remove(job)
    return all(succeeded)


def show(result: Result, *, as_json: bool) -> None:
    """Transcripts on standard output, complaints on the other; as JSON both on the first."""
    if as_json:
        say(result.as_json())
    elif result.succeeded or result.running:
        say("\n".join(result.lines()))
    else:
        complain(result.complaint())
