"""Gaps: where speech could not be transcribed."""

from itertools import groupby
from typing import NamedTuple

from fanscribe.times import clock, milliseconds
from fanscribe.transcript.ledger import Ledger, LedgerTile


class Gap(NamedTuple):
    """Speech from `start` to `end` (ms) that could not be transcribed."""

    start: int
    end: int
    channel: int | None = None
    kind: str = "missing"  # or `undecodable`

    @property
    def text(self) -> str:
        return f"[{self.kind} {clock(self.start)}-{clock(self.end)}]"


def gaps(ledger: Ledger) -> list[Gap]:
    """Runs of missing tiles, channel by channel."""
    keyed = groupby(ledger.tiles, key=lambda tile: (tile.channel, tile.state, tile.missing))
    runs = (list(run) for (*_, missing), run in keyed if missing)
    return [Gap(milliseconds(run[0].start), milliseconds(run[-1].end), run[0].channel, _kind(run[0])) for run in runs]


def _kind(tile: LedgerTile) -> str:
    return "undecodable" if tile.state == "undecodable" else "missing"
