"""The time to stop for this invocation: Lambda ends at its timeout, finished batch or not."""

import time
from collections.abc import Callable
from dataclasses import dataclass

RESERVE_MS = 5_000  # to store a part and answer
SLACK = 1.5  # the next tiles may take this much longer than the slowest so far


@dataclass
class Deadline:
    """The number of tiles that still fit, by the pace of those before.

    The first batch always goes: nothing is known of it.
    """

    time_left_ms: Callable[[], int]
    clock: Callable[[], float] = time.monotonic
    _slowest_ms: float = 0.0  # for one tile
    _began: float | None = None
    _tiles: int = 0

    def room(self, most: int) -> int:
        """How many tiles, at most `most`, would be read in time."""
        if self._began is None:
            return most
        self._slowest_ms = max(self._slowest_ms, (self.clock() - self._began) * 1000 / self._tiles)
        spare = self.time_left_ms() - RESERVE_MS
        if spare <= 0:
            return 0
        return min(most, int(spare / (self._slowest_ms * SLACK))) if self._slowest_ms else most

    def begin(self, tiles: int) -> None:
        """Note that a batch of so many tiles begins now."""
        self._began, self._tiles = self.clock(), tiles
