"""Lambda time that a job has really used.
It goes into the execution's output, never into a transcript: that does not depend on the fan-out.

Split's time is in the plan, on sections too, Transcribe's in the parts, Merge's own is added. Not
seen: what Lambda does before the handler (a cold start's imports), DetectLanguage, and invocations
that died before they stored anything.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fanscribe.documents.job import BilledTime, InvocationTimes
from fanscribe.documents.payloads import Usage
from fanscribe.documents.plan import Plan, Tile
from fanscribe.planning.prices import GB, price_list
from fanscribe.recognition.compute import processor_name
from fanscribe.runtime import settings
from fanscribe.runtime.cold_start import cold_ms
from fanscribe.times import SAMPLE_RATE, milliseconds

Stage = Literal["store", "load", "read"]  # fetching is of the first


@dataclass
class UsageMeter:
    """Runs from when it is made, or from the last lap."""

    memory_mb: int = field(default_factory=settings.memory_mb)
    clock: Callable[[], float] = time.monotonic
    cold_ms: int = field(default_factory=cold_ms)
    _since: float = field(init=False)
    _marked: float = field(init=False)
    _stages: Counter[Stage] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._since = self._marked = self.clock()

    def lap(self) -> BilledTime:
        """Time spent since the last lap."""
        now = self.clock()
        spent = BilledTime(ms=round((now - self._since) * 1000), memory_mb=self.memory_mb)
        self._since = now
        return spent

    def mark(self, stage: Stage) -> int:
        """Ms since the last mark: they were this stage's."""
        now = self.clock()
        took = round((now - self._marked) * 1000)
        self._stages[stage] += took
        self._marked = now
        return took

    def took(self, read: Sequence[Tile]) -> InvocationTimes:
        """All since it was made. Time under no mark was spent on storing."""
        self.mark("store")
        return InvocationTimes(
            ms=self._stages.total(),
            memory_mb=self.memory_mb,
            cold=self.cold_ms,
            load=self._stages["load"],
            read=self._stages["read"],
            tiles=len(read),
            audio=sum(milliseconds(tile.end - tile.start) for tile in read),
            processor=processor_name(),
        )


def tally(plan: Plan, parts: Sequence[BilledTime], *merging: BilledTime) -> Usage:
    """All of a job; `merging`: after its parts. Zeros where nothing says what was spent."""
    audio_s = plan.samples / SAMPLE_RATE
    transcribe_s = sum(spent.ms for spent in parts) / 1000
    everything = [*parts, *merging, *plan.spent]
    gb_seconds = sum(spent.ms / 1000 * spent.memory_mb / GB for spent in everything)
    price = price_list().aws.lambda_gb_second
    return Usage(
        audio_s=round(audio_s, 3),
        transcribe_s=round(transcribe_s, 3),
        rtf=round(transcribe_s / audio_s, 4) if audio_s else 0.0,
        gb_seconds=round(gb_seconds, 3),
        usd=round(gb_seconds * price.usd, 6),
        prices=price.read,
    )
