"""The tables of docs/cost.md, from the simulator, the price list and benchmarks/forecast.json.

    python -m benchmarks.cost

Needs no model and takes a second; a test holds the page to it.
"""

import json
import statistics
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fanscribe.planning.planner import (
    CHEAPEST,
    FASTEST,
    TILE_S,
    USUAL,
    Goal,
    PlannedJob,
    a_job,
    memories,
    plan,
    tiles_in,
    what_binds,
)
from fanscribe.planning.prices import (
    GB,
    Processor,
    price_list,
    speed_of,
    speeds,
)
from fanscribe.planning.simulator import Fleet
from fanscribe.times import clock_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cost.md"
RESULT = ROOT / "benchmarks" / "forecast.json"
HOUR = 3_600.0
LENGTHS = {"30 min": HOUR / 2, "4 h": 4 * HOUR, "24 h": 24 * HOUR}
LARGE = ("large-v3-turbo", "large-v3")
CONCURRENCY = (3_000, 1_000, 10)
PROVISIONED = "no cold start: provisioned"
WISHES = {"fastest": FASTEST, "usual": USUAL, "cheapest": CHEAPEST}

Row = Sequence[object]


def job_of(
    model: str,
    audio_s: float,
    concurrency: int = 1_000,
    memory: int = Fleet().memory_mb,
    processor: Processor | None = None,
) -> PlannedJob:
    """A recording of speech in an account that allows as much as the template asks for."""
    fleet = Fleet(memory_mb=memory, map_concurrency=concurrency, account_concurrency=concurrency)
    return a_job(audio_s, tiles_in(audio_s), fleet, speed_of(model).searching(), processor)


def split_by_one(job: PlannedJob) -> PlannedJob:
    """The same, were it not decoded in sections."""
    return job.model_copy(update={"fleet": job.fleet.model_copy(update={"most_sections": 1})})


def plans() -> Iterator[Row]:
    """Length and concurrency against time and cost."""
    yield (
        "model",
        "length",
        "concurrency",
        "chunks",
        "wall",
        "of it splitting",
        "cost",
        "what stands in the way",
    )
    for model in LARGE:
        for length, audio_s in LENGTHS.items():
            for concurrency in CONCURRENCY:
                job = job_of(model, audio_s, concurrency)
                forecast = plan(job, USUAL)
                chunks = f"{forecast.chunks} of {forecast.chunk_tiles}"
                wall, split, cost = (
                    clock_of(forecast.wall_s),
                    clock_of(forecast.split_s),
                    f"${forecast.usd:.2f}",
                )
                yield model, length, f"{concurrency:,}", chunks, wall, split, cost, binding(job)


def binding(job: PlannedJob) -> str:
    limits = [
        limit for limit in what_binds(job, USUAL) if limit.costs_s >= 0.05 * plan(job, USUAL).wall_s
    ]
    return (
        ", ".join(f"{limit.name.split(',')[0]} ({clock_of(limit.costs_s)})" for limit in limits)
        or "–"
    )


def day_against_half_hour() -> Iterator[Row]:
    """How much longer 24 hours take than half an hour, at 3,000."""
    yield "model", "goal", "30 min", "24 h", "ratio", "ratio with one invocation to split"
    for model in LARGE:
        half, day = (job_of(model, LENGTHS[length], 3_000) for length in ("30 min", "24 h"))
        for name, goal in WISHES.items():
            short, long, alone = (plan(job, goal).wall_s for job in (half, day, split_by_one(day)))
            yield (
                model,
                name,
                clock_of(short),
                clock_of(long),
                f"{long / short:.1f}",
                f"{alone / short:.1f}",
            )


def cold_starts() -> Iterator[Row]:
    """What is to be had by fewer or shorter cold starts, half an hour of audio at a time."""
    yield "model", "deployed with", "environments", "wall", "cost", "kept ready, an hour"
    for model in LARGE:
        for name, job in _deployments(model).items():
            forecast = plan(job, USUAL)
            ready = "–"
            if name == PROVISIONED:
                gb_seconds = forecast.environments * job.fleet.memory_mb / GB * HOUR
                ready = f"${gb_seconds * job.prices.provisioned_gb_second.usd:.2f}"
            wall, cost = clock_of(forecast.wall_s), f"${forecast.usd:.3f}"
            yield model, name, forecast.environments, wall, cost, ready


def _deployments(model: str) -> dict[str, PlannedJob]:
    job = job_of(model, HOUR / 2)
    return {
        "10,240 MB": job,
        "7,076 MB": job_of(model, HOUR / 2, memory=7_076),
        "5,307 MB": job_of(model, HOUR / 2, memory=5_307),
        "half of the load": _starting(job, job.stages.start_s, job.speed.load_s / 2),
        PROVISIONED: _starting(job, 0.0, 0.0),
    }


def _starting(job: PlannedJob, start_s: float, load_s: float) -> PlannedJob:
    """The same with other cold starts of Transcribe."""
    return job.model_copy(
        update={
            "stages": job.stages.model_copy(update={"start_s": start_s}),
            "speed": job.speed.model_copy(update={"load_s": load_s}),
        }
    )


