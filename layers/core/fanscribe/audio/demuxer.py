"""A media file as FFmpeg's demuxers have it: its sound tracks, and the packets of one, each with
its place.

Runs in the decoder's process (decoder.py). FFmpeg opens nothing by itself: it reads from one file
object.
"""

import errno
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import av
from av.stream import Discard, Disposition

from fanscribe.audio.between_packets import filler_from, foreign_bytes, is_whole
from fanscribe.audio.file_structure.structure import Structure
from fanscribe.audio.ogg_packets import OggPackets
from fanscribe.audio.packet_places import Packet, Places, start_s
from fanscribe.audio.sections import Section
from fanscribe.documents.track import Track
from fanscribe.times import SAMPLE_RATE

# Formats that FFmpeg may recognise. Not here: playlists, concat scripts, image sequences, anything
# that opens other files.
DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dss,dts,eac3,flac,flv,gsm,ircam,loas,m4v,matroska,"
    "webm,mov,mp4,m4a,3gp,3g2,mp3,mpeg,mpegts,mxf,nistsphere,ogg,opus,rm,sox,tta,voc,w64,wav,wv"
)
MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
# their header or index counts the samples
COUNTING = {"aiff", "ape", "caf", "flac", MP4, "mxf", "rm", "tta", "w64", "wav", "wv"}
# what is read of their structure says what lacks; FFmpeg reckons with all bytes of a CAF, and with
# 24 of the 32 bits in which some recorders put a sample
MEASURED = {"caf", "w64", "wav"}
LASTING = {"asf", "flv", "matroska,webm", MP4, "rm"}  # their header says when they end
# FFmpeg counts their packets
COUNTED = {"aac", "ac3", "amr", "avi", "dts", "eac3", "gsm", "loas", "mp3", "voc"}
UNTIMED = COUNTED - {"avi"}  # and counts wrong from where their rate changes
ENDLESS = UNTIMED - {"voc"}  # frame after frame, and nothing says how many
SOUND_TO_THE_END = UNTIMED - {"mp3"}  # no index and no tags behind the sound
LEAST_BYTES_A_SECOND = 50  # digital silence in flac; a header that claims more is not believed
MOST_PROMISED = 50  # times what there is; a header that promises more is wrong
ENDS_EARLY = SAMPLE_RATE // 4  # samples that may lack: an encoder's delay, a last frame
A_FRAME = 4096  # bytes, of mp3 at most
LEAST_FILLER = 1 << 14  # bytes at a file's end that are alike; no frame of sound is as long
LONGEST_TITLE = 80  # characters of a track's; it is whatever somebody wrote there
LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
# Tags may be in any encoding. PyAV 19, for Python 3.12 and later, never fails on them; 18 does
# unless it is asked not to.
LENIENT: dict[str, Any] = (
    {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "replace"}
)
# How far sound is looked for where FFmpeg's first look, at 5 MB, found none: bytes, which it keeps
# in memory, and microseconds
FAR = {"probesize": "64000000", "analyzeduration": "300000000"}
BEAT_S = 0.5  # between two signs of progress, at least


class Refused(Exception):
    """Why a recording can't be decoded: the rest of a sentence that begins with its name."""


class MediaBytes:
    """The recording, or a span of its bytes, as a file object that tells of its progress."""

    def __init__(
        self,
        path: Path,
        progress: Callable[[], None],
        span: tuple[int, int] | None = None,
        head: bytes = b"",
        *,
        beat_s: float = BEAT_S,
    ) -> None:
        """`head` comes before the bytes."""
        self._file = path.open("rb", buffering=0)
        self._head, self._place = head, 0
        self._start, self._end = span or (0, path.stat().st_size)
        self._size = len(head) + self._end - self._start
        self._progress = progress
        self._furthest = 0
        self._beat_s, self._beat = beat_s, time.monotonic()
        self.close = self._file.close

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to a place. Raises OSError before the beginning, as a file does."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence & 3]
        if base + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        """The place of the next byte, `head` included."""
        return self._place

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes, and report progress where no earlier read came so far."""
        if self._place < len(self._head):
            data = self._head[self._place : self._place + size]
        else:
            place = self._place - len(self._head) + self._start
            data = os.pread(self._file.fileno(), max(0, min(size, self._end - place)), place)
        self._place += len(data)
        if self._place > self._furthest:
            self._furthest = self._place
            if time.monotonic() - self._beat >= self._beat_s:
                self._beat = time.monotonic()
                self._progress()
        return data


class Complaints(logging.Handler):
    """Counts FFmpeg's log lines of errors. Their text is not looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        av.logging.set_level(av.logging.ERROR)
        av.logging.set_skip_repeated(False)
        logger = logging.getLogger("libav")
        logger.propagate = False
        logger.addHandler(self)

    def emit(self, _: logging.LogRecord) -> None:
        """Count a line."""
        self.count += 1


