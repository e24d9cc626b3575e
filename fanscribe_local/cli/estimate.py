"""`fanscribe estimate`: what a recording would take on AWS, before anything is paid."""

import json
import os
import re
from pathlib import Path
from typing import Any

import click

from fanscribe.audio.decode import length
from fanscribe.documents.options import Options
from fanscribe.errors import BadInput, UnknownModel
from fanscribe.planning.planner import (
    Goal,
    Limit,
    PlannedJob,
    a_job,
    best_memory,
    plan,
    tiles_in,
    what_binds,
)
from fanscribe.planning.prices import ModelSpeed, price_list, speed_of, speeds
from fanscribe.planning.simulator import Fleet, Forecast
from fanscribe.recognition.models import open_model
from fanscribe.times import clock_of
from fanscribe_local.cli.messages import say
from fanscribe_local.cli.transcribe import job_options
from fanscribe_local.client.names import printable
from fanscribe_local.client.recordings import STANDARD_INPUT, WrongFiles, at_hand, find_recordings

DEFAULTS = Fleet()
WORTH_A_WORD = 0.95  # of the time or the cost
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.IGNORECASE)


class Duration(click.ParamType[float]):
    """`4h30m`, `90m`, `60s`, as seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a length as seconds."""
        if isinstance(value, float):
            return value
        if not (seconds := as_seconds(value)):
            self.fail(f"{value!r} is no length such as 60s, 5m or 1h30m.", param, ctx)
        return seconds


def as_seconds(text: str) -> float | None:
    """Seconds of a length such as `1h30m`; None where it is none."""
    match = DURATION.fullmatch(text)
    if not text or match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


@click.command(short_help="Estimate the time and the cost of a recording on AWS.")
@click.argument("audio", metavar="AUDIO")
@click.option(
    "--model",
    metavar="NAME_OR_FOLDER",
    default="small",
    show_default=True,
    help="The model that the image has.",
)
@click.option(
    "--finish-in",
    metavar="LENGTH",
    type=Duration(),
    help="Take the cheapest plan that ends in this time: 60s, 5m.",
)
@click.option("--cheapest", is_flag=True, help="Take the cheapest plan, however long it takes.")
@click.option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=DEFAULTS.map_concurrency,
    show_default=True,
    help="Chunks transcribed at once: the stack's MapConcurrency.",
)
@click.option(
    "--account-concurrency",
    metavar="N",
    type=click.IntRange(1),
    default=DEFAULTS.account_concurrency,
    show_default=True,
    help="Functions that the account may run at once. Some new accounts have 10.",
)
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(128, 10_240),
    default=DEFAULTS.memory_mb,
    show_default=True,
    help="Memory of the function Transcribe. Cores come with it.",
)
@job_options(["speakers"], defaults=False)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, with all figures.")
def estimate(
    audio: str,
    model: str,
    finish_in: float | None,
    cheapest: bool,
    concurrency: int,
    account_concurrency: int,
    memory: int,
    speakers: str | None,
    as_json: bool,
) -> None:
    """Estimate how AUDIO would be divided on AWS, how long that would take, what it would cost at
    list price, and what limits the speed.

    AUDIO is a file, or a length such as 4h30m. Without a goal, the plan is the fastest that costs
    at most half as much again as the cheapest. Nothing is sent anywhere.

    \b
    fanscribe estimate talk.mp3 --model large-v3-turbo --finish-in 60s
    fanscribe estimate 24h --model large-v3 --cheapest --concurrency 1000
    """
    if cheapest and finish_in is not None:
        raise click.UsageError("--cheapest and --finish-in are two goals. Choose one.")
    goal = Goal(cheapest=cheapest, finish_in_s=finish_in)
    speed = _speed(model)
    if speed.memory_mb > memory:
        raise click.UsageError(
            f"{model} needs about {speed.memory_mb:,} MB, and --memory gives {memory:,}."
        )
    audio_s = _audio_s(audio)
    fleet = Fleet(
        memory_mb=memory, map_concurrency=concurrency, account_concurrency=account_concurrency
    )
    tiles = tiles_in(audio_s)
    job = a_job(audio_s, tiles, fleet, speed, voices=tiles if _asked_for(speakers) else 0)
    forecast, limits = plan(job, goal), what_binds(job, goal)
    if as_json:
        say(json.dumps(_figures(job, goal, forecast, limits), indent=2))
        return
    had = f"{clock_of(audio_s)} of audio with {model}, {memory:,} MB"
    say(f"{printable(Path(audio).name)}: {had}, {concurrency:,} chunks at once")
    for line in _lines(job, goal, forecast, limits):
        say(f"  {line}")


