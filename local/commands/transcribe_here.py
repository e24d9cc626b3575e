"""Transcribing on this machine: an embedded stack for as long as the command runs, one recording after the other."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from fanscribe.options import as_metadata
from local.commands.ending import follow
from local.progress import JobProgress
from local.recordings import Recording
from local.screen import Screen
from local.shelf import Shelf
from local.watch import FIRST_POLL_S, Watched


def transcribe_here(
    parameters: Mapping[str, str],
    workers: int,
    shelf: Shelf,
    recordings: Sequence[Recording],
    options: dict[str, str],
    out: Path,
    *,
    verbose: bool,
    report: bool,
    as_json: bool,
) -> bool:
    """Whether all succeeded."""
    from local.engine import Engine  # noqa: PLC0415  (importing it takes half a second, and a stack on AWS needs none of it)

    succeeded = []
    with (
        tempfile.TemporaryDirectory() as logs,
        Engine(parameters, workers, Path(logs), shelf, ahead=True) as engine,
        Screen() as screen,
    ):
        for recording in recordings:
            arn = engine.start(engine.upload(recording.file, as_metadata(options)))
            job = Watched(recording.name, JobProgress(engine.stack, arn, billed=False), out / recording.folder)
            succeeded.append(follow(engine.stack, [job], screen, as_json=as_json, report=report, poll_s=FIRST_POLL_S))
        if verbose:
            for log in sorted(Path(logs).iterdir()):
                click.echo(f"── {log.stem}\n{log.read_text()}", err=True)
    return all(succeeded)
