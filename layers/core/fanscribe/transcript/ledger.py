"""The ledger: for every tile, whether it was transcribed, is silent, could not be decoded, or
failed and why. Pure.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

from fanscribe.contract import Contract
from fanscribe.documents.job import Failure
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Plan, Span, Tile
from fanscribe.documents.reading import Fallback, Reading
from fanscribe.times import SAMPLE_RATE, clock, milliseconds

NOTHING = "nothing was stored for it"  # the reason where none is known
DAMAGED = "undecodable: the file is damaged there"
# samples; in a shorter stretch that can't be decoded there is no more than a word
LEAST_LOST = SAMPLE_RATE

State = Literal["transcribed", "silent", "failed", "undecodable"]


class Redone(Contract):
    """The job, the model and the options that a stretch was transcribed again with."""

    job: str
    model: str
    options: ReadingOptions

    def without_hints(self) -> "Redone":
        """The same without the words that somebody told the model to expect."""
        options = self.options.model_copy(update={"hotwords": None, "initial_prompt": None})
        return self.model_copy(update={"options": options})


NOT_REDONE: Mapping[int, Redone] = MappingProxyType({})


class LedgerTile(Contract):
    """One tile's account: [start, end) in samples.

    A redo's edges cut tiles: what it changed has accounts of its own.

    So does what could not be decoded. Nobody can say that nothing was said there, so it counts as
    missing, unless it is `brief`: a stretch of less than a second.
    """

    tile: int
    channel: int | None = None  # None where the channels were mixed
    start: int
    end: int
    state: State
    reason: str | None = None
    brief: Literal[True] | None = None
    second_look: Fallback | None = None  # where the first reading was not believed
    redone: Redone | None = None  # where it is not as the recording was read at first

    @property
    def missing(self) -> bool:
        """True if speech is missing there, or may be."""
        return self.state == "failed" or (self.state == "undecodable" and not self.brief)


class Ledger(Contract):
    """The accounts of all tiles. They partition each channel of the recording to the sample."""

    sample_rate: int = SAMPLE_RATE
    samples: int
    tiles: tuple[LedgerTile, ...]

    @property
    def complete(self) -> bool:
        """True if no tile is missing."""
        return not any(tile.missing for tile in self.tiles)

    def without_hints(self) -> "Ledger":
        """The same without the words that somebody told the model to expect in a redo."""
        tiles = (
            tile.model_copy(update={"redone": tile.redone.without_hints()}) if tile.redone else tile
            for tile in self.tiles
        )
        return self.model_copy(update={"tiles": tuple(tiles)})

    def missing(self) -> Iterator[str]:
        """Runs of missing tiles as people read them: `0:29-1:58 (BadAudio)`."""
        for run in self.missing_runs(lambda tile: tile.reason):
            first, last = run[0], run[-1]
            where = "" if first.channel is None else f" in channel {first.channel}"
            span = f"{clock(milliseconds(first.start))}-{clock(milliseconds(last.end))}"
            yield f"{span}{where} ({first.reason})"

    def missing_runs(self, alike: Callable[[LedgerTile], str | None]) -> Iterator[list[LedgerTile]]:
        """Runs of missing tiles of a channel that are alike in something."""
        keyed = groupby(self.tiles, key=lambda tile: (tile.missing, tile.channel, alike(tile)))
        return (list(run) for (missing, *_), run in keyed if missing)


def settle_ledger(
    plan: Plan,
    readings: Mapping[int, Reading],
    failures: Mapping[int, Failure],
    redone: Mapping[int, Redone] = NOT_REDONE,
) -> Ledger:
    """Hold what was planned against what was read, why the rest was not, and who read it again; all
    by tile.
    """
    accounts: list[LedgerTile] = []
    damage = _damage(plan)
    for tile in plan.tiles:
        state: State = (
            "transcribed" if tile.index in readings else "silent" if tile.silent else "failed"
        )
        reason = None
        if state == "failed":
            reason = failures[tile.index].error if tile.index in failures else NOTHING
        account = LedgerTile(
            tile=tile.index,
            channel=tile.channel if plan.options.separate else None,
            start=tile.start,
            end=tile.end,
            state=state,
            reason=reason,
            second_look=readings[tile.index].second_look if tile.index in readings else None,
            redone=redone.get(tile.index),
        )
        accounts += _without_damage(account, damage[tile.index])
    return Ledger(samples=plan.recording.samples, tiles=tuple(accounts))


def _damage(plan: Plan) -> Mapping[int, list[tuple[Span, bool]]]:
    """Stretches that could not be decoded, by tile, each with whether all of it is brief."""
    found = defaultdict[int, list[tuple[Span, bool]]](list)
    tiles = defaultdict[int, list[Tile]](list)
    for tile in plan.tiles:
        tiles[tile.channel].append(tile)
    for lost in plan.undecodable:
        own, brief = tiles[lost.channel], lost.end - lost.start < LEAST_LOST
        first = bisect_right(own, lost.start, key=attrgetter("end"))
        last = bisect_left(own, lost.end, key=attrgetter("start"))
        for tile in own[first:last]:
            span = max(lost.start, tile.start), min(lost.end, tile.end)
            found[tile.index].append((span, brief))
    return found


def _without_damage(account: LedgerTile, damage: list[tuple[Span, bool]]) -> Iterator[LedgerTile]:
    """A tile's account, divided where it could not be decoded.

    The first of its parts tells of its fallback.
    """
    here, evidence = account.start, account.second_look
    for (start, end), brief in damage:
        if here < start:
            yield account.model_copy(update={"start": here, "end": start, "second_look": evidence})
            evidence = None
        lost = {"start": start, "end": end, "state": "undecodable", "reason": DAMAGED}
        yield account.model_copy(
            update=lost | {"brief": True if brief else None, "second_look": None}
        )
        here = end
    if here < account.end or not damage:
        yield account.model_copy(update={"start": here, "second_look": evidence})


def lost_share(plan: Plan, ledger: Ledger) -> float:
    """The share of the recording's speech that is missing, from 0 to 1: what was detected, and what
    may be in damage.
    """
    failed = {account.tile for account in ledger.tiles if account.state == "failed"}
    damaged = sum(
        each.end - each.start
        for each in ledger.tiles
        if each.missing and each.state == "undecodable"
    )
    lost = damaged + sum(tile.spoken for tile in plan.tiles if tile.index in failed)
    return lost / (damaged + sum(tile.spoken for tile in plan.tiles)) if lost else 0.0
