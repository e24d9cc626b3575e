"""Gaps: where speech could not be transcribed."""

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
        """The cue's text, such as `[missing 0:10-0:20]`."""
        return f"[{self.kind} {clock(self.start)}-{clock(self.end)}]"


def gaps(ledger: Ledger) -> list[Gap]:
    """Runs of missing tiles, channel by channel."""
    return [
        Gap(milliseconds(run[0].start), milliseconds(run[-1].end), run[0].channel, _kind(run[0]))
        for run in ledger.missing_runs(lambda tile: tile.state)
    ]


def _kind(tile: LedgerTile) -> str:
    return "undecodable" if tile.state == "undecodable" else "missing"