def _asked_for(speakers: str | None) -> bool:
    try:
        return bool(Options.parse({"speakers": speakers or "off"}).speakers)
    except BadInput as error:
        raise click.UsageError(str(error)) from None


def _speed(model: str) -> ModelSpeed:
    names = [name for known in speeds().models for name in (known.name, *known.also)]
    folder = Path(model).expanduser()
    if model not in names and not folder.is_dir():
        raise click.UsageError(
            f"There is no speed of a model {model!r}. Name a folder, or one of {', '.join(names)}."
        )
    try:
        shape = None if model in names else open_model(folder, folder.name).shape
        return speed_of(model, shape).searching()
    except UnknownModel as error:
        raise click.UsageError(str(error)) from None


def _audio_s(audio: str) -> float:
    path = Path(audio)
    if path.is_dir():
        raise click.UsageError(f"{printable(audio)} is a folder. Name a recording in it.")
    if not os.path.lexists(path) and audio not in STANDARD_INPUT:
        if seconds := as_seconds(audio):
            return seconds
        raise click.UsageError(
            f"{printable(audio)}: there is no such file, and it is no length such as 4h30m."
        )
    try:
        (recording,) = find_recordings([audio]).recordings
        with at_hand(recording) as file:
            return length(file, recording.name)
    except WrongFiles as error:
        raise click.UsageError(str(error)) from None
    except BadInput as error:
        raise click.ClickException(printable(str(error))) from None


def _in_time(goal: Goal, forecast: Forecast) -> bool:
    return goal.finish_in_s is None or forecast.wall_s <= goal.finish_in_s


def _other_memory(job: PlannedJob, goal: Goal, forecast: Forecast) -> str | None:
    """What another size of Transcribe would bring, if it is worth a word."""
    other = best_memory(job, goal)
    better = plan(other, goal)
    cheaper = better.usd < WORTH_A_WORD * forecast.usd
    faster = better.wall_s < WORTH_A_WORD * forecast.wall_s and not goal.cheapest
    if other.fleet == job.fleet or not (cheaper or faster):
        return None
    return (
        f"memory      {other.fleet.memory_mb:,} MB would take {clock_of(better.wall_s)} "
        f"and cost ${better.usd:.3f}"
    )


def _lines(job: PlannedJob, goal: Goal, forecast: Forecast, limits: tuple[Limit, ...]) -> list[str]:
    split, read, merged = map(clock_of, (forecast.split_s, forecast.transcribe_s, forecast.merge_s))
    longest = clock_of(forecast.longest_chunk_s)
    hour = forecast.usd / job.audio_s * 3600
    binding = (
        ", ".join(f"{limit.name} ({clock_of(limit.costs_s)})" for limit in limits)
        or "reading one chunk"
    )
    lines = [
        (
            f"chunks      {forecast.chunks:,} of at most {forecast.chunk_tiles} tiles, "
            f"each up to {longest}"
        ),
        (
            f"wall time   {clock_of(forecast.wall_s)}: "
            f"splitting {split}, transcribing {read}, merging {merged}"
        ),
        (
            f"cost        ${forecast.usd:.3f} "
            f"at list prices of {job.prices.read} ({job.prices.region}), ${hour:.3f} an audio hour"
        ),
        f"limited by  {binding}",
        f"model speed {job.speed.origin}, as {job.speed.name}, on {job.speed.processor}",
    ]
    if other := _other_memory(job, goal, forecast):
        lines.append(other)
    if not _in_time(goal, forecast):
        lines.append(
            f"not in time {clock_of(goal.finish_in_s or 0)} can't be had: this is the fastest"
        )
    if forecast.may_give_up:
        lines.append(
            "in danger   throttled chunks may give up: "
            "set MapConcurrency no higher than the account's concurrency"
        )
    return lines


def _figures(
    job: PlannedJob, goal: Goal, forecast: Forecast, limits: tuple[Limit, ...]
) -> dict[str, Any]:
    return forecast.model_dump() | {
        "audio_s": job.audio_s,
        "tiles": job.tiles,
        "model_speed": job.speed.name,
        "speed_had": job.speed.origin,
        "processor": job.speed.processor,
        "usd_an_audio_hour": forecast.usd / job.audio_s * 3600,
        "prices": {"read": price_list().aws.read, "region": price_list().aws.region},
        "in_time": _in_time(goal, forecast),
        "best_memory_mb": best_memory(job, goal).fleet.memory_mb,
        "limits": [limit.model_dump() for limit in limits],
    }
