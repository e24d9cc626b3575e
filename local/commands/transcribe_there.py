"""Transcribing on AWS: every recording uploaded and its job started, then all of them watched side by side."""

import time
from collections.abc import Sequence
from pathlib import Path

from fanscribe.options import Options
from local.commands.cloud import Stopped, Where
from local.commands.ending import follow, show
from local.patience import patiently
from local.progress import JobProgress
from local.recordings import Recording
from local.results import Result
from local.screen import Row, Screen, upload_row
from local.stack import DeployedStack, job_name
from local.upload import FileChanged, Upload
from local.watch import Watched


def transcribe_there(
    where: Where, recordings: Sequence[Recording], options: dict[str, str], out: Path, *, wait: bool, report: bool, as_json: bool
) -> bool:
    """Whether all of them were sent and, of those waited for, succeeded."""
    stack = where.find()
    unsent, jobs, complete = list(recordings), list[Watched](), True
    try:
        with Screen() as screen:
            for recording in recordings:
                try:
                    jobs.append(_send(stack, recording, options, out, screen))
                    started = Result(recording.name, jobs[-1].job, "RUNNING")
                except FileChanged as error:
                    started = Result(recording.name, "", "NOT SENT", message=str(error))
                    complete = False
                screen.drop(recording.name)
                unsent.remove(recording)
                if not wait or not started.job:
                    with screen.aside():
                        show(started, as_json=as_json)
            return (not wait or follow(stack, jobs, screen, as_json=as_json, report=report)) and complete
    except KeyboardInterrupt:
        if not jobs:
            raise
        rest = f"\nNot sent: {', '.join(recording.name for recording in unsent)}." if unsent else ""
        raise Stopped(where.come_back([job.job for job in jobs]) + rest) from None


def _send(stack: DeployedStack, recording: Recording, options: dict[str, str], out: Path, screen: Screen) -> Watched:
    """Upload one, and start its job. Raises FileChanged."""
    size, began, before = recording.file.stat().st_size, time.monotonic(), None

    def told(sent: int) -> None:
        nonlocal before
        before = sent if before is None else before
        screen.show(recording.name, upload_row(recording.name, sent, size, before, time.monotonic() - began))

    def lost() -> None:
        screen.show(recording.name, Row(recording.name, 0, None, "", "no connection, trying again; what was sent counts"))

    screen.show(recording.name, Row(recording.name, 0, None, "", "looking whether it is there"))
    upload = Upload(stack.s3, stack.work, recording.file, told)
    patiently(upload.run, lost)
    typed = Options.parse(options).model_dump(mode="json", include=set(options))
    wanted = {"bucket": stack.work, "key": upload.key, "options": typed}
    name = job_name(recording.name)
    arn = patiently(lambda: stack.start(wanted, name), lost)  # of a name that runs already, Step Functions starts no second
    return Watched(recording.name, JobProgress(stack, arn), out / recording.folder)
