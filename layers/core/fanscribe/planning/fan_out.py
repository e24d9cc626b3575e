"""The times at which a Map state's children end, on Lambda. Pure.

Lambda makes environments by its published limits, or throttles. Children go in order to the
environment that is free first.
"""

import heapq
from typing import NamedTuple

# docs.aws.amazon.com/lambda, "Lambda scaling behavior": 1,000 environments of a function every 10
# s, refilled steadily
BURST, REFILL_A_S = 1_000, 100
# the retries of throttled chunks, as in the state machine (tested); ADR 19 says why
RETRY_S, BACKOFF, LONGEST_RETRY_S, TRIES = 5, 2, 1800, 100


def granted(place: int, burst: int) -> float:
    """The second in which Lambda makes the environment of that number.

    That is at once, or when there is room again and the throttled child asks.
    """
    if place < burst:
        return 0.0
    refilled = (place - burst + 1) / REFILL_A_S
    return refilled + _half_retry(refilled)


class FanOut(NamedTuple):
    """Children of a Map state that are all done."""

    environments: int
    end_s: float
    tries: int  # of a throttled child
    retries: int  # of all


def fan_out(
    lengths: list[float], ready: list[float], map_concurrency: int, account_concurrency: int
) -> FanOut:
    """Children that take so long, in environments that are ready then.

    The account throttles those that it has no room for.
    """
    environments, last_start, end = _schedule(lengths, ready)
    throttled = max(0, min(map_concurrency, len(lengths)) - account_concurrency)
    if not throttled:
        return FanOut(environments, end, 0, 0)
    tries = _tries(last_start)
    return FanOut(environments, end + _half_retry(last_start), tries, throttled * tries)


def _schedule(lengths: list[float], ready: list[float]) -> tuple[int, float, float]:
    """Each in order to the place that is free first: how many places were used, when the last
    began, when all ended.
    """
    free = [(when, False) for when in ready]
    heapq.heapify(free)
    used, start, end = 0, 0.0, 0.0
    for length in lengths:
        start, warm = heapq.heappop(free)
        used += not warm
        end = max(end, start + length)
        heapq.heappush(free, (start + length, True))
    return used, start, end


def _half_retry(waited_s: float) -> float:
    """Average further wait of a throttled child that waited `waited_s`: its jitter is full."""
    return _retry(_tries(waited_s)) / 2


def _retry(number: int) -> float:
    """The most that a child waits before its retry `number`, counted from 0."""
    return min(LONGEST_RETRY_S, RETRY_S * float(BACKOFF) ** number)


def _tries(waited_s: float) -> int:
    """How often a throttled child has tried again by then, on average; at most TRIES."""
    passed = 0.0
    for tries in range(TRIES):
        passed += _retry(tries) / 2
        if passed > waited_s:
            return tries
    return TRIES