@dataclass
class MediaFile:
    """A file, opened. Tracks are numbered from 1, among those with sound."""

    path: Path
    progress: Callable[[], None]
    structure: Structure
    complaints: Complaints = field(default_factory=Complaints)
    broken: bool = False  # the demuxer gave up before the file's end
    packets_read: int = 0
    broken_off: bool = False  # it complained, and gave no more packets
    part: int = 0  # number of the container that is read: joined and damaged Ogg files have several
    link: int = 0  # number of the joined file that is read
    lost: dict[int, float] = field(default_factory=dict)  # samples lost at a link's end, by track
    tail: int = 0  # bytes at the file's end that are no packets, and nobody knows for how long
    unended: bool = False  # the file has no mark of its end, and its format has one

    def __post_init__(self) -> None:
        self.size = self.path.stat().st_size
        self.begin = self._behind_tags()
        self.container = self.open(self.source())
        if self._begins_late():
            self.container = self.open(self.source(), FAR)
        self.streams = list(self.container.streams.audio)
        self.taken = {*range(1, len(self.streams) + 1)}
        for other in self.container.streams:
            if other.type != "audio":
                other.discard = Discard.all  # hours of video are skipped over

    def _behind_tags(self) -> int:
        """Find where tags end that the file begins with.

        FFmpeg recognises nothing but mp3 behind a tag of more than a megabyte, such as a cover.
        """
        with self.path.open("rb") as file:
            tags = foreign_bytes(file, 0, self.size)
        return tags if tags < self.size else 0

    def source(self, span: tuple[int, int] | None = None, head: bytes = b"") -> MediaBytes:
        """Give all of its bytes behind tags, or a span of them behind a head."""
        return MediaBytes(self.path, self.progress, span or (self.begin, self.size), head)

    def _begins_late(self) -> bool:
        """Tell whether there is sound that FFmpeg's first look did not reach, or may be."""
        streams = self.container.streams
        if not streams.audio:
            return bool(streams.video)
        contexts = (stream.codec_context for stream in streams.audio)
        return any(context and not context.channels for context in contexts)

    def open(
        self, source: MediaBytes, look: Mapping[str, str] = MappingProxyType({})
    ) -> av.container.InputContainer:
        """Open it, or a part of it, by FFmpeg."""
        options = {"protocol_whitelist": "", "format_whitelist": DEMUXERS, **look}
        # a transport stream whose numbers (PIDs) change goes on with the same tracks
        options["merge_pmt_versions"] = "1"
        if self.structure.surplus:
            options["ignore_length"] = "1"  # its header names fewer bytes than there are
        if self.structure.endless:
            options["advanced_editlist"] = "0"  # where an edit begins counts, how long it lasts not
        container: av.container.InputContainer = av.open(source, "r", options=options, **LENIENT)
        return container

    @property
    def format(self) -> str:
        """FFmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`."""
        return self.container.format.name

    @property
    def counted(self) -> bool:
        """True if there are no timestamps in the file itself."""
        return self.format in COUNTED

    @property
    def tracks(self) -> list[Track]:
        """The sound tracks, in the file's order."""
        return [_described(number, stream) for number, stream in enumerate(self.streams, start=1)]

    def take(self, numbers: set[int]) -> None:
        """Skip over all tracks but these."""
        self.taken = numbers
        for number, stream in enumerate(self.streams, start=1):
            if number not in numbers:
                stream.discard = Discard.all

    def packets(self, section: Section | None = None) -> Iterator[Packet]:
        """Read the packets of the tracks that are taken: all, or those up to a section's end."""
        if self.format == "ogg":
            yield from OggPackets(self).read(section)
            return
        every = self._every(section)
        yield from takewhile(lambda packet: packet.first < section.end, every) if section else every

    def _every(self, section: Section | None) -> Iterator[Packet]:
        """Read the packets of the file, then of those that are joined to it."""
        timed = self.format not in UNTIMED
        numbers = {stream.index: number for number, stream in enumerate(self.streams, 1)}
        places = Places(self.path, self.container, self.begin, start_s(self.container), timed=timed)
        yield from self.of_container(self.container, numbers, places, section)
        for span in pairwise((*self.structure.joined, self.size)):
            try:
                container = self.open(self.source(span))
            except av.error.FFmpegError:
                continue
            known = [stream for stream in container.streams.audio if stream.codec_context]
            # whatever tracks it has, the first one goes on with what is taken
            numbers = {stream.index: min(self.taken) for stream in known[:1]}
            self.part = self.link = self.link + 1
            places = Places(self.path, container, span[0], start_s(container))
            yield from self.of_container(container, numbers, places, section)

    def of_container(
        self,
        container: av.container.InputContainer,
        numbers: dict[int, int],
        place: Places,
        section: Section | None,
    ) -> Iterator[Packet]:
        """Read the packets of some of its streams, from the beginning and past a section's end."""
        counter = self.complaints
        complaints = counter.count
        wanted = [stream for stream in container.streams.audio if stream.discard != Discard.all]
        try:
            for packet in container.demux(wanted):
                number = numbers.get(packet.stream_index)
                if number is None or not packet.size:
                    continue
                self.packets_read += 1
                yield place.of(number, packet, section, counter.count > complaints)
                complaints = counter.count  # what the decoder says of a packet is not of the next
        except MemoryError:
            raise
        except av.error.FFmpegError:
            self.broken = True
            if not self.packets_read:
                raise
            return
        self.broken_off = counter.count > complaints

    def promised(self, number: int, read: int, end: int, bytes_a_sample: float) -> int | None:
        """Say where the track ends by its header or index, in samples.

        `read` are the packets that were, up to `end`. A file that was cut off has fewer than its
        index names.
        """
        stream = self.streams[number - 1]
        if self.format == MP4:
            return self._track_end(stream) if stream.frames and read < stream.frames else None
        if self.format in COUNTING and not self.structure.missing:
            whole = self.format in MEASURED and not self.structure.surplus
            pcm = stream.codec_context and stream.codec_context.name.startswith("pcm_")
            return None if whole and pcm else self._track_end(stream)
        if not (self.structure.missing or self.broken_off or self.broken):
            return None
        lasts = 0
        if self.format == "matroska,webm":
            lasts = round((self.container.duration or 0) / av.time_base * SAMPLE_RATE)
        elif self.format == "avi" and stream.time_base:
            lasts = round(float(stream.frames * stream.time_base) * SAMPLE_RATE)
        if lasts > end:
            return lasts
        return end + round(self.structure.missing / bytes_a_sample) if bytes_a_sample else None

    def track_end(self, number: int) -> int | None:
        """Say where a track of an mp4 ends by its edit list or its header, in samples; None: it is
        no mp4.
        """
        return self._track_end(self.streams[number - 1]) if self.format == MP4 else None

    def _track_end(self, stream: av.AudioStream) -> int | None:
        if stream.duration is None or stream.time_base is None:
            return None
        began = float((stream.start_time or 0) * stream.time_base) - (
            start_s(self.container) or 0.0
        )
        return round((float(stream.duration * stream.time_base) + max(began, 0)) * SAMPLE_RATE)

    def declared_s(self, number: int) -> float:
        """Say how many seconds the header promises, where the file is large enough for them; else
        0.
        """
        stream = self.streams[number - 1]
        if self.format not in COUNTING or stream.duration is None or stream.time_base is None:
            return 0
        promised = float(stream.duration * stream.time_base)
        context = stream.codec_context
        least = max((context.bit_rate or 0) / 8 if context else 0, LEAST_BYTES_A_SECOND)
        return promised if promised * least < self.size * 1.1 else 0

    def ends(self) -> float | None:
        """Say when the container ends by its own header, in samples."""
        duration = self.container.duration
        if self.format not in LASTING or not duration or duration < 0:
            return None
        return duration / av.time_base * SAMPLE_RATE

    @cached_property
    def filled_from(self) -> int:
        """Where filler begins: one byte, over and over to the end of the file."""
        with self.path.open("rb") as file:
            return filler_from(file, self.size)

    @property
    def filled_up(self) -> bool:
        """True if there is filler where nobody knows whether there should be sound."""
        named = self.format not in ENDLESS or self.structure.behind
        return not named and self.size - self.filled_from > LEAST_FILLER

    def torn(self, first: int, last: int) -> bool:
        """Say whether something is broken in the file from a packet to the next one."""
        with self.path.open("rb") as file:
            return not is_whole(self.format, file, first, last)

    def foreign(self, first: int, last: int) -> int:
        """Count the bytes of tags and filler among [first, last), or of all that follows the end of
        the sound that the header names.
        """
        begins = abs(self.size - self.structure.behind - first) < A_FRAME
        if self.structure.behind and begins and self.size - last < A_FRAME:
            return last - first
        with self.path.open("rb") as file:
            tags = foreign_bytes(file, first, last)
        return tags + max(0, last - max(first + tags, self.filled_from))


def _described(number: int, stream: av.AudioStream) -> Track:
    context = stream.codec_context
    language = stream.metadata.get("language", "")
    title = " ".join(stream.metadata.get("title", "").split())
    return Track(
        number=number,
        codec=context.name if context else None,
        channels=context.channels if context else 1,
        language=language if LANGUAGE.fullmatch(language) and language != "und" else None,
        title="".join(filter(str.isprintable, title))[:LONGEST_TITLE] or None,
        default=bool(stream.disposition & Disposition.default),
    )
