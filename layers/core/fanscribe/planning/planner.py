"""How a recording is shared out: the size of its chunks, from the model's speed, memory,
concurrency and a goal. Pure.

Every size that is worth it is simulated, and the goal decides between the forecasts
(docs/adr/0009). No chunk may pass half of Lambda's 15 minutes, even if each of its tiles were read
again. The transcript does not depend on any of it.
"""

from collections.abc import Callable, Sequence

from fanscribe.contract import Contract
from fanscribe.planning.prices import (
    MOST_MB,
    VCPU_MB,
    AwsPrices,
    ModelSpeed,
    Processor,
    Stages,
    price_list,
    speeds,
)
from fanscribe.planning.simulator import TIMEOUT_S, WORST, Fleet, Forecast, Work, simulate

HALF_S = TIMEOUT_S / 2
WORTH = 1.5  # without a goal: as fast as may be had for half as much again as the cheapest
# seconds of audio in a tile of speech: long-en has 64 in 29.8 minutes, each cut at the last
# silence before 30 s
TILE_S = 28.0
STEPS = (
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    10,
    12,
    15,
    20,
    25,
    30,
    40,
    50,
    60,
    80,
    100,
    125,
    150,
    200,
    250,
    300,
    400,
    500,
)
WAVES = 8  # how many rounds of chunks, one in every place, are tried besides

# children of a Map state at once, at most (docs.aws.amazon.com/step-functions, "Quotas")
BOUNDLESS = 10_000
SPLITTING = ("fetch_s", "decode_s", "listen_s", "upload_s")  # stages that grow with the recording
WORTH_SAYING = 0.02  # of the wall time: what a limit must cost to be named


class Goal(Contract):
    """The goal of a plan. Neither: fast, and within WORTH of the cheapest."""

    cheapest: bool = False
    finish_in_s: float | None = None

    def choose(self, forecasts: Sequence[Forecast]) -> Forecast:
        """The cheapest in time; the fastest, if none is in time."""
        cheapest = min(forecasts, key=lambda forecast: (forecast.usd, forecast.wall_s))
        if self.cheapest:
            return cheapest
        if self.finish_in_s is None:
            return _fastest(
                [forecast for forecast in forecasts if forecast.usd <= cheapest.usd * WORTH]
            )
        in_time = [forecast for forecast in forecasts if forecast.wall_s <= self.finish_in_s]
        return (
            min(in_time, key=lambda forecast: (forecast.usd, forecast.wall_s))
            if in_time
            else _fastest(forecasts)
        )


USUAL, CHEAPEST, FASTEST = Goal(), Goal(cheapest=True), Goal(finish_in_s=0)


class Limit(Contract):
    """A limit that holds a job up, and the seconds that the job would gain without it."""

    name: str
    costs_s: float


class PlannedJob(Contract):
    """A recording and where it is to be transcribed."""

    audio_s: float
    tiles: int
    fleet: Fleet
    speed: ModelSpeed
    stages: Stages
    prices: AwsPrices

    def forecast(self, chunk_tiles: int) -> Forecast:
        """Simulate the job with chunks of `chunk_tiles` tiles."""
        work = Work(audio_s=self.audio_s, tiles=self.tiles, chunk_tiles=chunk_tiles)
        return simulate(work, self.fleet, self.speed, self.stages, self.prices)


def a_job(  # noqa: PLR0913, PLR0917  (all that decides it)
    audio_s: float,
    tiles: int,
    fleet: Fleet,
    speed: ModelSpeed,
    processor: Processor | None = None,
    voices: int = 0,
) -> PlannedJob:
    """A job at list prices, with the stages' seconds as they are known. `tiles` are read, and of
    `voices` tiles the voices are taken.

    Without a `processor` it is the slowest.
    """
    if voices:
        every = max(tiles, voices)
        speed = speed.for_tiles(tiles / every, speeds().stages.voices_s * voices / every)
        tiles = every
    return PlannedJob(
        audio_s=audio_s,
        tiles=tiles,
        fleet=fleet,
        speed=speed.on(processor or speeds().slowest),
        stages=speeds().stages,
        prices=price_list().aws,
    )


