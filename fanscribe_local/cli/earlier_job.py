"""A job that was done before, here or on a stack, for the commands that go on from it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import click

from fanscribe.documents.options import Format
from fanscribe.documents.plan import Plan
from fanscribe_local.cli.follow import follow, show
from fanscribe_local.cli.shared import Command, StackLocation, job_of, work_option
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.names import printable
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.recordings import LocalRecording, WrongFiles, at_hand, find_recordings
from fanscribe_local.client.results import Result
from fanscribe_local.client.retry import GaveUp, retrying
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.stack import job_name
from fanscribe_local.client.targets import Place, check_targets
from fanscribe_local.client.watch import Watched
from fanscribe_local.emulator.job_cache import JobCache


def kept_options(function: Command) -> Command:
    """Options for what is kept of jobs on this machine, and for their logs."""
    verbose = click.option("--verbose", is_flag=True, help="Show the functions' logs at the end.")
    return work_option(verbose(function))


# ── On this machine ───────────────────────────────────────────────────────────────────────────────


def one_recording(job: str) -> LocalRecording:
    """The recording that a job is named by. Raises click.UsageError."""
    try:
        (found,) = find_recordings([job]).recordings
    except (WrongFiles, ValueError) as error:
        folder = f"{printable(job)} is a folder: name one recording in it."
        why = str(error) if isinstance(error, WrongFiles) else folder
        raise click.UsageError(f"{why} A job of a stack needs --stack.") from None
    return found


def named_recording(job: str, out: Path, formats: Sequence[Format]) -> LocalRecording:
    """The recording. Raises click.UsageError also where its transcript can't be written."""
    found = one_recording(job)
    try:
        hindered = check_targets([found], out, formats, report=False)
    except WrongFiles as error:
        raise click.UsageError(f"{error} A job of a stack needs --stack.") from None
    if hindered:
        raise click.UsageError(hindered[0].message)
    return found


@contextmanager
def as_a_file(recording: LocalRecording) -> Iterator[LocalRecording]:
    """Turn the recording into a file: it is looked at twice, and a pipe can be read once."""
    with at_hand(recording) as file:
        yield recording._replace(file=file, called=recording.name, piped=False)


def kept_plans(recording: LocalRecording, cache: JobCache) -> tuple[Plan, Plan]:
    """The plan of its job that was begun last, and that of the job that read all of it."""
    base = first = cache.latest(recording.file, recording.name)
    while first and first.redo:
        first = cache.plan(first.redo.base)
    if base is None or first is None:
        where = printable(str(cache.folder))
        raise click.UsageError(
            f"Nothing is kept of {printable(recording.name)} in {where}: it was not transcribed "
            "here, not in this week, or has changed since. Transcribe it first."
        )
    return base, first


# ── On AWS ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class StoredJob:
    """A job of a stack, and what it has stored."""

    where: StackLocation
    execution: Execution
    progress: JobProgress

    @classmethod
    def find(cls, where: StackLocation, name: str) -> Self:
        """Find a JOB. Raises click.UsageError."""
        stack = where.find()
        execution = job_of(stack, name)
        progress = JobProgress(stack, execution.arn)
        retrying(progress.now, "what the job has stored")
        return cls(where, execution, progress)

    @property
    def shown(self) -> str:
        """Its name, and its recording."""
        return f"{self.execution.name} ({printable(self.execution.recording)})"

    def go_on(
        self, verb: str, started: Mapping[str, Any], out: Path, *, wait: bool = True, as_json: bool
    ) -> bool:
        """Start an execution with the input `started`, and follow it. True if it succeeded.

        Its name begins with the `verb`.
        """
        stack, recording = self.progress.stack, self.execution.recording
        name = job_name(f"{verb}-{recording}")
        # Step Functions starts no second execution of a name that runs already
        arn = retrying(lambda: stack.start(started, name), "the start of the job")
        if not wait:
            show(Result(recording, name, "RUNNING"), as_json=as_json)
            return True
        watched = Watched(self.execution.about, JobProgress(stack, arn), Place(out, recording))
        try:
            with ProgressScreen() as screen:
                return follow(stack, [watched], screen, as_json=as_json)
        except (KeyboardInterrupt, GaveUp) as error:
            raise self.where.come_back([name], error) from None
