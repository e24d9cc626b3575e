"""One track of a media file as 16 kHz samples: decoded, placed on the file's clock, mixed,
resampled.

Runs in the decoder's process (decoder.py), which sends on what comes out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import av

from fanscribe.audio.demuxer import ENDS_EARLY, MOST_PROMISED, SOUND_TO_THE_END, MediaFile, Refused
from fanscribe.audio.packet_places import Packet
from fanscribe.audio.resampling import ALL_OF_IT, Buffer, Kind, Samples, Waiting, kind_of
from fanscribe.audio.sections import Section
from fanscribe.audio.timeline import AHEAD, AT_ONCE, Arrival, Placed, Timeline
from fanscribe.times import SAMPLE_RATE, SAMPLES_PER_MS

if TYPE_CHECKING:
    from fanscribe.audio.downmix import DownmixMeter

MEASURED_TRACKS = 8  # beside the one that is taken: decoding more is not worth what it tells
NOT_AMR = 0x83  # bits that are 0 in the first byte of every frame (RFC 4867, 5.3); FFmpeg takes any
# by which a duration differs from the timestamps in Matroska and FLV
ROUNDED = 1.5 * SAMPLES_PER_MS
# rounded times; the longest frames of AAC
PADDING = range(2 * SAMPLES_PER_MS, 256 * SAMPLES_PER_MS)
# FFmpeg's own decoders fail where nobody speaks and a pause is described in a few bytes (DTX)
WITH_PAUSES = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
CHECKED = {"ape", "flac", "tta", "wavpack"}  # FFmpeg checks their sums if asked

Decoded = tuple[av.AudioFrame, bool]  # with whether it is the section's own


class Trim(NamedTuple):
    """Samples at the end that are an encoder's padding."""

    samples: int


