"""Transcribing on this machine: an embedded stack for as long as the command runs, one recording
after the other.
"""

import errno
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from boto3.exceptions import Boto3Error

from fanscribe.documents.options import as_metadata
from fanscribe_local.cli.follow import follow, show
from fanscribe_local.cli.messages import complain
from fanscribe_local.client.file_errors import reason, sentence, work_failed
from fanscribe_local.client.given_files import with_files_sent
from fanscribe_local.client.names import printable
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.recordings import LocalRecording, at_hand
from fanscribe_local.client.results import NOT_STARTED, NOT_WRITTEN, Result
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.targets import Place, place_of
from fanscribe_local.client.watch import FIRST_POLL_S, Watched
from fanscribe_local.emulator.job_cache import JobCache

if TYPE_CHECKING:
    from fanscribe_local.emulator.engine import Engine


def transcribe_here(
    parameters: Mapping[str, str],
    workers: int,
    cache: JobCache,
    recordings: Sequence[LocalRecording],
    options: dict[str, str],
    out: Path,
    *,
    verbose: bool,
    report: bool,
    as_json: bool,
) -> bool:
    """True if all succeeded."""
    if not recordings:
        return True
    with (
        an_engine(parameters, workers, cache, verbose=verbose) as engine,
        ProgressScreen() as screen,
    ):
        metadata = as_metadata(with_files_sent(options, engine.stack))

        def transcribe(recording: LocalRecording) -> bool:
            def start(file: Path) -> str:
                return engine.start(engine.upload(file, metadata, recording.name))

            place = place_of(recording, out)
            return run_here(engine, screen, recording, start, place, as_json=as_json, report=report)

        succeeded = [transcribe(recording) for recording in recordings]
    return all(succeeded)  # asked for after all of them: a failure stops none


def run_here(
    engine: "Engine",
    screen: ProgressScreen,
    recording: LocalRecording,
    start: Callable[[Path], str],
    place: Place,
    *,
    as_json: bool,
    report: bool = False,
) -> bool:
    """True if the job whose ARN `start` gives succeeded. Errors of the file system become a line,
    and the next can be run.
    """
    engine.recover()
    try:
        with at_hand(recording) as file:
            progress = JobProgress(engine.stack, start(file), billed=False)
        jobs = [Watched(place.shown, progress, place)]
        return follow(
            engine.stack,
            jobs,
            screen,
            as_json=as_json,
            report=report,
            poll_s=FIRST_POLL_S,
            longest_s=math.inf,  # here nothing goes on without us
            explained=lambda result: _explained(result, engine.trouble),
        )
    except (OSError, Boto3Error) as error:
        known = engine.trouble or (error if isinstance(error, OSError) else None)
        message = _of_work(known) if known else str(error)
        with screen.aside():
            show(Result(place.shown, "", NOT_STARTED, message=message), as_json=as_json)
        return False


def _explained(result: Result, trouble: OSError | None) -> Result:
    """A failure by its cause: what the functions say of it is that the embedded S3 failed."""
    if trouble is None or result.succeeded or result.status == NOT_WRITTEN:
        return result
    return result._replace(error=type(trouble).__name__, message=_of_work(trouble))


def _of_work(error: OSError) -> str:
    """A file that can't be read or, where it is none of the caller's, one of the work."""
    if error.filename is None or error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return work_failed(error)
    return sentence(error)


@contextmanager
def an_engine(
    parameters: Mapping[str, str],
    workers: int,
    cache: JobCache,
    *,
    verbose: bool,
    ahead: bool = True,
) -> Iterator["Engine"]:
    """The embedded stack. At its end it says what it could not keep, and if `verbose` its logs.

    `ahead`: its processes are started before they are needed.
    """
    # What they import takes half a second each, and a stack on AWS needs none of it. The functions'
    # side is loaded by another process meanwhile.
    from fanscribe_local.emulator.function_pool import prepare  # noqa: PLC0415

    prepare()
    from fanscribe_local.emulator.engine import Engine  # noqa: PLC0415

    with (
        tempfile.TemporaryDirectory() as logs,
        Engine(parameters, workers, Path(logs), cache, ahead=ahead) as engine,
    ):
        yield engine
        if engine.unkept:
            complain(
                f"{printable(str(cache.folder))} can't be written to: {reason(engine.unkept)}. "
                "The transcripts lack nothing, but no run goes on from there."
            )
        if verbose:
            for log in sorted(Path(logs).glob("*.log")):
                click.echo(f"── {log.stem}\n{log.read_text(errors='replace')}", err=True)
