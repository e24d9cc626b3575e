"""Where decoded sound belongs on the file's own clock. Pure.

A container says when each packet is to be played. Players keep to that, so a transcript that is to
fit its video must too: sound that starts late begins with silence, and where packets are missing
there is silence of their length. A stretch that can't be decoded is reported, not closed up.

Timestamps are not always right, so the clock is followed with care:

- A jump counts once CONFIRMED of sound follows it that is as far ahead, or further: one wrong
  timestamp moves nothing, and where silence is not sent (Opus and AMR leave it out, and send a
  packet now and then) each packet has its place.
- A step back is an overlap, which is cut off, or a new beginning of the clock (joined files), which
  goes on where the old one ended.
- A jump past the end that the container names, or past the longest recording that is allowed, is
  not believed: from there on samples are counted.
- Some files have no timestamps of their own (`counted`: raw mp3, aac, ac3, amr, avi). FFmpeg counts
  their packets, so what is lost in them can only be measured in bytes.

All positions are samples at 16 kHz from the container's earliest start.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from fanscribe.times import SAMPLE_RATE, SAMPLES_PER_MS

# Matroska and FLV round to 1 ms, browsers stamp packets when they come
TOLERANCE = 30 * SAMPLES_PER_MS
CONFIRMED = 200 * SAMPLES_PER_MS  # of sound that has to agree with a jump, or to follow damage
LONGEST_OVERLAP = 10 * SAMPLE_RATE  # a step back by more is a new beginning
NEW_BEGINNING = 2 * SAMPLE_RATE  # and so is one that leads this close to where the clock began
LONGEST_UNSEEN = 60 * SAMPLE_RATE  # a damaged packet may have a damaged timestamp, too
AHEAD = 10 * SAMPLE_RATE  # a gap this soon after the demuxer complained is damage: it reads ahead,
AT_ONCE = SAMPLE_RATE  # and so is one this soon after the decoder did
MEASURED = SAMPLE_RATE  # of sound, before bytes can be turned into time
MISCOUNTED = 100 * SAMPLES_PER_MS  # packets are counted unless their bytes say this much else
LEAST_SHARE = 4  # right after damage, a packet of less than this part of the usual size is noise

Item = TypeVar("Item")


class Placed(NamedTuple, Generic[Item]):
    """An item and where it goes; None: right after the one before."""

    item: Item
    at: int | None


class Arrival(NamedTuple, Generic[Item]):
    """A decoded item: when the container plays it (None: it does not say), how long, and its bytes
    in the file.
    """

    at: float | None
    length: float
    item: Item
    first: int = 0
    last: int = 0


def _no_tags(_first: int, _last: int) -> int:
    return 0


def _whole(_first: int, _last: int) -> bool:
    return False


@dataclass
class Timeline(Generic[Item]):
    """Feed it what was decoded and what could not be, in order.

    Each item comes out once, with its place.
    """

    limit: float  # no recording may be longer
    end: float | None = None  # as the container's header names it; timestamps beyond are wrong
    counted: bool = False  # no timestamps in the file: damage is measured in bytes
    foreign: Callable[[int, int], int] = _no_tags  # bytes of tags between two places in the file
    torn: Callable[[int, int], bool] = _whole  # whether the file is broken between two packets
    position: float = 0  # where what comes next belongs
    undecodable: list[tuple[int, int]] = field(default_factory=list)
    overlapped: float = 0  # samples that were cut off, as they were there already
    miscounted: float = 0  # samples that unbelievable jumps would have added

    _offset: float = 0  # from the container's clock to the recording's
    _began: float | None = None  # the container's clock at the first sound
    _waiting: list[Arrival[Item]] = field(default_factory=list)
    # packets in it, in samples as they are counted; None: no damage is open
    _damage: float | None = None
    _damaged_to: float = 0  # where the last damaged packet ends by the container's clock
    _damaged_bytes: int = 0  # where the last damaged packet ends in the file
    _read_from: int = 0  # where the last good packet begins in the file
    _read_to: int = 0  # where the last good packet ends in the file
    _good: float = 0  # samples of good packets
    _good_bytes: int = 0
    _smallest: float = math.inf  # bytes of a good packet
    _largest: float = 0
    _warned_to: float = -math.inf  # gaps up to here are damage

    def continues(self, at: float | None, length: float, first: int, last: int) -> bool:
        """Say whether an item goes right after the one before, and count it if so.

        The usual case, in one step.
        """
        if self._waiting or self._damage is not None or self._began is None:
            return False
        if at is not None and not -TOLERANCE <= at + self._offset - self.position <= TOLERANCE:
            return False
        self._count(length, first, last)
        return True

    def sound(self, arrival: Arrival[Item]) -> Iterator[Placed[Item]]:
        """Place a decoded item, at once or when it is clear where."""
        if self._began is None:
            self._began = arrival.at or 0.0
        if self.continues(arrival.at, arrival.length, arrival.first, arrival.last):
            yield Placed(arrival.item, None)
            return
        self._waiting.append(arrival)
        while self._is_settled():
            yield from self._settle_first()

    def damage(self, at: float | None, length: float, last: int) -> Iterator[Placed[Item]]:
        """Note a packet that can't be decoded; in the file it ends at `last`.

        Sound decoded between two of them, for a moment, is noise too.
        """
        if self._damage is None:
            yield from self._settle()
            self._damage = 0
            self._damaged_to = self.position
        self._damage += sum(arrival.length for arrival in self._waiting) + length
        self._waiting.clear()
        if at is None or at + self._offset + length <= self.position:  # its time has passed
            self._damaged_to = min(self._damaged_to + length, max(self.limit, self.position))
        elif at + self._offset <= self._damaged_to + length + LONGEST_UNSEEN:
            self._damaged_to = max(self._damaged_to, at + self._offset + length)
        self._damaged_bytes = max(self._damaged_bytes, last)

    def begin_anew(self, lost: float) -> Iterator[Placed[Item]]:
        """Go over to a joined file: its clock begins where the one before ended, `lost` samples
        later.
        """
        yield from self._settle()
        if lost or self._damage is not None:
            yield from self.damage(None, lost, self._damaged_bytes)
            yield from self.finish()
        self._offset = self.position

    def warn(self, within: float = AHEAD) -> None:
        """Note that FFmpeg complained: a gap that follows `within` so few samples is damage, not
        silence.
        """
        self._warned_to = max(self._warned_to, self.position + within)

    def finish(self) -> Iterator[Placed[Item]]:
        """Place what still waits, and close what is damaged to the end."""
        yield from self._settle()
        if self._damage is not None:
            self._lose(
                max(
                    0.0, self._damaged_length(self._damaged_bytes, self._damaged_to - self.position)
                )
            )

    @property
    def bytes_a_sample(self) -> float:
        """Bytes of the file for each sample that could be decoded; 0: not known yet."""
        return self._good_bytes / self._good if self._good >= MEASURED else 0.0

    def _off(self, arrival: Arrival[Item], place: float) -> float:
        """How far the container's clock is ahead of a place."""
        return 0.0 if arrival.at is None else arrival.at + self._offset - place

    def _is_settled(self) -> bool:
        """True if it is clear where the first that waits begins."""
        length = sum(arrival.length for arrival in self._waiting)
        if length < CONFIRMED:
            return False
        if self._damage is None or not self.counted or length >= 5 * CONFIRMED:
            return True
        sizes = sorted(arrival.last - arrival.first for arrival in self._waiting)
        return self._is_plausible(sizes[len(sizes) // 2], length / len(sizes))

    def _is_plausible(self, size: int, length: float) -> bool:
        if self._good < MEASURED or not self._good_bytes:
            return True
        return size * LEAST_SHARE >= length * self._good_bytes / self._good

    def _settle(self) -> Iterator[Placed[Item]]:
        """Decide where all that waits belongs: nothing more comes that could tell."""
        while self._waiting:
            yield from self._settle_first()

    def _settle_first(self) -> Iterator[Placed[Item]]:
        """Decide where the first that waits begins, and place what goes on from there."""
        if self._damage is not None and self.counted:
            self._drop_noise()
        off = self._shift()
        if self._damage is not None:
            self._lose(max(0.0, self._damaged_length(self._waiting[0].first, off)))
            off = 0.0 if self.counted else min(off, 0.0)
        if off > 0 and (self.position <= self._warned_to or self._is_torn()):
            self.undecodable.append((round(self.position), round(self.position + off)))
        self.overlapped -= min(off, 0.0)
        self.position += off
        at: int | None = round(self.position)
        count = self._going_on()
        placed, self._waiting = self._waiting[:count], self._waiting[count:]
        for arrival in placed:
            self._count(arrival.length, arrival.first, arrival.last)
            yield Placed(arrival.item, at)
            at = None

    def _going_on(self) -> int:
        """Count those that wait and follow the first without a jump."""
        place = self.position
        for count, arrival in enumerate(self._waiting):
            if count and abs(self._off(arrival, place)) > TOLERANCE:
                return count
            place += arrival.length
        return len(self._waiting)

    def _is_torn(self) -> bool:
        """True if the file is broken between the last packet and the one that waits."""
        first = self._waiting[0].first
        return 0 < self._read_from < first and self.torn(self._read_from, first)

    def _drop_noise(self) -> None:
        """Leave out what came before the last packet that is too small to be one."""
        if self._good < MEASURED:
            return
        small = [
            i
            for i, each in enumerate(self._waiting)
            if not self._is_plausible(each.last - each.first, each.length)
        ]
        if small and len(self._waiting) - small[-1] > 1:
            dropped = self._waiting[: small[-1] + 1]
            self._damage = (self._damage or 0) + sum(arrival.length for arrival in dropped)
            self._damaged_bytes = max(self._damaged_bytes, dropped[-1].last)
            del self._waiting[: small[-1] + 1]

    def _shift(self) -> float:
        """How far what waits is from where it would come: 0, a gap, or an overlap (below 0).

        Moves the clock for the rest.
        """
        place, offs = self.position, []
        for arrival in self._waiting:
            if arrival.at is not None:
                offs.append(self._off(arrival, place))
            place += arrival.length
        off = min(offs, key=abs, default=0.0)
        if abs(off) <= TOLERANCE:
            return max(off, 0.0) if self._damage is not None else 0.0
        target = self.position + off
        if off > 0:
            clock = target - self._offset  # as the container has it
            if target <= self.limit and (self.end is None or clock <= self.end + SAMPLE_RATE):
                return off
            self.miscounted += off
        elif -off <= LONGEST_OVERLAP and target - self._offset > (self._began or 0) + NEW_BEGINNING:
            return off
        self._offset -= off
        return 0.0

    def _damaged_length(self, last: int, off: float) -> float:
        """Samples of the damage that is open, which the container's clock says is `off` and which
        ends at the byte `last`.
        """
        counted = self._damage or 0.0
        if not self.counted:
            return (
                off
                if off > 0
                else counted
                if self._waiting and self._waiting[0].at is None
                else 0.0
            )
        if self._good < MEASURED or not self._good_bytes:
            return counted
        foreign = self.foreign(self._read_to, last)
        lost = last - self._read_to - foreign
        measured = lost * self._good / self._good_bytes
        if foreign and lost <= 2 * self._largest:
            # two files were joined: tags, and a frame that holds the second one's length
            return 0.0
        # a constant rate is exact
        doubt = 0 if self._largest <= 1.1 * self._smallest else counted / 2
        wrong = abs(measured - counted) > max(MISCOUNTED, doubt)
        return min(measured, self.limit - self.position) if wrong else counted

    def _lose(self, length: float) -> None:
        """Close the damage that is open: it lasts so long."""
        if self.counted and self._waiting and self._waiting[0].at is not None:
            self._offset = self.position + length - self._waiting[0].at
        if length >= 1:
            self.undecodable.append((round(self.position), round(self.position + length)))
        self.position += length
        self._damage = None

    def _count(self, length: float, first: int, last: int) -> None:
        """Note a good packet, which goes where the position is."""
        self._good += length
        self.position += length
        if (size := last - first) > 0:
            self._good_bytes += size
            self._read_from, self._read_to = first, last
            if not self._smallest <= size <= self._largest:
                self._smallest, self._largest = min(self._smallest, size), max(self._largest, size)