def models() -> Iterator[Row]:
    """Cost of an audio hour, of a recording of four, on the fastest processor and the slowest."""
    yield (
        "model",
        "speed",
        "readers",
        "s a tile",
        "RTF",
        "usual, 10,240 MB",
        "cheapest, 10,240 MB",
        "cheapest memory, slowest",
    )
    most, processors = 10_240, (speeds().processors[0], speeds().slowest)
    for speed in (model.searching() for model in speeds().models):
        tile_s = [speed.on(processor).tile_s(most) for processor in processors]
        usual, cheapest = (
            [hour_usd(speed.name, goal, most, processor) for processor in processors]
            for goal in (USUAL, CHEAPEST)
        )
        least, memory = min(
            (hour_usd(speed.name, CHEAPEST, memory), memory) for memory in memories(speed)
        )
        row = (
            speed.name,
            speed.origin,
            speed.readers(most),
            _range(tile_s, ".2f"),
            _range([seconds / TILE_S for seconds in tile_s], ".3f"),
            _range(usual, ".3f", "$"),
            _range(cheapest, ".3f", "$"),
        )
        yield *row, f"${least:.3f} with {memory:,} MB"


def _range(values: Sequence[float], layout: str, unit: str = "") -> str:
    return " to ".join(f"{unit}{value:{layout}}" for value in values)


def hour_usd(
    model: str, goal: Goal, memory: int = 10_240, processor: Processor | None = None
) -> float:
    return plan(job_of(model, 4 * HOUR, memory=memory, processor=processor), goal).usd / 4


def services() -> Iterator[Row]:
    """Prices of other services."""
    yield "service", "an audio hour", "read", "source"
    for service in price_list().services:
        yield service.name, f"${service.usd_an_hour:.3f}", service.read, service.source


def turbo() -> Iterator[str]:
    """Whether large-v3-turbo costs less than $0.15, step by step."""
    speed, price = speed_of("large-v3-turbo").searching(), price_list().aws.lambda_gb_second.usd
    full = 10_240 / GB * HOUR * price
    yield (
        f"An hour of 10,240 MB: 10 GB × 3,600 s × ${price:.10f} = ${full:.3f}. "
        f"So $0.15 allows an RTF of {0.15 / full:.3f}."
    )
    for processor in speeds().processors:
        tile_s = speed.on(processor).tile_s(10_240)
        usual, cheapest = (
            hour_usd(speed.name, goal, processor=processor) for goal in (USUAL, CHEAPEST)
        )
        rtf = tile_s / TILE_S
        yield (
            f"{processor.name}: {tile_s:.2f} s for a tile of {TILE_S:g} s, "
            f"RTF {rtf:.3f}, ${rtf * full:.3f}; with cold starts, splitting, merging, "
            f"transitions and S3 ${cheapest:.3f} by the cheapest plan, ${usual:.3f} without a goal."
        )


def checked() -> Iterator[Row]:
    """The simulator against real runs: medians, and from which to which."""
    yield "workers", "real", "foretold / real", "added up / real"
    for workers, runs in json.loads(RESULT.read_text())["workers"].items():
        yield (
            workers,
            f"{_spread(runs, 'real_s')} s",
            _spread(runs, "foretold"),
            _spread(runs, "added_up"),
        )


def _spread(runs: Sequence[Mapping[str, float]], name: str) -> str:
    values = sorted(run[name] for run in runs)
    return f"{statistics.median(values):g} ({values[0]:g} to {values[-1]:g})"


def checked_on() -> Iterator[str]:
    """Where that was."""
    result = json.loads(RESULT.read_text())
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    yield (
        f"{result['recordings']}, {result['model']}, "
        f"{len(result['workers']['1'])} runs; {result['machine']},"
    )
    yield (
        f"shared with other work, Python {result['python']}, "
        f"{versions}, {result['date']}, commit {result['commit']}."
    )


TABLES: dict[str, Callable[[], Iterable[Row]]] = {
    "plans": plans,
    "day": day_against_half_hour,
    "cold-starts": cold_starts,
    "models": models,
    "services": services,
    "checked": checked,
}
LISTS: dict[str, Callable[[], Iterable[str]]] = {
    "turbo": lambda: (_item(f"{number}. ", line) for number, line in enumerate(turbo(), 1)),
    "checked-on": lambda: (_item("", line) for line in checked_on()),
    "origin": lambda: (_item("- ", f"`{name}`: {text}.") for name, text in speeds().origin.items()),
}


def _item(mark: str, text: str) -> str:
    return textwrap.fill(
        text,
        100,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def written(page: str) -> str:
    """The page with every block between `<!-- NAME -->` and `<!-- end -->` made anew."""
    blocks = {name: _table(make()) for name, make in TABLES.items()} | {
        name: "\n".join(make()) for name, make in LISTS.items()
    }
    for name, block in blocks.items():
        begin = page.index(f"<!-- {name} -->\n")
        end = page.index("<!-- end -->", begin)
        page = f"{page[:begin]}<!-- {name} -->\n\n{block}\n\n{page[end:]}"
    return page


def _table(rows: Iterable[Row]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main() -> None:
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
