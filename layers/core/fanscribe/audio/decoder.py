"""The process that decodes one recording, and the only one that runs FFmpeg: python -m
fanscribe.audio.decoder REQUEST.

REQUEST is a JSON object with the fields of `Request`. Its results go to stdout as messages:
HEADER (a kind and a length), then that many bytes. See decoder_process.py for the other end.

SOUND     before the first samples, where the stream changes, where a section begins: the fields of
          decoder_process.Sound
SAMPLES   at most BLOCK samples of each channel that is kept, int16 at 16 kHz, interleaved
PROGRESS  nothing: it read further into the file than before
FINDINGS  what else there is to know once all is decoded: the fields of plan.Findings
REFUSED   why the recording can't be decoded, as the rest of a sentence that begins with its name;
          the last message
UNKNOWN   the same for a track that was asked for and is not there

It imports little, so that it starts in a tenth of a second, and it can be killed at any time: it
keeps nothing.
"""

import json
import math
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import av

from fanscribe.audio.between_packets import filler_from
from fanscribe.audio.demuxer import MediaFile, Refused
from fanscribe.audio.file_structure.read_structure import read_structure
from fanscribe.audio.resampling import Buffer, Kind
from fanscribe.audio.sections import Section
from fanscribe.audio.timeline import Timeline
from fanscribe.audio.track_decoder import PADDING, Decoded, TrackDecoder, Trim
from fanscribe.audio.tracks import described, preferred, speaks
from fanscribe.documents.track import ALL, Track
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

HEADER = struct.Struct("<cI")
SOUND, SAMPLES, PROGRESS, FINDINGS, REFUSED, UNKNOWN = b"I", b"S", b"P", b"F", b"R", b"U"
BLOCK = 10 * SAMPLE_RATE  # samples handed on at once: 10 s, 320 kB
# a decoder whose parent was killed ends by itself, at the latest when Lambda would have
CPU_S = 900
STALL_S = 8  # of CPU without getting further: it turns in circles
MOST_STRETCHES = 1_000  # of damage that are kept apart: a hostile file may have millions

Message = tuple[bytes, Buffer]


class UnknownTrack(Refused):
    """The recording has no track that was asked for."""


@dataclass(frozen=True)
class Request:
    """The sound to decode, and how far the decoder may go."""

    separate: bool = False  # each channel by itself, else all as one
    track: str | None = None  # a number, a language, `all`; None: as players choose
    downmix: str | None = None  # by its name (downmix.py); None: FFmpeg's
    section: Section | None = None  # None: all of it
    head: bool = False  # the file is only the head of one: that it ends early means nothing
    longest: int = 24 * 3600 * SAMPLE_RATE  # samples; timestamps beyond are not believed
    path: str = ""
    memory: int = 0  # bytes of address space

    @classmethod
    def parse(cls, text: str) -> "Request":
        """Read a request from its JSON."""
        fields = json.loads(text)
        return cls(
            **fields | {"section": Section(*fields["section"]) if fields["section"] else None}
        )


def messages(request: Request, progress: Callable[[], None]) -> Iterator[Message]:
    """Decode what is asked for. Raises Refused, and whatever else PyAV makes of a damaged file."""
    path = Path(request.path)
    if request.track == ALL:
        yield from _every_track(request, path, progress)
        return
    file = _opened(path, progress)
    decoder = _decoder(file, request, _wanted(request.track, file.tracks))
    yield from _in_blocks(decoder)
    if request.section is None and not decoder.has_sound and not _has_sound_elsewhere(decoder):
        raise Refused(_silence(file))
    yield FINDINGS, json.dumps(_findings([decoder])).encode()


def _opened(path: Path, progress: Callable[[], None]) -> MediaFile:
    """Open a file, or refuse it as what is wrong with it. Raises Refused."""
    with path.open("rb") as beside:
        structure = read_structure(beside, path.stat().st_size)
    if structure.encrypted:
        raise Refused(
            f"is encrypted ({structure.encrypted}): only who has the key can play it. "
            "Save it without copy protection."
        )
    try:
        file = MediaFile(path, progress, structure)
    except av.error.FFmpegError:
        if structure.without_index:
            raise Refused(
                "is cut off: its table of contents (moov) was never written or is missing, "
                "and nothing can be read without it. "
                "Copy it once more, or repair it with a recording of the same device."
            ) from None
        if structure.without_beginning:
            raise Refused(
                "is a piece of a stream, and only the first piece (init) says how to read it: "
                "join them all in their order, and upload that."
            ) from None
        if structure.missing:
            raise Refused(
                "is cut off before the part that says how to read it: copy it once more."
            ) from None
        if _is_filler(path):
            raise Refused("holds nothing: all its bytes are alike. Copy it once more.") from None
        raise
    if not file.streams:
        raise Refused("has no sound: there is no audio stream in it.")
    return file


