"""The time to stop for this invocation: Lambda ends at its timeout, finished batch or not."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

RESERVE_MS = 5_000  # to store a part and answer
SLACK = 1.5  # the next tiles may take this much longer than the slowest so far


@dataclass
class Deadline:
    """The number of tiles that still fit, by the pace of those before.

    The first batches, one for each reader, always go: nothing is known of them. A pace is that of
    one reader while the others read too.
    """

    time_left_ms: Callable[[], int]
    clock: Callable[[], float] = time.monotonic
    # ms for one tile, of each batch that ended. A list, as readers end side by side
    _paces: list[float] = field(default_factory=list)

    def room(self, most: int) -> int:
        """How many tiles, at most `most`, would be read in time."""
        if not self._paces:
            return most
        spare, slowest_ms = self.time_left_ms() - RESERVE_MS, max(self._paces)
        if spare <= 0:
            return 0
        return min(most, int(spare / (slowest_ms * SLACK))) if slowest_ms else most

    @contextmanager
    def pacing(self, tiles: int) -> Iterator[None]:
        """Measure the time in which `tiles` tiles are read together."""
        began = self.clock()
        yield
        self._paces.append((self.clock() - began) * 1000 / tiles)
