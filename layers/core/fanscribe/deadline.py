"""When to stop for this invocation: Lambda ends at its timeout, finished batch or not."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

RESERVE_MS = 5_000  # to store a part and answer
SLACK = 1.5  # the next batch may take this much longer than the slowest so far


@dataclass
class Deadline:
    """Says whether another batch fits, from the pace of those before. The first always goes: without it nothing would move."""

    time_left_ms: Callable[[], int]
    clock: Callable[[], float] = time.monotonic
    _slowest_ms: float = 0.0
    _started: float | None = field(default=None)

    def allows_another(self) -> bool:
        now = self.clock()
        if self._started is not None:
            self._slowest_ms = max(self._slowest_ms, (now - self._started) * 1000)
        first = self._started is None
        self._started = now
        return first or self.time_left_ms() > self._slowest_ms * SLACK + RESERVE_MS
