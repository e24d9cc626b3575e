"""Where each packet of a track belongs: in time by the container's clock, and in the file.

Runs in the decoder's process (decoder.py).
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import av

from fanscribe.audio.file_structure.chunks import are_riff_chunks
from fanscribe.audio.sections import Section
from fanscribe.times import SAMPLE_RATE

COMPARED = 32  # bytes of a packet by which it is found again
MOST_SKIPPED = 1 << 20  # bytes in which it is looked for


_new = tuple.__new__


class Packet(NamedTuple):
    """A packet of a track and its place."""

    number: int  # of the track
    packet: "av.Packet[Any]"
    at: float | None  # samples from the recording's start, by the container's clock
    length: float  # samples, as the container has it
    first: int  # its bytes in the file, [first, last)
    last: int
    own: bool = True  # the section's; before them come those that warm the decoder up
    warned: bool = False  # the demuxer complained before it
    torn: bool = False  # something is lost before it, and its time says how much
    hole: int = 0  # where bytes begin that are no chunk, up to this packet; 0: there are none


def start_s(container: av.container.InputContainer) -> float | None:
    """Say when the earliest stream of a container begins, in seconds by its clock."""
    return None if container.start_time is None else float(container.start_time / av.time_base)


class Places:
    """The places of a container's packets."""

    def __init__(
        self,
        path: Path,
        container: av.container.InputContainer,
        offset: int,
        start: float | None,
        *,
        timed: bool = True,
    ) -> None:
        """`offset` is where in the file the container begins: some files are opened part by part.

        `start` is when the file begins, in seconds by its clock; None: with its first packet. If
        its packets are not `timed`, what FFmpeg says of their times is left out.
        """
        self._offset = offset
        self._timed = timed
        self._known = start is not None
        self._start = (start or 0.0) * SAMPLE_RATE
        self._scales: dict[int, float] = {}  # samples in a unit of a track's timestamps
        self._first = self._last = 0  # some demuxers don't say of each packet where it begins
        self._slipped = 0  # bytes that FFmpeg has skipped and not counted
        self._chunked = container.format.name == "avi"
        self._special = self._chunked or container.format.name == "aac"
        self._file = path.open("rb")  # read beside FFmpeg, which has a file object of its own

    def of(
        self, number: int, packet: "av.Packet[Any]", section: Section | None, warned: bool = False
    ) -> Packet:
        """Place a packet of the track `number`; `warned`: the demuxer complained before it."""
        scale = self._scales.get(number) or self._scale(number, packet)
        pts, hole = packet.pts, 0
        if not self._known:
            self._known, self._start = True, (pts or 0) * scale
        place = packet.pos
        if place is not None and place >= 0:
            place += self._offset + self._slipped
            if self._special:
                first, place, hole = self._begins(packet, place)
            else:
                first = place
            if first > self._first:  # noqa: PLR1730  (a call for each packet)
                self._first = first
            self._last = place + packet.size
        at = pts * scale - self._start if self._timed and pts is not None else None
        own = section is None or self._first >= section.start
        length, first, last = (packet.duration or 0) * scale, self._first, self._last
        # Packet(…) by a shorter way: there are forty of them for a second of sound
        return _new(Packet, (number, packet, at, length, first, last, own, warned, False, hole))

    def begin_later(self, samples: float) -> None:
        """Count from `samples` later."""
        self._start += samples

    def _scale(self, number: int, packet: "av.Packet[Any]") -> float:
        scale = float(packet.time_base or 0) * SAMPLE_RATE
        self._scales[number] = scale
        return scale

    def _begins(self, packet: "av.Packet[Any]", place: int) -> tuple[int, int, int]:
        """Where what a packet accounts for begins, where the packet itself does, and a hole before
        it, or 0.
        """
        if not self._chunked:
            found = self._found(packet, place)
            # FFmpeg skips noise, and says nothing
            return found, found, place if found > place else 0
        if not self._last:
            return place, place, 0
        if self._are_chunks(self._last, place):
            return self._last, place, 0  # what lies between is the picture's
        return place, place, self._last

    def _are_chunks(self, first: int, last: int) -> bool:
        return are_riff_chunks(self._file, first, last)

    def _found(self, packet: "av.Packet[Any]", place: int) -> int:
        """Where a packet really is: FFmpeg does not count the bytes that it skips to find the next
        one.
        """
        begins = bytes(memoryview(packet)[:COMPARED])
        if os.pread(self._file.fileno(), len(begins), place) == begins:
            return place
        ahead = max(0, os.pread(self._file.fileno(), MOST_SKIPPED, place).find(begins))
        self._slipped += ahead
        return place + ahead
