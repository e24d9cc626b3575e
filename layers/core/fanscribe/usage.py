"""What a job has really used. It goes into the execution's output, never into a transcript: that does not depend on the fan-out.

Split's time is in the plan, Transcribe's in the parts, Merge's own is added. Not seen: what Lambda does before the handler
(a cold start's imports), DetectLanguage, and invocations that died before they stored anything.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fanscribe import settings
from fanscribe.contracts import Plan, Spent, Usage
from fanscribe.costs import GB, price_list
from fanscribe.times import SAMPLE_RATE


@dataclass
class Meter:
    """Runs from when it is made, or from the last lap."""

    memory_mb: int = field(default_factory=settings.memory_mb)
    clock: Callable[[], float] = time.monotonic
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def lap(self) -> Spent:
        """What was spent since the last one."""
        now = self.clock()
        spent = Spent(ms=round((now - self._since) * 1000), memory_mb=self.memory_mb)
        self._since = now
        return spent


def tally(plan: Plan, parts: Sequence[Spent], merging: Spent) -> Usage:
    """All of a job. Zeros where nothing says what was spent."""
    audio_s = plan.recording.samples / SAMPLE_RATE
    transcribe_s = sum(spent.ms for spent in parts) / 1000
    everything = [*parts, merging, *([plan.spent] if plan.spent else [])]
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
