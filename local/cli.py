"""The command `fanscribe`."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

from fanscribe import __version__
from fanscribe.errors import BadInput, IncompleteTranscript
from fanscribe.models import Model, find_model
from fanscribe.options import Options, as_metadata
from fanscribe.times import SAMPLE_RATE, clock
from local.engine import Engine, Execution
from local.estimate import estimate
from local.progress import JobProgress
from local.shelf import Shelf, default_folder

POLL_S = 0.2
MOST_WORKERS = 8  # by default: each holds a model in memory
CHUNK_TILES = 4  # the planner thinks of Lambda's cold starts and prices; here small chunks keep all workers busy to the end


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="fanscribe %(version)s")
def command() -> None:
    """Turn long recordings into timestamped transcripts, on this machine."""


command.add_command(estimate)


def _job_options(function: Callable[..., None]) -> Callable[..., None]:
    """Every option of a job, as `--name`: the same set, defaults and words as an execution's input and metadata take."""
    for name, field in reversed(Options.model_fields.items()):
        default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
        shown = "" if default is None else f"  [default: {default}]"
        described = str(field.description)
        text = f"{described[:1].upper()}{described[1:]}.{shown}"
        function = click.option(f"--{name.replace('_', '-')}", name, metavar="VALUE", help=text)(function)
    return function


@command.command(short_help="Transcribe recordings on this machine.")
@click.argument("audio", nargs=-1, required=True, metavar="AUDIO...", type=click.Path(path_type=Path))
@click.option("--out", metavar="FOLDER", type=click.Path(path_type=Path), default=Path(), help="Where to.  [default: here]")
@click.option(
    "--model", metavar="NAME_OR_FOLDER", default="tiny.en", show_default=True, help="What faster-whisper knows, or yours."
)
@click.option("--workers", metavar="N", type=click.IntRange(1), help="Chunks transcribed at once.  [default: one for each core]")
@click.option(
    "--chunk-tiles",
    metavar="K",
    type=click.IntRange(1),
    default=CHUNK_TILES,
    show_default=True,
    help="Tiles of at most 30 s in one chunk.",
)
@click.option(
    "--work",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where what is finished is kept for a week, so that a run that was stopped goes on.  [default: ~/.cache/fanscribe]",
)
@click.option("--fresh", is_flag=True, help="Begin anew, whatever an earlier run has finished.")
@click.option("--verbose", is_flag=True, help="Show the functions' logs at the end.")
@_job_options
def transcribe(
    audio: tuple[Path, ...],
    out: Path,
    model: str,
    workers: int | None,
    chunk_tiles: int,
    work: Path | None,
    fresh: bool,
    verbose: bool,
    **chosen: str | None,
) -> None:
    """Transcribe each AUDIO file, or the sound of a video, through the state machine that AWS would run.

    Writes FOLDER/<name>.json, .srt, .vtt and .txt. Needs no account, no Docker and no network, once the model is here:
    tiny.en is.

    \b
    fanscribe transcribe talk.mp3 --language en
    fanscribe transcribe calls/*.wav --model large-v3-turbo --channels separate --out transcripts
    """
    metadata = as_metadata({name: value for name, value in chosen.items() if value is not None})
    found = _check_call(audio, model, metadata, out)
    workers = workers or min(MOST_WORKERS, os.cpu_count() or 1)
    parameters = {"Model": _deployed_name(model, found), "MapConcurrency": str(workers), "ChunkTiles": str(chunk_tiles)}
    shelf = Shelf(work or default_folder(), fresh)
    with tempfile.TemporaryDirectory() as logs, Engine(parameters, workers, Path(logs), shelf, ahead=True) as engine:
        succeeded = [_transcribe_one(engine, recording, metadata, out) for recording in audio]
        if verbose:
            for log in sorted(Path(logs).iterdir()):
                click.echo(f"── {log.stem}\n{log.read_text()}", err=True)
    if not all(succeeded):
        raise SystemExit(1)


