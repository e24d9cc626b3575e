"""The process that decodes one recording, and the only one that runs FFmpeg: python -m fanscribe.decoder PATH CHANNELS MEMORY
[WARM START END].

PATH is a local file, CHANNELS `mixed` or `separate`, MEMORY the most bytes of address space that it may have; the rest is a
section (sections.py), without which all is decoded. What it makes goes to stdout as messages: HEADER (a kind and a length), then
that many bytes. See decoder_process.py for the other end.

SOUND     before the first samples, where the stream changes, where a section begins: the fields of decoder_process.Sound
SAMPLES   at most BLOCK samples of each channel that is kept, int16 at 16 kHz, interleaved
PROGRESS  nothing: it read further into the file than before
REFUSED   why the recording can't be decoded, as the rest of a sentence that begins with its name; the last message

It imports little, so that it starts in a tenth of a second, and it can be killed at any time: it keeps nothing.
"""

import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, groupby
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.stream import Discard

from fanscribe.sections import Section
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

HEADER = struct.Struct("<cI")
SOUND, SAMPLES, PROGRESS, REFUSED = b"I", b"S", b"P", b"R"
BLOCK = 10 * SAMPLE_RATE  # samples handed on at once: 10 s, 320 kB
FRAME_SAMPLES = 1 << 14  # resampled at once: codecs' frames of 600 to 2,000 cost 40 % more of the whole, for the same samples
LEAST_RATE = 1_000  # Hz; at 1 Hz a few bytes make hours
BEAT_S = 0.5  # between two PROGRESS messages, at least
CPU_S = 900  # a decoder whose parent was killed ends by itself, at the latest when Lambda would have

# What FFmpeg may recognise. Not here: playlists, concat scripts, image sequences, anything that opens other files.
DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,gsm,m4v,matroska,webm,mov,mp4,m4a,3gp,3g2,mp3,mpeg,mpegts,"
    "mxf,ogg,opus,rm,tta,voc,w64,wav,wv"
)
# Containers whose header counts the samples. In the others FFmpeg guesses from the bit rate or from timestamps.
COUNTING = {"aiff", "caf", "flac", "mov,mp4,m4a,3gp,3g2,mj2", "w64", "wav"}
LEAST_BYTES_A_SECOND = 50  # digital silence in flac; a header that claims more seconds than the bytes can hold is not believed

Buffer = bytes | bytearray | memoryview
Message = tuple[bytes, Buffer]
Packet = tuple[bool, "av.Packet[Any] | None"]  # with whether it is the section's own; None drains the decoder
Frame = tuple[bool, av.AudioFrame]


class Refused(Exception):
    """The rest of a sentence that begins with the recording's name."""


class Source:
    """The recording as FFmpeg reads it: a file object, so that FFmpeg itself opens nothing, and can be given no other."""

    def __init__(self, path: Path, progress: Callable[[], None], beat_s: float = BEAT_S) -> None:
        self._file = path.open("rb", buffering=0)
        self._progress = progress
        self._furthest = 0
        self._beat_s, self._beat = beat_s, time.monotonic()
        self.seek, self.tell, self.close = self._file.seek, self._file.tell, self._file.close

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        position = self._file.tell()
        if position > self._furthest:
            self._furthest = position
            if time.monotonic() - self._beat >= self._beat_s:
                self._beat = time.monotonic()
                self._progress()
        return data


def messages(path: Path, progress: Callable[[], None], *, separate: bool, section: Section | None = None) -> Iterator[Message]:
    """What is in the first audio stream. Raises Refused, and whatever else PyAV makes of a damaged file."""
    options = {"protocol_whitelist": "", "format_whitelist": DEMUXERS}
    with av.open(Source(path, progress), "r", options=options) as container:
        if not container.streams.audio:
            raise Refused("has no sound: there is no audio stream in it.")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise Refused("can't be read: FFmpeg does not know the codec of its sound.")
        for other in container.streams:
            if other is not stream:
                other.discard = Discard.all  # hours of video are skipped over
        layout = stream.codec_context.layout if separate else av.AudioLayout("mono")
        declared = _declared_s(container, stream, path.stat().st_size)
        found = _resampled(_frames(stream, _packets(container, stream, section)), layout, declared)
        yield from _in_blocks(found, layout.nb_channels, needed=section is None)


def _declared_s(container: av.container.InputContainer, stream: av.AudioStream, size: int) -> float:
    """Seconds that the header promises, where it can be believed; else 0."""
    if container.format.name not in COUNTING or stream.duration is None or stream.time_base is None:
        return 0
    promised = float(stream.duration * stream.time_base)
    least = max((stream.codec_context.bit_rate or 0) / 8, LEAST_BYTES_A_SECOND)
    return promised if promised * least < size * 1.1 else 0


