"""The end of a job: its transcript fetched, and what there is to say of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fanscribe import keys
from fanscribe.errors import IncompleteTranscript
from fanscribe.times import clock_of
from local.executions import Execution
from local.files import write_whole
from local.patience import patiently
from local.progress import JobProgress
from local.stack import DeployedStack

INCOMPLETE = ".incomplete"  # in the names of what was kept of a transcript that lacks speech


class Result(NamedTuple):
    """One line of `--json`. `files` are there, whole or, of a job that failed, in part."""

    recording: str
    job: str  # the execution's name
    status: str  # Step Functions' word for it
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
        return self.status == "SUCCEEDED"

    @property
    def running(self) -> bool:
        return self.status == "RUNNING"

    def as_json(self) -> str:
        known = {name: value for name, value in self._asdict().items() if value is not None}
        return json.dumps(known | {"files": [str(file) for file in self.files]}, ensure_ascii=False)

    def lines(self) -> list[str]:
        """For people, of a job that has not failed."""
        if self.running:
            return [f"{self.recording}: job {self.job}"]
        length, took = clock_of(self.duration or 0), self.took or 0
        again = f"{self.redone} done again, " if self.redone else ""
        first = f"{self.recording}: {again}{length} of audio, {self.words} words, in {took:.0f} s"
        return [first, *(f"  {note}" for note in self.notes or ()), *(f"  {file}" for file in self.files)]

    def complaint(self) -> str:
        """For people, of one that failed."""
        message = self.message or self.status
        told = message if self.recording in message else f"{self.recording}: {message}"
        return told + "".join(f" Kept: {file}." for file in self.files)


def collect(stack: DeployedStack, execution: Execution, out: Path) -> Result:
    """Fetch what an execution that has ended wrote, into the folder `out`, as <stem>.<format>."""
    recording = execution.recording
    told = Result(recording, execution.name, execution.status, took=_took(execution), redone=execution.redone)
    stem = Path(recording).stem
    if execution.status == "SUCCEEDED" and execution.output:
        files = _download(stack, execution.output["keys"].values(), out, stem)
        told = told._replace(duration=execution.output["duration"], words=execution.output["words"])
        return told._replace(files=files, notes=tuple(execution.output.get("notes", ())))
    partial = _download(stack, _partial(stack, execution), out, f"{stem}{INCOMPLETE}")
    return told._replace(files=partial, error=execution.error, message=execution.message)


def _partial(stack: DeployedStack, execution: Execution) -> list[str]:
    """Keys of a transcript that lacks speech, if that is why the job failed."""
    if execution.error != IncompleteTranscript.__name__:
        return []
    progress = JobProgress(stack, execution.arn)
    patiently(progress.now)
    if progress.plan is None:
        return []
    prefix = keys.transcripts(progress.plan.recording.key, progress.plan.job)
    found = patiently(lambda: stack.s3.list_objects_v2(Bucket=stack.transcripts, Prefix=prefix))
    return [entry["Key"] for entry in found.get("Contents", [])]


def _download(stack: DeployedStack, found: Iterable[str], out: Path, stem: str) -> tuple[Path, ...]:
    files = []
    for key in found:
        data = patiently(lambda key=key: stack.s3.get_object(Bucket=stack.transcripts, Key=key)["Body"].read())  # type: ignore[misc]
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"{stem}{Path(key).name.removeprefix('transcript')}"
        write_whole(target, data)
        files.append(target)
    return tuple(sorted(files))


def _took(execution: Execution) -> float | None:
    return (execution.stopped - execution.started).total_seconds() if execution.stopped else None