@dataclass
class TrackDecoder:
    """Decodes a track. Read `sound` to its end, then ask what was found."""

    file: MediaFile
    number: int  # of the track that is taken, from 1
    timeline: Timeline[Decoded | None]  # None: another section's, which is not decoded
    section: Section | None = None
    ends: bool = True  # where it is decoded to is the recording's end
    separate: bool = False
    downmix: str | None = None
    alone: bool = False  # other tracks are not measured
    has_sound: bool = False  # some sound was decoded
    start: int | None = None  # where the section's own sound begins, by the container's clock
    meters: dict[int, DownmixMeter] = field(default_factory=dict)  # by track
    read: int = 0  # packets of the track
    # samples of the last frame that are behind the end of its packet, where there is one
    padding: float = 0.0

    def __post_init__(self) -> None:
        context = self._context(self.number)
        self._others: dict[int, Waiting] = {}  # by track
        self._decoding = _decoder_of(context)  # of the container that is read
        self._complaints = self.file.complaints
        self._amr = self.file.format == "amr"
        self._padded = self.file.ends() is not None
        # 0: it varies
        self._frame = context.frame_size * SAMPLE_RATE / (context.sample_rate or SAMPLE_RATE)
        # the last packet of the sections before, not yet placed
        self._skimmed: Packet | None = None
        self._reached = 0.0  # where the sound of the sections before ends
        self.separate = self.separate and context.channels > 0  # else nobody knows how many
        self.kept = context.layout.nb_channels if self.separate else 1
        numbers = {self.number}
        others = [
            track for track in self.file.tracks if track.number != self.number and track.codec
        ]
        if not self.alone:
            numbers |= {track.number for track in others[:MEASURED_TRACKS]}
        self.file.take(numbers)
        if self.alone or len(numbers) > 1 or (context.channels > 1 and not self.separate):
            from fanscribe.audio.downmix import DownmixMeter  # noqa: PLC0415  (numpy: 0.1 s)

            self.meters = {number: DownmixMeter() for number in sorted(numbers)}
            for number in numbers - {self.number}:
                self._others[number] = Waiting(self.meters[number], most=ALL_OF_IT)
        _prepare(self._decoding)
        for number in numbers - {self.number}:
            _prepare(self._context(number))

    def _context(self, number: int) -> av.AudioCodecContext:
        context = self.file.streams[number - 1].codec_context
        if context is None:
            raise Refused("can't be read: FFmpeg does not know the codec of its sound.")
        return context

    # ── From packets to frames, each with its place ──────────────────────────────────────────────

    def placed(self) -> Iterator[tuple[Decoded | None, int | None]]:
        """Decode, and place what is the section's own; what comes before it has no place."""
        last: Packet | None = None
        file, continues = self.file, self.timeline.continues
        part, link = file.part, file.link
        for packet in file.packets(self.section):
            number, _, _, _, first, end, own, warned, torn, hole = packet
            if number != self.number:
                self._measure_other(packet)
                continue
            self.read += 1
            if file.part != part:
                yield from self._begin_part(packet, last, joined=file.link != link)
                part, link = file.part, file.link
            if not own:
                yield from self._warm_up(packet)
                continue
            if self._skimmed:
                self._skim(packet)
                self._skimmed = None
            last = packet
            frames, failed = self._frames(packet)
            if len(frames) != 1 or failed or warned or torn or hole:
                yield from self._arrived(frames, packet, failed=failed)
                continue
            at, length = self._times(frames[0], packet)
            if continues(at, length, first, end):
                yield (frames[0], True), None
            else:
                yield from self.timeline.sound(Arrival(at, length, (frames[0], True), first, end))
        if last:
            yield from self._drained()
            if self.ends:
                yield from self._left_over(last.last)
        self._skim(None)
        yield from self.timeline.finish()

    def _begin_part(
        self,
        packet: Packet,
        last: Packet | None,
        *,
        joined: bool,
    ) -> Iterator[Placed[Decoded | None]]:
        """Go over to the next container of the file, which has a decoder of its own.

        That of a joined file has a clock of its own, too.
        """
        if joined and self._skimmed:
            self._skim(None)
        if last:
            yield from self._drained()
        if joined:
            yield from self.timeline.begin_anew(self.file.lost.get(self.number, 0.0))
        self._decoding = packet.packet.stream.codec_context
        _prepare(self._decoding)

    def _warm_up(self, packet: Packet) -> Iterator[tuple[Decoded, int | None]]:
        """Follow the clock of what is another section's, and decode the end of it."""
        self._skim(packet)
        if self.section and packet.first >= self.section.warm:
            for frame in self._frames(packet)[0]:
                yield (frame, False), None

    def _skim(self, following: Packet | None) -> None:
        """Place the packet before: for as long as a frame lasts, or until the packet that follows.

        Containers round durations, and that would add up.
        """
        packet, self._skimmed = self._skimmed, following
        if packet is None:
            return
        at, length, span = packet.at, packet.length, (packet.first, packet.last)
        if packet.packet.is_discard:
            length = 0.0
        elif abs(self._frame - length) <= ROUNDED:
            length = self._frame
        elif at is not None and following and following.at is not None:
            lasted = following.at - at
            length = lasted if abs(lasted - length) <= ROUNDED else length
        if at is not None and at < 0:  # an encoder's delay, which is cut off
            at, length = 0.0, max(0.0, at + length)
        if length and not self.timeline.continues(at, length, *span):
            for _ in self.timeline.sound(Arrival(at, length, None, *span)):
                pass
        self._reached = max(self._reached, self.timeline.position)

    def _arrived(
        self, frames: list[av.AudioFrame], packet: Packet, *, failed: bool
    ) -> Iterator[Placed[Decoded | None]]:
        """Place what came of a packet in which, or before which, something is wrong."""
        if packet.warned:
            self.timeline.warn(AHEAD)
        if packet.torn:
            length = 0.0 if frames else packet.length
            yield from self.timeline.damage(packet.at, length, packet.first)
        if packet.hole:
            yield from self.timeline.damage(None, 0, packet.first)
        if failed:
            yield from self.timeline.damage(packet.at, packet.length, packet.last)
        first = packet.first
        for frame in frames:
            at, length = self._times(frame, packet)
            yield from self.timeline.sound(Arrival(at, length, (frame, True), first, packet.last))
            first = packet.last

    def _times(self, frame: av.AudioFrame, packet: Packet) -> tuple[float | None, float]:
        """When the container plays a frame, and how long.

        A decoder moves it where it cuts off an encoder's delay.
        """
        at, length = packet.at, frame.samples * SAMPLE_RATE / frame.sample_rate
        if at is None:
            return None, length
        pts, before = frame.pts, packet.packet.pts
        if pts != before and pts is not None and before is not None:
            at += (pts - before) * self._scale(frame, packet)
        if self._padded and packet.length:
            self.padding = at + length - (packet.at or 0) - packet.length
        return at, length

    def _scale(self, frame: av.AudioFrame, packet: Packet) -> float:
        """Samples in a unit of a frame's timestamps."""
        return float(frame.time_base or packet.packet.time_base or 0) * SAMPLE_RATE

    def _frames(self, packet: Packet) -> tuple[list[av.AudioFrame], bool]:
        """Decode a packet; True: something in it can't be."""
        if self._amr and not _is_amr(bytes(packet.packet)):
            return [], True
        complaints = self._complaints.count
        frames = _decode(self._decoding, packet.packet)
        complained = self._complaints.count > complaints
        if complained:
            self.timeline.warn(AT_ONCE)
        if frames is None:
            return [], True
        if len(frames) == 1 and not frames[0].is_corrupt:
            return frames, False
        good = [frame for frame in frames if not frame.is_corrupt]
        return good, (complained and not frames) or len(good) < len(frames)

    def _drained(self) -> Iterator[Placed[Decoded | None]]:
        """Take what the decoder still holds."""
        good = [frame for frame in _decode(self._decoding, None) or [] if not frame.is_corrupt]
        for frame in good:
            self.padding = 0
            length = frame.samples * SAMPLE_RATE / frame.sample_rate
            yield from self.timeline.sound(Arrival(None, length, (frame, True)))

    def _left_over(self, read_to: int) -> Iterator[Placed[Decoded | None]]:
        """Note what is lost behind the last packet, and the bytes of a file that is nothing but
        sound.
        """
        if lost := self._lost_at_end():
            yield from self.timeline.damage(None, lost, self.file.size)
        left = self.file.size - read_to
        if (
            self.file.format in SOUND_TO_THE_END
            and left - self.file.foreign(read_to, self.file.size) > 0
        ):
            yield from self.timeline.damage(None, 0, self.file.size)

    def _lost_at_end(self) -> float:
        """Samples that the file's pages show as lost, or else as many as its bytes hold."""
        if lost := self.file.lost.get(self.number, 0.0):
            return lost
        rate = self.timeline.bytes_a_sample
        return self.file.tail / rate if rate else 0.0

    def _measure_other(self, packet: Packet) -> None:
        """Measure a track that is not taken."""
        if not packet.own:
            return
        for frame in _decode(packet.packet.stream.codec_context, packet.packet) or []:
            self._others[packet.number].add(frame, None)

    # ── From frames to samples ───────────────────────────────────────────────────────────────────

    def sound(self) -> Iterator[Kind | Trim | Buffer]:
        """Yield the samples, int16 interleaved; before them and where it changes their kind; what
        to trim at last.
        """
        apart = self._context(self.number).layout if self.separate else None
        output = Samples(apart, self.downmix, self.meters.get(self.number))
        kind: Kind | None = None
        for (frame, own), place in self._own():
            at = place
            if own and not self.has_sound:
                self.has_sound, at = True, self._first_place(frame, place)
                self.start = output.position = self._own_start(at)
            new = kind is None or not kind.fits(frame, own)
            if new or at is not None:
                yield from output.drain()
            if new:
                kind = kind_of(frame, own=own)
                yield kind
                output.begin(kind)
            if own and at is not None:
                yield from output.go_to(at)
            if output.takes(frame):
                yield from output.resampled()
        yield from output.drain()
        for waiting in self._others.values():
            waiting.measure()
        if kind:
            yield from self._ending(output)
        elif self.start is None:
            self.start = round(self.timeline.position) if self.section else 0

    def _ending(self, output: Samples) -> Iterator[Trim | Buffer]:
        """Fill up to where the recording ends, or say what is behind it."""
        if self.start is None:
            self.start = output.position = round(self.timeline.position) if self.section else 0
        end = self._end(output.position)
        if end > output.position:
            yield from output.go_to(end)
        elif self.ends and (padding := round(self._padding(output.position))) in PADDING:
            yield Trim(padding)

    def _padding(self, position: int) -> float:
        """Samples behind the end that the container names: an encoder fills its last frame up."""
        end = self.file.track_end(self.number)
        return position - end if end else self.padding

    def _own(self) -> Iterator[tuple[Decoded, int | None]]:
        """Placed sound without that of another section, whose place was open when this one
        began.
        """
        return cast("Iterator[tuple[Decoded, int | None]]", filter(itemgetter(0), self.placed()))

    def _first_place(self, frame: av.AudioFrame, at: int | None) -> int:
        """Where the first frame that is the section's own goes."""
        length = frame.samples * SAMPLE_RATE / frame.sample_rate
        return round(self.timeline.position - length) if at is None else at

    def _own_start(self, at: int) -> int:
        """Where the own sound begins; a whole recording begins at 0, whatever comes first."""
        if self.section is None or self.section.start == 0:
            return 0
        damaged = self.timeline.undecodable
        if damaged and damaged[-1][1] == at:
            return damaged[-1][0]
        return max(at, round(self._reached))  # what the section before has is not repeated

    def _end(self, position: int) -> int:
        """Where the recording ends: behind what is damaged, and where its header or index says."""
        end = max(position, max((last for _, last in self.timeline.undecodable), default=0))
        if not self.ends or not self.has_sound:
            return end
        promised = (
            self.file.promised(self.number, self.read, end, self.timeline.bytes_a_sample) or 0
        )
        there = end - (self.start or 0)
        believed = promised <= min(self.timeline.limit, MOST_PROMISED * max(there, 1))
        if promised - end > ENDS_EARLY and believed:
            self.timeline.undecodable.append((end, promised))
            return promised
        return end


def _decoder_of(context: av.AudioCodecContext) -> av.AudioCodecContext:
    """Give the decoder to take for a stream: its own, or one that can do more."""
    name = WITH_PAUSES.get(context.name)
    return cast("av.AudioCodecContext", av.CodecContext.create(name, "r")) if name else context


def _is_amr(packet: bytes) -> bool:
    """Say whether a packet may be a frame; one of zeros is space that a recorder set aside."""
    return not packet[0] & NOT_AMR and any(packet)


def _decode(
    context: av.AudioCodecContext,
    packet: av.Packet[Any] | None,
) -> list[av.AudioFrame] | None:
    """Decode a packet of the context's stream; None drains it. Gives None for what can't be."""
    try:
        return context.decode(packet)
    except MemoryError:
        raise
    except av.error.FFmpegError:
        context.flush_buffers()  # noise in an E-AC-3 frame spoils all that follow
        return None


def _prepare(context: av.AudioCodecContext) -> None:
    # audio gains nothing from threads, and with one each packet is a frame
    context.thread_count = 1
    if context.name in CHECKED:
        context.options = {"err_detect": "crccheck+explode"}
