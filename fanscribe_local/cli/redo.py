"""`fanscribe redo`: a part of a recording transcribed again, and its transcript repaired."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from fanscribe.documents.inputs import parse_job_input
from fanscribe.documents.options import FORMATS, REDOABLE, WORDING, Options, OutputOptions
from fanscribe.errors import BadInput
from fanscribe.recognition.compute import ComputeType, Device
from fanscribe.times import clock, from_clock, timestamp
from fanscribe_local.cli.earlier_job import (
    StoredJob,
    as_a_file,
    kept_options,
    kept_plans,
    named_recording,
)
from fanscribe_local.cli.grouped import Grouped
from fanscribe_local.cli.redaction import check_redaction
from fanscribe_local.cli.shared import (
    Failed,
    StackLocation,
    check_out,
    out_option,
    session_options,
)
from fanscribe_local.cli.speaker_models import have_speaker_models
from fanscribe_local.cli.transcribe import (
    a_cache,
    check_place,
    check_voices,
    choose_device,
    deployed,
    device_options,
    job_options,
)
from fanscribe_local.cli.transcribe_here import an_engine, run_here
from fanscribe_local.client.given_files import with_files_sent
from fanscribe_local.client.recordings import LocalRecording, WrongFiles
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.targets import Place
from fanscribe_local.client.word_lists import check_lists
from fanscribe_local.emulator.defaults import default_workers, deployment_parameters
from fanscribe_local.emulator.job_cache import JobCache

HERE_ONLY = ("device", "compute_type", "workers", "work", "verbose")


class Clock(click.ParamType[int]):
    """`12:10`, `1:02:03`, `730`, as milliseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a time as milliseconds."""
        try:
            return value if isinstance(value, int) else from_clock(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


@click.command(
    cls=Grouped, short_help="Transcribe a part of a recording again, and repair the transcript."
)
@click.argument("job", metavar="JOB")
@click.option(
    "--from",
    "start",
    metavar="TIME",
    type=Clock(),
    required=True,
    help="Where it begins: 12:10, 1:02:03 or 730.",
)
@click.option("--to", "end", metavar="TIME", type=Clock(), required=True, help="Where it ends.")
@click.option(
    "--model",
    metavar="NAME_OR_FOLDER",
    help="Another model. With --stack, the deployed one alone.  [default: the same]",
)
@out_option("Folder for the transcript.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@click.option("--stack", metavar="NAME", help="The stack on AWS whose job it is.")
@click.option(
    "--no-wait",
    is_flag=True,
    help="With --stack: start it and leave. `fanscribe fetch JOB` comes back.",
)
@session_options
@device_options
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1),
    help="Readers side by side.  [default: one a core]",
)
@kept_options
@job_options([*REDOABLE, *OutputOptions.model_fields], defaults=False)
@click.pass_context
def redo(
    context: click.Context,
    /,
    job: str,
    start: int,
    end: int,
    model: str | None,
    out: Path,
    as_json: bool,
    stack: str | None,
    no_wait: bool,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    device: Device,
    compute_type: ComputeType | None,
    workers: int | None,
    work: Path | None,
    verbose: bool,
    **chosen: str | None,
) -> None:
    """Transcribe a part of a recording again, with another model or other options, and write its
    transcript anew.

    Words that the range does not touch stay as they are, and only the tiles that it overlaps are
    read. Options that you leave out stay as they were. The transcript's ledger says what was done
    again, and by which model.

    On this machine JOB is the recording, and its latest transcript is repaired. With --stack it is
    a job, as `fanscribe list` shows it. A redo is a job as well, and can be redone in turn.

    \b
    fanscribe redo talk.mp3 --from 12:10 --to 12:40 --model large-v3
    fanscribe redo talk-3f2a91 --from 12:10 --to 12:40 --hotwords Fresnel --stack fanscribe
    """
    options = {name: value for name, value in chosen.items() if value is not None}
    check_place(context, stack, HERE_ONLY)
    if start >= end:
        raise click.UsageError(f"--to {clock(end)} is not after --from {clock(start)}.")
    check_out(out)
    try:
        parsed = Options.parse(options)
        check_lists(options)
        typed = parsed.model_dump(mode="json", include=set(options))
        check_voices(parsed)
    except (BadInput, WrongFiles) as error:
        raise click.UsageError(str(error)) from None
    request = {"from": timestamp(start), "to": timestamp(end)}
    if stack:
        where = StackLocation(stack, region, profile, endpoint_url)
        asked = {"redo": request | ({"model": model} if model else {}), "options": typed}
        succeeded = _redo_there(where, job, asked, out, wait=not no_wait, as_json=as_json)
    else:
        cache = a_cache(work)
        named = named_recording(job, out, parsed.formats if "formats" in options else FORMATS)
        with as_a_file(named) as recording:
            base, first = kept_plans(recording, cache)
            name, found = deployed(model or first.model, options)
            parameters = {"Model": name} | deployment_parameters(found, device)
            before_it = _as_before(cache, base.job)
            asked = {"redo": request | {"job": base.job}, "options": typed}
            choose_device(device, compute_type)
            check_redaction(options)
            have_speaker_models({"speakers": (before_it | typed).get("speakers", "off")})
            workers = workers or default_workers(found, device)
            succeeded = _redo_here(
                parameters,
                workers,
                cache,
                recording,
                asked,
                before_it,
                out,
                verbose=verbose,
                as_json=as_json,
            )
    if not succeeded:
        raise SystemExit(1)


def _written_alike(output: Mapping[str, Any]) -> dict[str, Any]:
    """Options that say how the job was written, but for those that edit words: Split knows the last
    ones, as a later rewrite may have hidden some. `redact_audio` means nothing without them.
    """
    return {name: each for name, each in output.items() if name not in {*WORDING, "redact_audio"}}


# ── On this machine ───────────────────────────────────────────────────────────────────────────────


def _as_before(cache: JobCache, job: str) -> dict[str, Any]:
    """Options for writing that a redo of the job takes over. Clips of voices are gone by now."""
    output = cache.output(job)
    known = _written_alike(output.model_dump(mode="json")) if output else {}
    return {name: each for name, each in known.items() if name != "voices"}


def _redo_here(
    parameters: dict[str, str],
    workers: int,
    cache: JobCache,
    recording: LocalRecording,
    asked: dict[str, Any],
    before_it: Mapping[str, Any],
    out: Path,
    *,
    verbose: bool,
    as_json: bool,
) -> bool:
    with (
        an_engine(parameters, workers, cache, verbose=verbose) as engine,
        ProgressScreen() as screen,
    ):
        options = {**before_it, **with_files_sent(asked["options"], engine.stack)}

        def start(file: Path) -> str:
            uploaded = engine.upload(file, {}, recording.name)["detail"]
            where = {"bucket": uploaded["bucket"]["name"], "key": uploaded["object"]["key"]}
            return engine.start(where | asked | {"options": options})

        place = Place(out, recording.name)
        return run_here(engine, screen, recording, start, place, as_json=as_json)


# ── On AWS ────────────────────────────────────────────────────────────────────────────────────────


def _redo_there(
    where: StackLocation, name: str, asked: dict[str, Any], out: Path, *, wait: bool, as_json: bool
) -> bool:
    job = StoredJob.find(where, name)
    execution, progress = job.execution, job.progress
    if progress.job is None:
        reason = (
            "it is still at its beginning: try again in a minute"
            if execution.running
            else f"it failed: {execution.message}"
        )
        raise Failed(f"There is nothing to redo of {job.shown}: {reason}")
    before = parse_job_input(execution.input)
    recording = {"bucket": before.bucket, "key": before.key} | (
        {"version": before.version} if before.version else {}
    )
    sent = with_files_sent(asked["options"], progress.stack)
    request = asked["redo"] | {"job": progress.job.name}
    options = _written_alike(progress.job.output) | sent
    started = recording | {"redo": request, "options": options}
    return job.go_on("redo", started, out, wait=wait, as_json=as_json)