def _is_filler(path: Path) -> bool:
    with path.open("rb") as file:
        return not filler_from(file, path.stat().st_size)


def _silence(file: MediaFile) -> str:
    if file.structure.missing:
        return "is cut off before its first sound: copy it once more."
    return "has no sound: not one sample could be decoded."


def _has_sound_elsewhere(decoder: TrackDecoder) -> bool:
    return any(meter.loudest for meter in decoder.meters.values())


def _wanted(asked: str | None, tracks: Sequence[Track]) -> int:
    """The number of the track that is asked for.

    Raises UnknownTrack, or Refused if none can be decoded.
    """
    if asked is None:
        if all(track.codec is None for track in tracks):
            raise Refused("can't be read: FFmpeg does not know the codec of its sound.")
        return preferred(tracks)[0].number
    found = [track for track in preferred(tracks) if speaks(track, asked)]
    if not found:
        raise UnknownTrack(f"has no track {asked!r}. It has {described(tracks)}.")
    if found[0].codec is None:
        raise Refused(f"can't be read: FFmpeg does not know the codec of {found[0]}.")
    return found[0].number


def _decoder(
    file: MediaFile, request: Request, number: int, *, alone: bool = False
) -> TrackDecoder:
    timeline = Timeline[Decoded | None](
        request.longest, file.ends(), file.counted, file.foreign, file.torn
    )
    ends = not request.head and (request.section is None or request.section.end >= file.size)
    return TrackDecoder(
        file,
        number,
        timeline,
        request.section,
        ends,
        request.separate,
        request.downmix,
        alone=alone,
    )


def _sound_payload(
    channels: int, rate: int, *, kept: int, declared: float, own: bool = True
) -> bytes:
    """The fields of decoder_process.Sound."""
    sound = {"channels": channels, "rate": rate, "kept": kept, "declared": declared, "own": own}
    return json.dumps(sound).encode()


def _in_blocks(decoder: TrackDecoder) -> Iterator[Message]:
    """Decode a track, its samples gathered to blocks, or cut to such."""
    width = decoder.kept * SAMPLE_BYTES
    whole, kept = BLOCK * width, PADDING[-1] * width
    gathered = bytearray()
    for found in decoder.sound():
        if isinstance(found, Trim):
            del gathered[max(0, len(gathered) - found.samples * width) :]
        elif isinstance(found, Kind):
            if gathered:  # they are of what came before
                yield SAMPLES, bytes(gathered)
                gathered.clear()
            declared = decoder.file.declared_s(decoder.number)
            yield (
                SOUND,
                _sound_payload(
                    found.channels, found.rate, kept=decoder.kept, declared=declared, own=found.own
                ),
            )
        else:
            gathered += found
        while len(gathered) >= whole + kept:  # the end may be padding
            yield SAMPLES, bytes(gathered[:whole])
            del gathered[:whole]
    if gathered:
        yield SAMPLES, gathered


# ── Every track as a channel ──────────────────────────────────────────────────────────────────────


def _every_track(request: Request, path: Path, progress: Callable[[], None]) -> Iterator[Message]:
    """Decode all tracks side by side, each from a file of its own: they may lie one after the
    other.

    Their number is sent before they are opened, so that the reader can refuse them.
    """
    file = _opened(path, progress)
    tracks = [track for track in file.tracks if track.codec]
    if not tracks:
        raise Refused("can't be read: FFmpeg does not know the codec of its sound.")
    rate = max(stream.rate or 0 for stream in file.streams if stream.codec_context)
    yield (
        SOUND,
        _sound_payload(
            len(tracks), rate, kept=len(tracks), declared=file.declared_s(tracks[0].number)
        ),
    )
    mixed = replace(request, separate=False)
    decoders = [
        _decoder(_opened(path, progress), mixed, track.number, alone=True) for track in tracks
    ]
    sounds = [_Channel(decoder) for decoder in decoders]
    while lengths := [len(sound.waiting) for sound in sounds if sound.fill()]:
        count = min(BLOCK * SAMPLE_BYTES, *lengths)
        yield SAMPLES, _interleaved([sound.cut(count) for sound in sounds])
    if not any(decoder.has_sound for decoder in decoders):
        raise Refused(_silence(decoders[0].file))
    yield FINDINGS, json.dumps(_findings(decoders)).encode()


class _Channel:
    """The samples of one track, as they are wanted."""

    def __init__(self, decoder: TrackDecoder) -> None:
        self.waiting = bytearray()
        self._sound = decoder.sound()
        self._ended = False

    def fill(self) -> bool:
        """Have a block ready, or what is left; False: there is nothing any more."""
        while not self._ended and len(self.waiting) < BLOCK * SAMPLE_BYTES:
            found = next(self._sound, None)
            if found is None:
                self._ended = True
            elif not isinstance(found, (Kind, Trim)):
                self.waiting += found
        return bool(self.waiting)

    def cut(self, count: int) -> bytes:
        """Hand out `count` bytes; after the end they are silence."""
        part = bytes(self.waiting[:count])
        del self.waiting[:count]
        return part.ljust(count, b"\0")