def _resampled(frames: Iterator[Frame], layout: av.AudioLayout, declared: float) -> Iterator[Message]:
    """The samples, each run of frames of the same kind by a resampler of its own: a stream may change on its way."""
    for (own, rate, channels, *_), same in groupby(frames, _kind):
        if rate < LEAST_RATE:
            raise Refused(f"can't be read: {rate} samples a second are no sound.")
        sound = {"channels": channels, "rate": rate, "kept": layout.nb_channels, "declared": declared, "own": own}
        yield SOUND, json.dumps(sound).encode()
        resampler = av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE)
        for frame in chain(_gathered(frame for _, frame in same), [None]):  # None drains it
            yield from map(_samples, resampler.resample(frame))


def _gathered(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """The same samples in frames of at least FRAME_SAMPLES, but for the last."""
    queue = av.AudioFifo()
    for frame in chain(frames, [None]):
        if frame:
            queue.write(frame)
        if queue.samples >= (FRAME_SAMPLES if frame else 1) and (gathered := queue.read()):
            gathered.pts = None  # as every frame here
            yield gathered


def _kind(found: Frame) -> tuple[bool, int, int, str, str]:
    own, frame = found
    return own, frame.sample_rate, frame.layout.nb_channels, frame.layout.name, frame.format.name


def _packets(container: av.container.InputContainer, stream: av.AudioStream, section: Section | None) -> Iterator[Packet]:
    """The packets of a section, or all; before them those that only warm it up."""
    position = 0  # where the last packet began: some demuxers don't say it of each
    for packet in container.demux(stream):
        position = max(position, packet.pos or 0)
        if section and position >= section.end:
            break
        if section is None or position >= section.warm:
            yield section is None or position >= section.start, packet
    yield True, None


def _frames(stream: av.AudioStream, packets: Iterable[Packet]) -> Iterator[Frame]:
    stream.codec_context.thread_count = 1  # audio decoding gains nothing from threads, and with one each packet is a frame
    for own, packet in packets:
        try:
            for frame in stream.codec_context.decode(packet):
                frame.pts = None  # the resampler counts by itself: jumps in timestamps would make it fail
                yield own, frame
        except MemoryError:
            raise
        except av.error.FFmpegError:  # skipped, as players do: most long recordings have a damaged packet
            continue


def _samples(frame: av.AudioFrame) -> Message:
    return SAMPLES, memoryview(frame.planes[0])[: frame.samples * frame.layout.nb_channels * SAMPLE_BYTES]


def _in_blocks(found: Iterator[Message], channels: int, *, needed: bool) -> Iterator[Message]:
    """The same, with the samples gathered, or cut, to blocks. Where sound is `needed`, there must be some."""
    whole = BLOCK * channels * SAMPLE_BYTES
    gathered = bytearray()
    heard = False
    for kind, payload in found:
        if kind != SAMPLES:
            if gathered:  # they are of what came before
                yield SAMPLES, bytes(gathered)
                gathered.clear()
            yield kind, payload
            continue
        heard = heard or len(payload) > 0
        gathered += payload
        while len(gathered) >= whole:
            yield SAMPLES, bytes(gathered[:whole])
            del gathered[:whole]
    if needed and not heard:
        raise Refused("has no sound: not one sample could be decoded.")
    if gathered:
        yield SAMPLES, gathered


def confine(memory: int) -> None:
    """Bound this process, as far as the system can: macOS, for one, does not limit address space."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody reads any more: end
    for what, most in [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_AS, memory)]:
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def own_stdout() -> BinaryIO:
    """Stdout for messages alone: whatever a library prints goes to stderr."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def main(path: str, channels: str, memory: str, *section: str) -> None:
    confine(int(memory))
    out = own_stdout()

    def send(kind: bytes, payload: Buffer = b"") -> None:
        out.write(HEADER.pack(kind, len(payload)))
        out.write(payload)
        out.flush()

    try:
        part = Section(*map(int, section)) if section else None
        for kind, payload in messages(Path(path), lambda: send(PROGRESS), separate=channels == "separate", section=part):
            send(kind, payload)
    except Refused as refused:
        send(REFUSED, str(refused).encode())
    except MemoryError:
        send(REFUSED, b"can't be read: the decoder needs more memory for it than it may have (%d MB)." % (int(memory) // 10**6))
    except Exception as error:  # noqa: BLE001  (whatever PyAV makes of a hostile file: it is the file's fault)
        reason = getattr(error, "strerror", None) or str(error)
        send(REFUSED, f"can't be read as audio or video ({reason.lower()}).".encode())
    os._exit(0)  # nothing is left to do, and taking a damaged file's structures down can only crash


if __name__ == "__main__":
    main(*sys.argv[1:])
