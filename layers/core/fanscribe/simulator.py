"""A job before it runs: its wall time, what Lambda bills for it, and what holds it up. Pure.

Chunks go in order to the environment that is free first, as the Map state does it. What is fed in are seconds of stages
(costs.py) and Lambda's published limits; no chance is in it, so the same question has the same answer.

Tiles don't all take the same: where the first reading isn't believed, the second look takes longer than the first
(docs/adr/0006). On long-en, tiny.en, that was 5 tiles of 64 and 20 % of the time: here it is every 13th.
"""

import heapq
from collections.abc import Iterator
from itertools import accumulate

from fanscribe.base import Contract
from fanscribe.costs import GB, AwsPrices, ModelSpeed, Stages, vcpus

AGAIN_EVERY = 13  # tiles
AGAIN = 2.6  # of a tile's first reading: what its second look takes
FIRST_LOOK = 1 / (1 + AGAIN / AGAIN_EVERY)  # of a tile's mean
WORST = (1 + AGAIN) * FIRST_LOOK  # of a tile's mean: if every tile were read again

TIMEOUT_S, RESERVE_S = 900, 5  # of an invocation; what deadline.py keeps back of it
# docs.aws.amazon.com/lambda, "Lambda scaling behavior": 1,000 environments of a function every 10 s, refilled steadily
BURST, REFILL_A_S = 1_000, 100
RETRY_S, BACKOFF, LONGEST_RETRY_S, TRIES = 5, 2, 300, 20  # of throttled children, as in the state machine (tested)

MERGE_MB = 1_769  # the template's (tested)
FORMATS = 4
JOB_STATES, CALL_STATES, CHILD_STATES = 6, 2, 1  # Split … NotifyDone; Transcribe and TilesRemain; ChunkDone


class Fleet(Contract):
    """What a deployment and its account allow."""

    memory_mb: int = 10_240  # of Transcribe, and of Split
    batch_tiles: int = 4
    map_concurrency: int = 100
    account_concurrency: int = 1_000
    burst: int = BURST

    @property
    def concurrency(self) -> int:
        return min(self.map_concurrency, self.account_concurrency)


