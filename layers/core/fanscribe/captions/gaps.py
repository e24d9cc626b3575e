"""Gaps: where speech could not be transcribed."""

from itertools import groupby
from typing import NamedTuple

from fanscribe.ledger import Ledger
from fanscribe.times import clock, milliseconds


class Gap(NamedTuple):
    """Speech from `start` to `end` (ms) that could not be transcribed."""

    start: int
    end: int
    channel: int | None = None

    @property
    def text(self) -> str:
        return f"[missing {clock(self.start)}-{clock(self.end)}]"


def gaps(ledger: Ledger) -> list[Gap]:
    """Runs of failed tiles, channel by channel."""
    runs = (list(run) for _, run in groupby(ledger.tiles, key=lambda tile: (tile.channel, tile.state)))
    return [
        Gap(milliseconds(run[0].start), milliseconds(run[-1].end), run[0].channel) for run in runs if run[0].state == "failed"
    ]