def _interleaved(channels: Sequence[bytes]) -> bytes:
    import numpy as np  # noqa: PLC0415  (it takes a tenth of a second)

    return np.stack([np.frombuffer(each, np.int16) for each in channels], axis=1).tobytes()


# ── What was found ────────────────────────────────────────────────────────────────────────────────


def _findings(decoders: Sequence[TrackDecoder]) -> dict[str, Any]:
    """The fields of plan.Findings."""
    first = decoders[0]
    levels = {
        number: meter.loudest for decoder in decoders for number, meter in decoder.meters.items()
    }
    meter = first.meters.get(first.number)
    tracks = [
        replace(track, level=_decibels(levels.get(track.number))) for track in first.file.tracks
    ]
    channels = range(first.kept)  # one, where each decoder is a channel
    undecodable = [
        {"channel": number if len(decoders) > 1 else channel, "start": start, "end": end}
        for number, decoder in enumerate(decoders)
        for channel in channels
        for start, end in _merged(_own(decoder))
    ]
    return {
        "start": first.start or 0,
        "clocked": not first.file.counted,
        "undecodable": undecodable,
        "track": None if len(decoders) > 1 else first.number,
        "tracks": [asdict(track) for track in tracks],
        "lost": meter.lost if meter else {},
        "audible": meter.audible if meter else 0.0,
        "overlapped": round(sum(decoder.timeline.overlapped for decoder in decoders)),
        "miscounted": round(sum(decoder.timeline.miscounted for decoder in decoders)),
        "unended": (first.file.unended or first.file.filled_up) and first.ends,
    }


def _own(decoder: TrackDecoder) -> list[tuple[int, int]]:
    """Leave out what is another section's: to follow the clock, sections find what is lost before
    them.
    """
    begin = decoder.start or 0
    return [(max(start, begin), end) for start, end in decoder.timeline.undecodable if end > begin]


def _merged(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, none touching another, at most MOST_STRETCHES of them."""
    apart, found = 0, sorted(stretches)
    while True:
        merged: list[tuple[int, int]] = []
        for start, end in found:
            if merged and start - merged[-1][1] <= apart:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        if len(merged) <= MOST_STRETCHES:
            return merged
        apart = 2 * apart or SAMPLE_RATE // 10


def _decibels(power: float | None) -> int | None:
    """Mean square as dBFS; -120 is silence.

    Samples may be floats, and those anything: infinite, or no numbers.
    """
    return (
        None if power is None else round(min(120.0, max(-120.0, 10 * math.log10(power or 1e-12))))
    )


# ── The process ───────────────────────────────────────────────────────────────────────────────────


def confine(memory: int) -> None:
    """Bound this process as far as the system can. macOS, say, does not limit address space."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody reads any more: end
    for what, most in [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
    ]:
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    allow_cpu()


def allow_cpu(more_s: int = STALL_S) -> None:
    """Have the system end this process (SIGXCPU) after that much more CPU time, unless this is
    called again.

    Not after that much time: on a busy machine, any file takes long.
    """
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (min(CPU_S, math.ceil(used) + more_s), CPU_S))


def own_stdout() -> BinaryIO:
    """Take stdout for messages alone: whatever a library prints goes to stderr."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def main(text: str) -> None:
    """Decode what a Request, as JSON, asks for.

    Messages go to standard output, each behind a HEADER.
    """
    request = Request.parse(text)
    confine(request.memory)
    out = own_stdout()

    def send(kind: bytes, payload: Buffer = b"") -> None:
        out.write(HEADER.pack(kind, len(payload)))
        out.write(payload)
        out.flush()
        allow_cpu()

    def refuse(reason: str, kind: bytes = REFUSED) -> None:
        send(kind, reason.encode())

    try:
        for kind, payload in messages(request, lambda: send(PROGRESS)):
            send(kind, payload)
    except UnknownTrack as unknown:
        refuse(str(unknown), UNKNOWN)
    except Refused as refused:
        refuse(str(refused))
    except MemoryError:
        megabytes = request.memory // 10**6
        refuse(
            "can't be read: "
            f"the decoder needs more memory for it than it may have ({megabytes} MB)."
        )
    except Exception as error:  # noqa: BLE001  (it is the file's fault)
        reason = getattr(error, "strerror", None) or str(error)
        refuse(
            f"can't be read as audio or video ({reason.lower()}). "
            "If a player plays it, convert it; if none does, copy it once more."
        )
    os._exit(0)  # nothing is left to do, and taking a damaged file's structures down can only crash


if __name__ == "__main__":
    main(*sys.argv[1:])