def _check_call(audio: Sequence[Path], model: str, metadata: dict[str, str], out: Path) -> Model:
    """All that can be wrong with a call, before anything starts. Raises click.UsageError."""
    for recording in audio:
        if recording.is_dir():
            raise click.UsageError(f"{recording} is a folder. Name the recordings in it.")
        if not recording.exists():
            raise click.UsageError(f"{recording}: there is no such file.")
    stems = [recording.stem for recording in audio]
    if twice := next((stem for stem in stems if stems.count(stem) > 1), None):
        raise click.UsageError(f"Two recordings are called {twice}: their transcripts would overwrite each other in {out}.")
    if out.exists() and not out.is_dir():
        raise click.UsageError(f"{out} is a file. --out takes a folder.")
    try:
        options = Options.from_metadata(metadata)
        found = find_model(model)
        found.check(options.reading)
    except BadInput as error:
        raise click.UsageError(str(error)) from None
    return found


def _deployed_name(model: str, found: Model) -> str:
    return str(found.folder.resolve()) if Path(model).expanduser().is_dir() else model


def _transcribe_one(engine: Engine, recording: Path, metadata: dict[str, str], out: Path) -> bool:
    began = time.monotonic()
    arn = engine.start(engine.upload(recording, metadata))
    progress = JobProgress(engine.states, engine.s3, engine.bucket("WorkBucket"), arn)
    with _progress_bar() as bar:
        execution = _watch(engine, arn, progress, bar, bar.add_task(recording.name, total=None, stage="splitting", clock=""))
    if execution.status != "SUCCEEDED" or execution.output is None:
        partial = _fetch(engine, recording, out, ".incomplete") if execution.error == IncompleteTranscript.__name__ else []
        _say(f"{_message(execution, recording)}{''.join(f' Kept: {file}.' for file in partial)}")
        return False
    files = _fetch(engine, recording, out)
    length, took = execution.output["duration"], time.monotonic() - began
    click.echo(f"{recording.name}: {clock(round(length * 1000))} of audio, {execution.output['words']} words, in {took:.0f} s")
    for file in files:
        click.echo(f"  {file}")
    return True


def _watch(engine: Engine, arn: str, progress: JobProgress, bar: Progress, task: TaskID) -> Execution:
    while (execution := engine.describe(arn)).running:
        if plan := progress.planned():
            total = plan.recording.samples / SAMPLE_RATE
            done = progress.seconds_done()
            stage = "merging" if done >= total else "transcribing"
            bar.update(
                task,
                total=total,
                completed=done,
                stage=stage,
                clock=f"{clock(round(done * 1000))} of {clock(round(total * 1000))}",
            )
        time.sleep(POLL_S)
    return execution


def _progress_bar() -> Progress:
    """On a terminal only; a log gets the closing lines alone."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", max_width=30)),
        BarColumn(),
        TextColumn("{task.fields[clock]}"),
        TextColumn("{task.fields[stage]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _fetch(engine: Engine, recording: Path, out: Path, mark: str = "") -> list[Path]:
    """Download what Merge wrote for a recording, as <stem><mark>.<format>."""
    out.mkdir(parents=True, exist_ok=True)
    bucket = engine.bucket("TranscriptsBucket")
    files = []
    for entry in engine.s3.list_objects_v2(Bucket=bucket, Prefix=f"{recording.name}/").get("Contents", []):
        extension = Path(entry["Key"]).name.removeprefix("transcript")
        target = out / f"{recording.stem}{mark}{extension}"
        with target.open("wb") as file:
            shutil.copyfileobj(engine.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"], file)
        files.append(target)
    return files


def _message(execution: Execution, recording: Path) -> str:
    return execution.message if recording.name in execution.message else f"{recording.name}: {execution.message}"


def _say(message: str) -> None:
    click.echo(f"fanscribe: {message}", err=True)


def main() -> None:
    """Exit code 2 for a wrong call, 1 for a job that failed; one line says why."""
    try:
        sys.exit(command.main(standalone_mode=False))
    except click.ClickException as error:  # 2 for a UsageError, 1 for others
        _say(error.format_message())
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("stopped. The same command goes on from here.")
        sys.exit(130)


if __name__ == "__main__":
    main()
