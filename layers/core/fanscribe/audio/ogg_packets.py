"""The packets of an Ogg file: run after run (ogg.py), each where its page's time says.

Runs in the decoder's process (decoder.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import av

from fanscribe.audio.ogg import Run, runs
from fanscribe.audio.packet_places import Packet, Places, start_s
from fanscribe.audio.timeline import TOLERANCE
from fanscribe.times import SAMPLE_RATE

if TYPE_CHECKING:
    from fanscribe.audio.demuxer import MediaFile
    from fanscribe.audio.sections import Section

LATE_S = 10.0  # a live stream is joined in its middle: no more than that was lost
MOST_HELD = 255  # packets that end in a page


class OggPackets:
    """Reads a file's packets.

    FFmpeg would go on with a joined file by the first one's decoder, and would put together what is
    left of a packet before lost pages and behind them. So each run is opened by itself.
    """

    def __init__(self, file: MediaFile) -> None:
        self._file = file
        self._start: float | None = None  # of the joined file that is read, in seconds by its clock
        self._streams: dict[int, av.AudioStream] = {}  # by track
        self._reached: dict[int, float] = {}  # where the tracks end so far, in samples
        self._longest: dict[int, float] = {}  # samples of a packet

    def read(self, section: Section | None) -> Iterator[Packet]:
        """Read the packets of the tracks that are taken."""
        file = self._file
        found = runs(file.source((0, file.size)))
        torn: set[int] = set()  # tracks of which something is lost before the next packet
        for file.part, run in enumerate(found):
            if section and run.start >= section.end:
                return
            file.link = run.link
            container = self._opened(run, whole=len(found) == 1)
            if container:
                self._know(run, container)
                if run.torn and not self._joined_late(run):
                    torn |= {
                        n for n, each in self._streams.items() if run.link or each.index == run.of
                    }
                for packet in self._in_place(run, container, section):
                    yield packet._replace(torn=True) if packet.number in torn else packet
                    torn.discard(packet.number)
            file.lost = {number: self._lost(run, number) for number in self._streams}
        file.tail, file.unended = found[-1].tail, not found[-1].ended

    def _opened(self, run: Run, *, whole: bool) -> av.container.InputContainer | None:
        """Open a run, with the headers that it needs. None: its faults cost no other one."""
        if whole:
            return self._file.container
        with self._file.path.open("rb") as file:
            head = os.pread(file.fileno(), run.head_size, run.head[0])
        try:
            return self._file.open(self._file.source((run.start, run.end), head))
        except av.error.FFmpegError:
            self._file.broken = True
            return None

    def _know(self, run: Run, container: av.container.InputContainer) -> None:
        """Know the streams of a run, and when the joined file began that it is of."""
        taken, every = self._file.taken, enumerate(container.streams.audio, 1)
        known = {number: stream for number, stream in every if stream.codec_context}
        if run.link:  # whatever tracks a joined file has, the first one goes on with what is taken
            self._streams = {min(taken): stream for stream in [*known.values()][:1]}
        else:
            self._streams = {number: known[number] for number in known if number in taken}
        if run.first:
            self._reached = {}
            self._start = start_s(container)
            if run.torn and not self._joined_late(run):
                self._start = 0.0

    def _joined_late(self, run: Run) -> bool:
        """Say whether a file begins in the middle of a live stream."""
        if not (run.first and run.torn):
            return False
        ends = [
            self._seconds(run.begins.get(each.index, 0), each) for each in self._streams.values()
        ]
        return max(ends, default=0.0) > LATE_S

    def _in_place(
        self,
        run: Run,
        container: av.container.InputContainer,
        section: Section | None,
    ) -> Iterator[Packet]:
        """Read the packets of a run.

        Where time jumps from a page to the next one, the gap is before the first packet of that
        page (RFC 7845, 4). FFmpeg has it behind the last one. So a page is held back until the next
        packet says where it ends.
        """
        whole = container is self._file.container
        offset = self._file.begin if whole else run.start - run.head_size
        places = Places(self._file.path, container, offset, self._start)
        numbers = {stream.index: number for number, stream in self._streams.items()}
        pages: dict[int, list[Packet]] = {}
        late = self._joined_late(run)
        for found in self._file.of_container(container, numbers, places, section):
            packet = found
            page = pages.setdefault(packet.number, [])
            if page and (packet.first != page[-1].first or len(page) == MOST_HELD):
                if late:
                    late, packet = False, self._with_clock_from(page, packet, places)
                yield from self._moved(page, packet.at)
                longest = self._longest.get(packet.number, 0.0)
                self._longest[packet.number] = max(longest, page[-1].length)
                page.clear()
            if section and packet.first >= section.end:
                return
            page.append(packet)
        for number, page in pages.items():
            if page:
                yield from self._moved(self._without_surplus(page), self._end(run, number))

    def _with_clock_from(self, page: list[Packet], packet: Packet, places: Places) -> Packet:
        """Let the clock begin with the first page. In FLAC, FFmpeg's begins at 0, and jumps."""
        jump = (packet.at or 0.0) - (page[-1].at or 0.0) - page[-1].length
        if jump <= TOLERANCE:
            return packet
        places.begin_later(jump)
        self._start = (self._start or 0.0) + jump / SAMPLE_RATE
        return packet._replace(at=(packet.at or 0.0) - jump)

    def _moved(self, page: list[Packet], end: float | None) -> Iterator[Packet]:
        """Hand out the packets of a page, so that they end there."""
        last = page[-1]
        reached = None if last.at is None or not last.length else last.at + last.length
        if end is None or (reached is not None and end - reached <= TOLERANCE):
            self._reached[last.number] = reached or self._reached.get(last.number, 0.0)
            yield from page
            return
        at = end - sum(packet.length for packet in page)
        self._reached[last.number] = end
        for packet in page:
            yield packet._replace(at=at)
            at += packet.length

    def _without_surplus(self, page: list[Packet]) -> list[Packet]:
        """Let the last packet be no longer than others: FFmpeg counts what is lost before it in."""
        last = page[-1]
        longest = self._longest.get(last.number, last.length)
        return [*page[:-1], last._replace(length=min(last.length, longest))]

    def _end(self, run: Run, number: int) -> float | None:
        """Say when a track's last page in a run ends, in samples."""
        return self._samples(run.ends.get(self._streams[number].index), number)

    def _lost(self, run: Run, number: int) -> float:
        """Say how much of a track lacks at the end of a run, in samples."""
        ends = [each.get(self._streams[number].index, 0) for each in (run.ends, run.lost)]
        end = self._samples(max(ends), number) or 0.0
        lost = end - self._reached.get(number, 0.0)
        return lost if lost > TOLERANCE else 0.0

    def _samples(self, units: int | None, number: int) -> float | None:
        """Turn a stream's time into samples since its file began."""
        if units is None:
            return None
        seconds = self._seconds(units, self._streams[number])
        return (seconds - (self._start or 0.0)) * SAMPLE_RATE

    def _seconds(self, units: int, stream: av.AudioStream) -> float:
        return units * float(stream.time_base or 0)
