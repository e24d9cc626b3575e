"""The ledger: for every tile of the recording, whether it was transcribed, is silent, or failed and why. Pure."""

from collections.abc import Container, Iterator, Mapping
from itertools import groupby
from typing import Literal

from fanscribe.base import Contract
from fanscribe.contracts import Failure, Plan
from fanscribe.times import SAMPLE_RATE, clock, milliseconds


class LedgerTile(Contract):
    """One tile's account: [start, end) in samples."""

    tile: int
    start: int
    end: int
    state: Literal["transcribed", "silent", "failed"]
    reason: str | None = None


class Ledger(Contract):
    """The accounts of all tiles, which partition the recording to the sample."""

    sample_rate: int = SAMPLE_RATE
    samples: int
    tiles: tuple[LedgerTile, ...]

    @property
    def complete(self) -> bool:
        return all(tile.state != "failed" for tile in self.tiles)

    def missing(self) -> Iterator[str]:
        """Runs of failed tiles as people read them: `0:29-1:58 (BadAudio)`."""
        for (failed, reason), run in groupby(self.tiles, key=lambda tile: (tile.state == "failed", tile.reason)):
            if failed:
                tiles = list(run)
                yield f"{clock(milliseconds(tiles[0].start))}-{clock(milliseconds(tiles[-1].end))} ({reason})"


def settle_ledger(plan: Plan, read: Container[int], failures: Mapping[int, Failure]) -> Ledger:
    """Hold what was planned against what was `read` (tiles with a reading) and why others were not (`failures`, by tile)."""
    accounts = []
    for tile in plan.tiles:
        state: Literal["transcribed", "silent", "failed"] = (
            "silent" if tile.silent else "transcribed" if tile.index in read else "failed"
        )
        reason = None
        if state == "failed":
            reason = failures[tile.index].error if tile.index in failures else "nothing was stored for it"
        accounts.append(LedgerTile(tile=tile.index, start=tile.start, end=tile.end, state=state, reason=reason))
    return Ledger(samples=plan.recording.samples, tiles=tuple(accounts))