def tiles_in(audio_s: float) -> int:
    """Tiles of that much audio, if it is all speech."""
    return max(1, round(audio_s / TILE_S))


def most_tiles(job: PlannedJob) -> int:
    """Tiles in the longest chunk that can't pass half of the 15 minutes; one at least, for less
    there is not.
    """
    spare = HALF_S - job.stages.start_s - job.speed.load_s - job.stages.invoke_s
    rounds = int(spare / (job.speed.reader_s(job.fleet.memory_mb) * WORST))
    return max(1, rounds * job.speed.readers(job.fleet.memory_mb))


def plan(job: PlannedJob, goal: Goal) -> Forecast:
    """The forecast of the size that the goal chooses."""
    rounds = {-(-job.tiles // (job.fleet.concurrency * waves)) for waves in range(1, WAVES + 1)}
    most = min(most_tiles(job), max(1, job.tiles))
    sizes = sorted(size for size in {*STEPS, *rounds, most} if 1 <= size <= most)
    return goal.choose([job.forecast(size) for size in sizes])


def memories(speed: ModelSpeed) -> tuple[int, ...]:
    """Sizes of Transcribe that are worth comparing, in MB: whole cores, if the model fits."""
    sizes = (*range(VCPU_MB, MOST_MB, VCPU_MB), MOST_MB)
    return tuple(size for size in sizes if size >= speed.memory_mb)


def best_memory(job: PlannedJob, goal: Goal) -> PlannedJob:
    """The same job in the size of Transcribe that the goal chooses."""
    jobs = [_fleet(job, memory_mb=size) for size in memories(job.speed)] or [job]
    forecasts = [plan(each, goal) for each in jobs]
    return jobs[forecasts.index(goal.choose(forecasts))]


def what_binds(job: PlannedJob, goal: Goal) -> tuple[Limit, ...]:
    """The limits that are worth saying, the costliest first: each by planning again without it.

    A job that is to finish in time is judged by its fastest plans. None: the time goes into
    reading one chunk.
    """
    goal = goal if goal.finish_in_s is None else FASTEST
    now = plan(job, goal).wall_s
    lifted = [(name(job), now - plan(lift(job), goal).wall_s) for name, lift in _LIMITS]
    costly = sorted((cost, name) for name, cost in lifted if cost > now * WORTH_SAYING)
    return tuple(Limit(name=name, costs_s=cost) for cost, name in reversed(costly))


def _fastest(forecasts: Sequence[Forecast]) -> Forecast:
    return min(forecasts, key=lambda forecast: (forecast.wall_s, forecast.usd))


def _concurrency(job: PlannedJob) -> str:
    fleet = job.fleet
    if fleet.map_concurrency < fleet.account_concurrency:
        return f"MapConcurrency {fleet.map_concurrency:,}"
    return f"the account's concurrency of {fleet.account_concurrency:,}"


def _splitting(job: PlannedJob) -> str:
    sections = job.fleet.sections(job.audio_s)
    return (
        "splitting, which one invocation does"
        if sections == 1
        else f"splitting in {sections} sections"
    )


def _fleet(job: PlannedJob, **changes: int) -> PlannedJob:
    return job.model_copy(update={"fleet": job.fleet.model_copy(update=changes)})


def _stages(job: PlannedJob, **changes: float) -> PlannedJob:
    return job.model_copy(update={"stages": job.stages.model_copy(update=changes)})


_LIMITS: tuple[tuple[Callable[[PlannedJob], str], Callable[[PlannedJob], PlannedJob]], ...] = (
    (
        _concurrency,
        lambda job: _fleet(job, map_concurrency=BOUNDLESS, account_concurrency=BOUNDLESS),
    ),
    (lambda _: "1,000 new environments in 10 s", lambda job: _fleet(job, burst=BOUNDLESS)),
    (
        _splitting,
        lambda job: _stages(_fleet(job, most_sections=1), **dict.fromkeys(SPLITTING, 0.0)),
    ),
    (
        lambda _: "cold starts and loading the model",
        lambda job: _stages(job, start_s=0.0).model_copy(
            update={"speed": job.speed.model_copy(update={"load_s": 0.0})}
        ),
    ),
)
