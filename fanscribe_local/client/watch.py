"""Jobs watched until they end, through whatever becomes of the connection."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fanscribe_local.client.executions import Execution
from fanscribe_local.client.progress import JobProgress, Progress
from fanscribe_local.client.retry import patiently
from fanscribe_local.client.screen import Screen, job_row
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import Place

FIRST_POLL_S = 0.2
LONGEST_POLL_S = 2.0  # each is a handful of calls, and an account has only so many a second
LOST = "no connection, trying again; the job goes on"


@dataclass(frozen=True)
class Watched:
    """A job, what to call it, and where its transcript goes."""

    name: str
    progress: JobProgress
    place: Place

    @property
    def arn(self) -> str:
        return self.progress.execution

    @property
    def job(self) -> str:
        """The execution's name."""
        return self.arn.rsplit(":", 1)[1]


def watch(
    stack: DeployedStack, jobs: Sequence[Watched], screen: Screen, longest_poll_s: float = LONGEST_POLL_S
) -> Iterator[tuple[Watched, Execution]]:
    """Each job as it ends. The longer it takes, the more rarely it is looked at."""
    waiting, pause = list(jobs), FIRST_POLL_S
    while waiting:
        for job in list(waiting):
            execution = patiently(lambda: _look(stack, job, screen), lambda: _lost(job, screen))  # noqa: B023  (called at once)
            if not execution.running:
                waiting.remove(job)
                screen.drop(job.arn)
                yield job, execution
        if waiting:
            time.sleep(pause)
            pause = min(pause * 1.1, longest_poll_s)


def _look(stack: DeployedStack, job: Watched, screen: Screen) -> Execution:
    execution = stack.describe(job.arn)
    if execution.running and screen.shown:
        screen.show(job.arn, job_row(job.name, job.progress.now()))
    return execution


def _lost(job: Watched, screen: Screen) -> None:
    screen.show(job.arn, job_row(job.name, Progress(LOST)))
