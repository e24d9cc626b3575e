"""The end of a job: its transcript fetched, and what there is to say of it."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from fanscribe import keys
from fanscribe.errors import IncompleteTranscript
from fanscribe.times import clock_of
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.file_errors import as_raised, reason, work_failed
from fanscribe_local.client.files import write_whole
from fanscribe_local.client.names import json_line, printable
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.retry import retrying
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.targets import Place

NOT_STARTED, NOT_WRITTEN = "NOT STARTED", "NOT WRITTEN"  # beside Step Functions' words


class NotWritten(Exception):
    """A file can't be written. The message says why, and what to do."""

    def __init__(self, file: Path, why: OSError) -> None:
        super().__init__(
            f"{file} can't be written: {reason(why)}. Fix that or name another folder with --out: "
            "the same command goes on from here."
        )


class Result(NamedTuple):
    """One line of `--json`. `files` are there, whole or, of a job that failed, in part."""

    recording: str
    job: str  # the execution's name
    status: str  # Step Functions' word for it, or one of ours
    files: tuple[Path, ...] = ()
    duration: float | None = None  # seconds of audio
    words: int | None = None
    took: float | None = None  # seconds
    error: str | None = None
    message: str | None = None
    redone: str | None = None  # what of it was done again, 12:10-12:40
    notes: tuple[str, ...] | None = None  # sentences on a recording that was transcribed

    @property
    def succeeded(self) -> bool:
        """True if there is a complete transcript."""
        return self.status == "SUCCEEDED"

    @property
    def running(self) -> bool:
        """True if the job goes on."""
        return self.status == "RUNNING"

    def as_json(self) -> str:
        """Write the line. What is not known is left out."""
        known = {name: value for name, value in self._asdict().items() if value is not None}
        return json_line(known | {"files": [str(file) for file in self.files]})

    def lines(self) -> list[str]:
        """The lines of a job that has not failed, for people."""
        recording = printable(self.recording)
        if self.running:
            return [f"{recording}: job {self.job}"]
        length, took = clock_of(self.duration or 0), self.took or 0
        again = f"{self.redone} done again, " if self.redone else ""
        first = f"{recording}: {again}{length} of audio, {self.words} words, in {took:.0f} s"
        under = [*(self.notes or ()), *map(str, self.files)]
        return [first, *(f"  {printable(line)}" for line in under)]

    def complaint(self) -> str:
        """The message of a job that failed, for people."""
        recording, message = printable(self.recording), printable(self.message or self.status)
        folder, slash, name = recording.rpartition("/")
        if message.startswith(name):  # the functions know it by its name alone
            message = f"{folder}{slash}{message}"
        text = message if recording in message else f"{recording}: {message}"
        return text + "".join(f" Kept: {printable(str(file))}." for file in self.files)


def collect(stack: DeployedStack, execution: Execution, place: Place) -> Result:
    """Fetch what an execution that has ended wrote, and put it in its place. If that can't be, the
    result says so.
    """
    took, files = _took(execution), list[Path]()
    result = Result(place.shown, execution.name, execution.status, took=took)
    result = result._replace(redone=execution.redone)
    if execution.status == "SUCCEEDED" and (output := execution.output):
        result = result._replace(duration=output["duration"], words=output["words"])
        result = result._replace(notes=tuple(output.get("notes", ())))
        found = list(output["keys"].values())
    else:
        result = result._replace(error=execution.error, message=_message(execution))
        found = _partial(stack, execution)
    try:
        for file in _download(stack, found, place, whole=result.succeeded):
            files.append(file)
    except NotWritten as error:
        result = unwritten(result, error)
    return result._replace(files=tuple(sorted(files)))


def unwritten(result: Result, error: NotWritten) -> Result:
    """A result whose files could not all be written."""
    if not result.succeeded:
        return result._replace(message=f"{result.message} {error}")
    return result._replace(status=NOT_WRITTEN, message=str(error))


def write(file: Path, data: bytes) -> None:
    """Write a file, and the folders that it lies in. Raises NotWritten."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, data)
    except OSError as error:
        raise NotWritten(file, error) from None


def _message(execution: Execution) -> str:
    """The error in words. Functions give only the number of a file system's error."""
    message = execution.message
    error = as_raised(message)
    return work_failed(error) if error else message


def _partial(stack: DeployedStack, execution: Execution) -> list[str]:
    """Keys of a transcript that lacks speech, if that is why the job failed."""
    if execution.error != IncompleteTranscript.__name__:
        return []
    progress = JobProgress(stack, execution.arn)
    retrying(progress.now, "what the job has stored")
    if progress.plan is None:
        return []
    prefix = keys.transcripts(progress.plan.recording.key, progress.plan.job)

    def listing() -> Any:
        return stack.s3.list_objects_v2(Bucket=stack.transcripts, Prefix=prefix)

    found = retrying(listing, "what there is of the transcript")
    return [entry["Key"] for entry in found.get("Contents", [])]


def _download(
    stack: DeployedStack,
    found: Iterable[str],
    place: Place,
    *,
    whole: bool,
) -> Iterator[Path]:
    """Raises NotWritten."""

    def read(key: str) -> bytes:
        return bytes(stack.s3.get_object(Bucket=stack.transcripts, Key=key)["Body"].read())

    for key in found:
        data = retrying(partial(read, key), "the transcript")
        file = place.file(keys.transcript_suffix(key), whole=whole)
        write(file, data)
        yield file


def _took(execution: Execution) -> float | None:
    return (execution.stopped - execution.started).total_seconds() if execution.stopped else None
