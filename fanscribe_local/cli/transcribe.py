"""`fanscribe transcribe`: recordings in, transcripts out, by a stack on AWS or by the same one on
this machine.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from click.core import ParameterSource

from fanscribe import keys
from fanscribe.documents.options import LISTED, Options, Whole
from fanscribe.errors import BadInput, UnsupportedLanguage
from fanscribe.recognition.compute import ComputeType, Device, computing
from fanscribe.recognition.models import PACKAGED, Model, find_model
from fanscribe_local.cli.follow import show
from fanscribe_local.cli.grouped import Grouped
from fanscribe_local.cli.redaction import check_redaction, tell_limits
from fanscribe_local.cli.shared import (
    StackLocation,
    Stopped,
    check_out,
    out_option,
    session_options,
)
from fanscribe_local.cli.speaker_models import have_speaker_models
from fanscribe_local.cli.transcribe_here import transcribe_here
from fanscribe_local.cli.transcribe_there import transcribe_there
from fanscribe_local.client.clips import check_clips
from fanscribe_local.client.recordings import LeftOut, LocalRecording, WrongFiles, find_recordings
from fanscribe_local.client.results import NOT_STARTED, Result
from fanscribe_local.client.targets import check_folder, check_targets
from fanscribe_local.client.word_lists import check_lists
from fanscribe_local.emulator.defaults import default_workers, deployment_parameters
from fanscribe_local.emulator.job_cache import JobCache, default_folder

# a stack has its own
HERE_ONLY = (
    "model",
    "device",
    "compute_type",
    "workers",
    "chunk_tiles",
    "work",
    "fresh",
    "verbose",
)
THERE_ONLY = ("region", "profile", "endpoint_url", "no_wait")


def job_options(
    names: Sequence[str], *, defaults: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options of a job, as `--name`: the same set, defaults and words as an execution's input and
    metadata take.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for name in reversed(names):
            field = Options.model_fields[name]
            default = _as_typed(field.default)
            shown = f"  [default: {default}]" if defaults and default else ""
            described = str(field.description).replace(
                LISTED, "'off', or a file: a path, or s3://…"
            )
            text = f"{field.title}: {described}.{shown}"
            function = click.option(
                f"--{name.replace('_', '-')}", name, metavar=_metavar(field.annotation), help=text
            )(function)
        return function

    return decorate


def _as_typed(default: Any) -> str:
    """A default as one types it; empty where there is none."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default in (None, {}) else str(default)


def _metavar(annotation: Any) -> str:
    """The choices of an option, or what kind of value it takes."""
    if get_origin(annotation) is Literal:
        return f"[{'|'.join(get_args(annotation))}]"
    if annotation is bool:
        return "[true|false]"
    return "N" if annotation in {int, float, Whole | None} else "VALUE"


def device_options(function: Callable[..., None]) -> Callable[..., None]:
    """Options for the device and the numbers that a model computes with here."""
    for name, kinds, default, text in (
        (
            "--compute-type",
            ComputeType,
            None,
            "The numbers that it computes with.  [default: int8, on a GPU float16]",
        ),
        (
            "--device",
            Device,
            "cpu",
            "What the model computes on: cuda is an NVIDIA GPU.  [default: cpu]",
        ),
    ):
        envvar = f"FANSCRIBE_{name[2:].replace('-', '_').upper()}"
        function = click.option(
            name, type=click.Choice(get_args(kinds)), default=default, envvar=envvar, help=text
        )(function)
    return function


