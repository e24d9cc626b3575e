"""The ledger: for every tile of the recording, whether it was transcribed, is silent, or failed and why. Pure."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from fanscribe.base import Contract
from fanscribe.contracts import Failure, Plan, Reading, SecondLook
from fanscribe.options import ReadingOptions
from fanscribe.times import SAMPLE_RATE, clock, milliseconds

NOTHING = "nothing was stored for it"  # the reason where none is known


class Redone(Contract):
    """By which job, with which model and options, a stretch was transcribed again."""

    job: str
    model: str
    options: ReadingOptions


NOT_REDONE: Mapping[int, Redone] = MappingProxyType({})


class LedgerTile(Contract):
    """One tile's account: [start, end) in samples. A redo's edges cut tiles: what it changed has accounts of its own."""

    tile: int
    channel: int | None = None  # None where the channels were mixed
    start: int
    end: int
    state: Literal["transcribed", "silent", "failed"]
    reason: str | None = None
    second_look: SecondLook | None = None  # where the first reading was not believed
    redone: Redone | None = None  # where it is not as the recording was read at first


class Ledger(Contract):
    """The accounts of all tiles, which partition the recording, each channel of it, to the sample."""

    sample_rate: int = SAMPLE_RATE
    samples: int
    tiles: tuple[LedgerTile, ...]

    @property
    def complete(self) -> bool:
        return all(tile.state != "failed" for tile in self.tiles)

    def missing(self) -> Iterator[str]:
        """Runs of failed tiles as people read them: `0:29-1:58 (BadAudio)`."""
        for (failed, channel, reason), run in groupby(self.tiles, key=lambda t: (t.state == "failed", t.channel, t.reason)):
            if failed:
                tiles = list(run)
                where = "" if channel is None else f" in channel {channel}"
                yield f"{clock(milliseconds(tiles[0].start))}-{clock(milliseconds(tiles[-1].end))}{where} ({reason})"


def settle_ledger(
    plan: Plan, readings: Mapping[int, Reading], failures: Mapping[int, Failure], redone: Mapping[int, Redone] = NOT_REDONE
) -> Ledger:
    """Hold what was planned against what was read, why the rest was not, and who read it again; all by tile."""
    accounts = []
    for tile in plan.tiles:
        state: Literal["transcribed", "silent", "failed"] = (
            "transcribed" if tile.index in readings else "silent" if tile.silent else "failed"
        )
        reason = None
        if state == "failed":
            reason = failures[tile.index].error if tile.index in failures else NOTHING
        channel = tile.channel if plan.options.separate else None
        evidence = readings[tile.index].second_look if tile.index in readings else None
        where = {"tile": tile.index, "channel": channel, "start": tile.start, "end": tile.end}
        accounts.append(LedgerTile(**where, state=state, reason=reason, second_look=evidence, redone=redone.get(tile.index)))
    return Ledger(samples=plan.recording.samples, tiles=tuple(accounts))


def lost_share(plan: Plan, ledger: Ledger) -> float:
    """The share of the recording's detected speech that is in failed tiles, from 0 to 1."""
    lost = sum(tile.spoken for tile, account in zip(plan.tiles, ledger.tiles, strict=True) if account.state == "failed")
    return lost / sum(tile.spoken for tile in plan.tiles) if lost else 0.0
