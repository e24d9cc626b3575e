"""Transcribing on AWS: every recording uploaded and its job started, then all of them watched side
by side.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fanscribe.documents.options import Options
from fanscribe_local.cli.follow import follow, show
from fanscribe_local.cli.shared import StackLocation
from fanscribe_local.client.file_errors import sentence
from fanscribe_local.client.given_files import with_files_sent
from fanscribe_local.client.names import printable
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.recordings import LocalRecording, at_hand
from fanscribe_local.client.results import Result
from fanscribe_local.client.retry import AN_HOUR_S, GaveUp, retrying
from fanscribe_local.client.screen import ProgressScreen, Row, upload_row
from fanscribe_local.client.stack import DeployedStack, job_name
from fanscribe_local.client.targets import place_of
from fanscribe_local.client.upload import FileChanged, Upload
from fanscribe_local.client.watch import Watched

LOST = "no connection, trying again; what was sent counts"


def transcribe_there(
    where: StackLocation,
    recordings: Sequence[LocalRecording],
    options: Mapping[str, Any],
    out: Path,
    *,
    wait: bool,
    report: bool,
    as_json: bool,
) -> bool:
    """True if all were sent, and those that were waited for succeeded."""
    if not recordings:
        return True
    stack = where.find()
    options = with_files_sent(options, stack)
    unsent, jobs, complete = list(recordings), list[Watched](), True
    try:
        with ProgressScreen() as screen:
            for recording in recordings:
                try:
                    jobs.append(_send(stack, recording, options, out, screen))
                    started = Result(recording.within, jobs[-1].job, "RUNNING")
                except (FileChanged, OSError) as error:
                    message = sentence(error) if isinstance(error, OSError) else str(error)
                    started = Result(recording.within, "", "NOT SENT", message=message)
                    complete = False
                screen.drop(recording.within)
                unsent.remove(recording)
                if not wait or not started.job:
                    with screen.aside():
                        show(started, as_json=as_json)
            return (
                not wait or follow(stack, jobs, screen, as_json=as_json, report=report)
            ) and complete
    except (KeyboardInterrupt, GaveUp) as error:
        if not jobs:
            raise
        names = ", ".join(printable(recording.within) for recording in unsent)
        rest = f"\nNot sent: {names}." if unsent else ""
        raise where.come_back([job.job for job in jobs], error, rest) from None


def _send(
    stack: DeployedStack,
    recording: LocalRecording,
    options: Mapping[str, Any],
    out: Path,
    screen: ProgressScreen,
) -> Watched:
    """Upload one, and start its job. Raises FileChanged, OSError."""
    name, shown = recording.name, recording.within

    def lost() -> None:
        screen.show(shown, Row(shown, 0, None, "", LOST))

    with at_hand(recording) as file:
        screen.show(shown, Row(shown, 0, None, "", "looking whether it is there"))
        upload = Upload(stack.s3, stack.work, file, _teller(screen, shown, file), name)
        retrying(upload.run, "S3 to take it", lost, lambda: upload.taken, AN_HOUR_S)
        key = upload.key
    typed = Options.parse({**options}).model_dump(mode="json", include=set(options))
    wanted = {"bucket": stack.work, "key": key, "options": typed}
    job = job_name(name)
    # Step Functions starts no second execution of a name that runs already
    arn = retrying(lambda: stack.start(wanted, job), "the start of the job", lost)
    return Watched(shown, JobProgress(stack, arn), place_of(recording, out))


def _teller(screen: ProgressScreen, name: str, file: Path) -> Callable[[int], None]:
    """A callback that shows how much of a file was sent."""
    size, began, before = file.stat().st_size, time.monotonic(), None

    def show_row(sent: int) -> None:
        nonlocal before
        before = sent if before is None else before
        screen.show(name, upload_row(name, sent, size, before, time.monotonic() - began))

    return show_row