@click.command(
    cls=Grouped, short_help="Transcribe recordings, on this machine or with --stack on AWS."
)
@click.argument(
    "audio", nargs=-1, required=True, metavar="AUDIO...", type=click.Path(readable=False)
)
@out_option("Folder for the transcripts.")
@click.option(
    "--report", is_flag=True, help="Write <name>.report.html too: where the time went, as a page."
)
@click.option(
    "--json", "as_json", is_flag=True, help="One line of JSON for each recording, as it ends."
)
@click.option(
    "--stack",
    metavar="NAME",
    help="Transcribe with this stack on AWS, by the name given to `sam deploy`.",
)
@click.option(
    "--no-wait",
    is_flag=True,
    help="With --stack: start the jobs and leave. `fanscribe fetch JOB` comes back.",
)
@session_options
@click.option(
    "--model",
    metavar="NAME_OR_FOLDER",
    default=PACKAGED,
    show_default=True,
    help="A model that faster-whisper knows, or a folder with your own.",
)
@device_options
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1),
    help="Readers side by side.  [default: one a core, if memory allows; GPU: one]",
)
@click.option(
    "--chunk-tiles",
    metavar="K",
    type=click.IntRange(1),
    help=(
        "Tiles of at most 30 s in every chunk.  "
        "[default: at most 4 to 16, by model and device, fewer towards the end]"
    ),
)
@click.option(
    "--work",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help=(
        "Folder that keeps finished work for a week, so that a run that was stopped goes on.  "
        "[default: ~/.cache/fanscribe]"
    ),
)
@click.option("--fresh", is_flag=True, help="Start anew, whatever an earlier run has finished.")
@click.option("--verbose", is_flag=True, help="Show the functions' logs at the end.")
@job_options(list(Options.model_fields))
@click.pass_context
def transcribe(
    context: click.Context,
    /,
    audio: tuple[str, ...],
    out: Path,
    report: bool,
    as_json: bool,
    stack: str | None,
    no_wait: bool,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    model: str,
    device: Device,
    compute_type: ComputeType | None,
    workers: int | None,
    chunk_tiles: int | None,
    work: Path | None,
    fresh: bool,
    verbose: bool,
    **chosen: str | None,
) -> None:
    """Transcribe AUDIO: sound files, videos, folders with all subfolders, or - for a pipe.

    Writes <name>.json, .srt, .vtt and .txt for each recording. It runs on this machine, and needs
    no account and no Docker. A network is needed only to fetch a model for the first time; tiny.en
    is there already.

    \b
    fanscribe transcribe talk.mp3 --language en
    fanscribe transcribe calls/ --model large-v3-turbo --channels separate --out transcripts

    With --stack, the stack that you deployed does the work. The command uploads the recordings
    (what is there already is not sent again), shows the progress, and fetches the transcripts.
    Ctrl-C ends the watching, not the jobs.

    \b
    fanscribe transcribe talk.mp3 --stack fanscribe
    """
    options = {name: value for name, value in chosen.items() if value is not None}
    check_place(context, stack, HERE_ONLY)
    if report and no_wait:
        raise click.UsageError(
            "--report waits for the run's end. "
            "With --no-wait, `fanscribe report JOB` writes it later."
        )
    recordings, left_out = _check_call(audio, options, out, report=report)
    tell_limits(options)
    if stack:
        where = StackLocation(stack, region, profile, endpoint_url)
        tell_left_out(left_out, as_json=as_json)
        succeeded = transcribe_there(
            where, recordings, options, out, wait=not no_wait, report=report, as_json=as_json
        )
    else:
        choose_device(device, compute_type)
        name, found = deployed(model, options)
        workers = workers or default_workers(found, device)
        parameters = {"Model": name} | deployment_parameters(found, device, chunk_tiles)
        check_redaction(options)
        have_speaker_models(options)
        cache = a_cache(work, fresh=fresh)
        tell_left_out(left_out, as_json=as_json)
        try:
            succeeded = transcribe_here(
                parameters,
                workers,
                cache,
                recordings,
                options,
                out,
                verbose=verbose,
                report=report,
                as_json=as_json,
            )
        except KeyboardInterrupt:
            if not fresh:
                raise
            went_on = "stopped. The same command without --fresh goes on from here."
            raise Stopped(went_on) from None
    if left_out or not succeeded:
        raise SystemExit(1)


# ── All that can be wrong with a call, before anything starts. Raises click.UsageError ────────────


