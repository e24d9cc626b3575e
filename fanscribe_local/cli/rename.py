"""`fanscribe rename`: names for the speakers of a job, in all its formats, without any reading."""

from pathlib import Path
from typing import Any

import click

from fanscribe.documents.options import FORMATS, Options, OutputOptions
from fanscribe.errors import BadInput
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
from fanscribe_local.cli.transcribe import a_cache, check_place, job_options
from fanscribe_local.cli.transcribe_here import an_engine, run_here
from fanscribe_local.client.clips import check_clips
from fanscribe_local.client.given_files import with_files_sent
from fanscribe_local.client.recordings import LocalRecording, WrongFiles
from fanscribe_local.client.screen import ProgressScreen
from fanscribe_local.client.targets import Place
from fanscribe_local.client.word_lists import check_lists
from fanscribe_local.emulator.job_cache import JobCache

HERE_ONLY = ("work", "verbose")
HOW = [name for name in OutputOptions.model_fields if name != "names"]


@click.command(cls=Grouped, short_help="Name the speakers of a job, and write its transcript anew.")
@click.argument("job", metavar="JOB")
@click.argument("names", nargs=-1, metavar="[LABEL=NAME...]")
@out_option("Folder for the transcript.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@click.option("--stack", metavar="NAME", help="The stack on AWS whose job it is.")
@session_options
@kept_options
@job_options(HOW, defaults=False)
@click.pass_context
def rename(
    context: click.Context,
    /,
    job: str,
    names: tuple[str, ...],
    out: Path,
    as_json: bool,
    stack: str | None,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    work: Path | None,
    verbose: bool,
    **chosen: str | None,
) -> None:
    """Give speakers names, and write the transcript anew in the formats that it had.

    Nothing is read again: it takes seconds. Names that were given before stay, and an empty name
    takes one away. With --voices, speakers take the names of known voices.

    On this machine JOB is the recording, and its latest transcript is written anew. With --stack it
    is a job, as `fanscribe list` shows it.

    \b
    fanscribe rename talk.mp3 spk_0="Ada Lovelace" spk_1=Charles
    fanscribe rename talk.mp3 spk_1= --formats srt,html
    fanscribe rename talk-3f2a91 spk_0=Ada --stack fanscribe
    """
    check_place(context, stack, HERE_ONLY)
    check_out(out)
    said = {name: value for name, value in chosen.items() if value is not None}
    if not names and "voices" not in said:
        raise click.UsageError("Give LABEL=NAME, such as spk_0=Ada, or --voices.")
    try:
        parsed = Options.parse(said | {"names": names})
        check_lists(said)
        check_clips(parsed)
    except (BadInput, WrongFiles) as error:
        raise click.UsageError(str(error)) from None
    options = parsed.model_dump(mode="json", include={*said, "names"})
    if stack:
        where = StackLocation(stack, region, profile, endpoint_url)
        succeeded = _rename_there(where, job, options, out, as_json=as_json)
    else:
        formats = parsed.formats if "formats" in said else FORMATS
        if parsed.voices:
            have_speaker_models({"speakers": "auto"})
        check_redaction(said)
        named, cache = named_recording(job, out, formats), a_cache(work)
        with as_a_file(named) as recording:
            place = Place(out, recording.name)
            succeeded = _rename_here(
                cache, recording, options, place, verbose=verbose, as_json=as_json
            )
    if not succeeded:
        raise SystemExit(1)


def _rewriting(bucket: str, key: str, job: str, options: dict[str, Any]) -> dict[str, Any]:
    """An execution's input."""
    return {"bucket": bucket, "key": key, "rewrite": {"job": job}, "options": options}


def _rename_here(
    cache: JobCache,
    recording: LocalRecording,
    options: dict[str, Any],
    place: Place,
    *,
    verbose: bool,
    as_json: bool,
) -> bool:
    plan, _ = kept_plans(recording, cache)
    where = plan.recording.bucket, plan.recording.key
    with (
        an_engine({}, 1, cache, verbose=verbose, ahead=False) as engine,
        ProgressScreen() as screen,
    ):
        asked = _rewriting(*where, plan.job, with_files_sent(options, engine.stack))
        return run_here(
            engine, screen, recording, lambda _: engine.start(asked), place, as_json=as_json
        )


def _rename_there(
    where: StackLocation, name: str, options: dict[str, Any], out: Path, *, as_json: bool
) -> bool:
    job = StoredJob.find(where, name)
    running, plan = job.execution.running, job.progress.plan
    if running or plan is None:
        reason = "it still runs: try again when it is done" if running else "nothing is kept"
        raise Failed(f"There is no transcript of {job.shown} to write anew: {reason}.")
    sent = with_files_sent(options, job.progress.stack)
    asked = _rewriting(plan.recording.bucket, plan.recording.key, plan.job, sent)
    return job.go_on("rename", asked, out, as_json=as_json)
