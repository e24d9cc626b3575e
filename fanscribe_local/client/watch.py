"""Jobs watched until they end, through whatever becomes of the connection."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from fanscribe_local.client.executions import Execution
from fanscribe_local.client.progress import JobProgress, Progress
from fanscribe_local.client.retry import AN_HOUR_S, GaveUp, retrying
from fanscribe_local.client.screen import ProgressScreen, job_row
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import Place

FIRST_POLL_S = 0.2
LONGEST_POLL_S = 2.0  # each is a handful of calls, and an account has only so many a second
# A throttled call alone waits for a day (docs/adr/0019). Nobody looks at a screen for longer.
LONGEST_WATCH_S = 3 * 86_400.0
LOST = "no connection, trying again; the job goes on"


@dataclass(frozen=True)
class Watched:
    """A job, what to call it, and where its transcript goes."""

    name: str
    progress: JobProgress
    place: Place

    @property
    def arn(self) -> str:
        """The ARN of the job's execution."""
        return self.progress.execution

    @property
    def job(self) -> str:
        """The execution's name."""
        return self.arn.rsplit(":", 1)[1]


def watch(
    stack: DeployedStack,
    jobs: Sequence[Watched],
    screen: ProgressScreen,
    longest_poll_s: float = LONGEST_POLL_S,
    longest_s: float = LONGEST_WATCH_S,
) -> Iterator[tuple[Watched, Execution]]:
    """Yield each job as it ends. Raises GaveUp.

    The longer one takes, the more rarely it is looked at.
    """
    waiting, pause, began = list(jobs), FIRST_POLL_S, time.monotonic()
    while waiting:
        for job in list(waiting):
            look, lost = partial(_look, stack, job, screen), partial(_lost, job, screen)
            execution = retrying(look, "word of the job", lost, longest_s=AN_HOUR_S)
            if not execution.running:
                waiting.remove(job)
                screen.drop(job.arn)
                yield job, execution
        if waiting:
            if time.monotonic() - began > longest_s:
                names = ", ".join(job.name for job in waiting)
                raise GaveUp(f"Watched {names} for {longest_s / 3600:g} hours")
            time.sleep(pause)
            pause = min(pause * 1.1, longest_poll_s)


def _look(stack: DeployedStack, job: Watched, screen: ProgressScreen) -> Execution:
    execution = stack.describe(job.arn)
    if execution.running and screen.shown:
        screen.show(job.arn, job_row(job.name, job.progress.now()))
    return execution


def _lost(job: Watched, screen: ProgressScreen) -> None:
    screen.show(job.arn, job_row(job.name, Progress(LOST)))