def _check_call(
    audio: Sequence[str], options: dict[str, str], out: Path, *, report: bool
) -> tuple[list[LocalRecording], list[Result]]:
    """The recordings, and the results of what is left out."""
    check_out(out)
    try:
        parsed = Options.parse(options)
        check_lists(options)
        found = find_recordings(audio)
        check_voices(parsed)
        hindered = check_targets(found.recordings, out, parsed.formats, report=report)
    except (BadInput, WrongFiles) as error:
        raise click.UsageError(str(error)) from None
    refused = [LeftOut(each.recording.within, each.message) for each in hindered]
    without = [each.recording for each in hindered]
    recordings = [recording for recording in found.recordings if recording not in without]
    return recordings, [_not_started(each) for each in (*found.left_out, *refused)]


def check_voices(options: Options) -> None:
    """Raises WrongFiles, and click.UsageError for voices without speakers."""
    if options.voices and not options.speakers:
        raise click.UsageError("--voices names speakers: it needs --speakers, too.")
    check_clips(options)


def _not_started(left_out: LeftOut) -> Result:
    return Result(left_out.name, "", NOT_STARTED, message=left_out.message)


def tell_left_out(left_out: Sequence[Result], *, as_json: bool) -> None:
    """One line for each, once the call is known to be a right one."""
    for result in left_out:
        show(result, as_json=as_json)


def a_cache(work: Path | None, *, fresh: bool = False) -> JobCache:
    """The folder where what is finished is kept."""
    cache = JobCache(work or default_folder(), fresh)
    try:
        for folder in (cache.folder, cache.folder / keys.JOBS):
            check_folder(folder, "--work")
    except WrongFiles as error:
        raise click.UsageError(str(error)) from None
    return cache


def check_place(context: click.Context, stack: str | None, here_only: Sequence[str]) -> None:
    """Refuse options that mean nothing where the work is done."""
    useless, why = (
        (here_only, "can't be given with --stack: the deployment decides it")
        if stack
        else (THERE_ONLY, "needs --stack")
    )
    given = [
        name
        for name in useless
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--{given[0].replace('_', '-')} {why}.")


def deployed(model: str, options: dict[str, str]) -> tuple[str, Model]:
    """The template's `Model` as this machine names it, and the model, which is checked against the
    options.
    """
    try:
        found = find_model(model)
        found.check(Options.parse(options).reading)
    except UnsupportedLanguage as error:
        larger = "" if found.multilingual else " --model small, for one, knows about a hundred."
        raise click.UsageError(f"{error}{larger}") from None
    except BadInput as error:
        raise click.UsageError(str(error)) from None
    return str(found.folder.resolve()) if Path(model).expanduser().is_dir() else model, found


def choose_device(device: Device, compute_type: ComputeType | None) -> None:
    """Said to the functions' processes, which have it from this one's environment
    (fanscribe_local/emulator/function_pool.py).

    Raises click.UsageError for a device or numbers that this machine does not have.
    """
    said = {"FANSCRIBE_DEVICE": device} | (
        {"FANSCRIBE_COMPUTE_TYPE": compute_type} if compute_type else {}
    )
    chosen = computing(said)
    if chosen != computing({}):  # every machine can do these
        import ctranslate2  # noqa: PLC0415  (importing it takes half a second)

        if device == "cuda" and not ctranslate2.get_cuda_device_count():
            raise click.UsageError(
                "--device cuda: no NVIDIA GPU with its driver is to be found here. "
                "--device cpu needs none."
            )
        can = [
            known
            for known in get_args(ComputeType)
            if known in ctranslate2.get_supported_compute_types(device)
        ]
        if chosen.compute_type not in can:
            raise click.UsageError(
                f"--compute-type {chosen.compute_type}: "
                f"this machine's {device} can only {', '.join(can)}."
            )
    os.environ.update(said)
    if device == "cuda":
        # Code that the driver compiles for a GPU that CTranslate2 has none for: 12 s for each
        # process that does not find it (H200)
        os.environ.setdefault("CUDA_CACHE_PATH", str(Path.home() / ".nv" / "ComputeCache"))