class Work(Contract):
    """A recording as it is cut."""

    audio_s: float  # of all channels that are kept
    tiles: int  # with speech
    chunk_tiles: int

    @property
    def chunks(self) -> int:
        return -(-self.tiles // self.chunk_tiles)


class Forecast(Contract):
    """What a job will take. Seconds, and dollars at list price."""

    chunks: int
    chunk_tiles: int
    longest_chunk_s: float
    environments: int  # of Transcribe: cold starts
    split_s: float
    transcribe_s: float
    merge_s: float
    wall_s: float
    gb_seconds: float
    transitions: int
    usd: float
    may_give_up: bool  # children may be throttled more often than they try again


def simulate(work: Work, fleet: Fleet, speed: ModelSpeed, stages: Stages, prices: AwsPrices) -> Forecast:
    """One job, alone in its account."""
    tile_s = speed.tile_s(vcpus(fleet.memory_mb))
    cold_s = stages.start_s + speed.load_s
    calls = _calls(work.chunk_tiles * tile_s, cold_s)
    lengths = [calls * stages.invoke_s + seconds for seconds in _chunk_seconds(work, tile_s)]
    ready = [cold_s + _granted(place, fleet.burst) for place in range(min(fleet.concurrency, work.chunks))]
    environments, last_start, end = _schedule(lengths, ready)
    waiting = max(0, min(fleet.map_concurrency, work.chunks) - fleet.account_concurrency)  # children that are throttled
    if waiting:
        end += _half_retry(last_start)

    # the decoder is a process of one thread; listening shares the cores with it
    heard_s = max(stages.decode_s, (stages.decode_s + stages.listen_s) / vcpus(fleet.memory_mb))
    split_s = stages.split_start_s + work.audio_s * (stages.fetch_s + heard_s + stages.upload_s) + work.chunks * stages.put_s
    merge_s = stages.merge_start_s + work.tiles * stages.merge_s
    transcribe_s = sum(lengths) + environments * cold_s
    gb_seconds = ((transcribe_s + split_s) * fleet.memory_mb + merge_s * MERGE_MB) / GB
    transitions = JOB_STATES + work.chunks * (calls * CALL_STATES + CHILD_STATES) + waiting * _tries(last_start)
    usd = gb_seconds * prices.lambda_gb_second.usd + (work.chunks * calls + 2) * prices.lambda_request.usd
    usd += transitions * prices.transition.usd + prices.event.usd
    usd += _storage_usd(work, work.chunks * calls, fleet.batch_tiles, prices)
    return Forecast(
        chunks=work.chunks,
        chunk_tiles=work.chunk_tiles,
        longest_chunk_s=max(lengths, default=0.0) + cold_s,
        environments=environments,
        split_s=split_s,
        transcribe_s=end,
        merge_s=merge_s,
        wall_s=split_s + end + merge_s + stages.states_s,
        gb_seconds=gb_seconds,
        transitions=transitions,
        usd=usd,
        may_give_up=waiting > 0 and _tries(last_start) >= TRIES,
    )


def _chunk_seconds(work: Work, tile_s: float) -> Iterator[float]:
    """What reading takes, chunk by chunk."""
    first = FIRST_LOOK * tile_s
    done = list(accumulate((first * (1 + AGAIN * (i % AGAIN_EVERY == AGAIN_EVERY // 2)) for i in range(work.tiles)), initial=0.0))
    for start in range(0, work.tiles, work.chunk_tiles):
        yield done[min(start + work.chunk_tiles, work.tiles)] - done[start]


def _calls(chunk_s: float, cold_s: float) -> int:
    """How often Transcribe is called for one chunk: it stops in time and is called again."""
    return max(1, -int(-chunk_s // max(1.0, TIMEOUT_S - RESERVE_S - cold_s)))


def _granted(place: int, burst: int) -> float:
    """When Lambda makes the environment of that number: at once, or when there is room again and the throttled child asks."""
    if place < burst:
        return 0.0
    refilled = (place - burst + 1) / REFILL_A_S
    return refilled + _half_retry(refilled)


def _half_retry(waited_s: float) -> float:
    """What a throttled child that has waited so long waits on, on average: its jitter is full."""
    return _retry(_tries(waited_s)) / 2


def _retry(number: int) -> float:
    """The most that a child waits before it tries again for the so many-th time, from 0."""
    return min(LONGEST_RETRY_S, RETRY_S * float(BACKOFF) ** number)


def _tries(waited_s: float) -> int:
    """How often a throttled child has tried again by then, on average; at most TRIES."""
    passed = 0.0
    for tries in range(TRIES):
        passed += _retry(tries) / 2
        if passed > waited_s:
            return tries
    return TRIES


def _schedule(lengths: list[float], ready: list[float]) -> tuple[int, float, float]:
    """Each in order to the place that is free first: how many places were used, when the last began, when all ended."""
    free = [(when, False) for when in ready]
    heapq.heapify(free)
    used, start, end = 0, 0.0, 0.0
    for length in lengths:
        start, warm = heapq.heappop(free)
        used += not warm
        end = max(end, start + length)
        heapq.heappush(free, (start + length, True))
    return used, start, end


def _storage_usd(work: Work, invocations: int, batch_tiles: int, prices: AwsPrices) -> float:
    """S3's requests: each chunk's audio; each invocation's two lists, plan and audio; each batch's attempt and part."""
    batches = work.chunks * -(-min(work.chunk_tiles, work.tiles) // batch_tiles)
    puts = work.chunks + 2 * invocations + 2 * batches + FORMATS + 6
    gets = 2 * invocations + batches + 6
    return puts * prices.s3_put.usd + gets * prices.s3_get.usd
