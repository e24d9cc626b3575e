"""Media whose clock is broken, made here: encoded by FFmpeg, restamped, with packets damaged.

A `Part` is a packet before it is muxed. What is done to a list of them is what happens to
recordings: some start late, some have holes, some are joined. Positions are seconds.
"""

import io
import random
import re
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import av
import numpy as np
from av.stream import Disposition

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE

BURST_S = 0.2  # a marker
LOUD, HUSHED = 12_000, 0.15
TICKS = 90_000  # a second, in MPEG
PACKET = 188  # bytes of a transport stream's


# ── Sound with markers ───────────────────────────────────────────────────────────────────────────


def marked(background: Samples, markers: Mapping[int, float]) -> Samples:
    """Hushed sound, with a burst of each frequency (Hz) at its place."""
    sound = background * HUSHED
    burst = np.arange(round(BURST_S * SAMPLE_RATE)) / SAMPLE_RATE
    for frequency, place in markers.items():
        at = round(place * SAMPLE_RATE)
        sound[at : at + len(burst)] = LOUD * np.sin(2 * np.pi * frequency * burst)
    return sound.astype(np.int16)


def found_at(samples: Samples, frequency: int) -> float | None:
    """Say where a marker begins; None: it is not there."""
    turns = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / SAMPLE_RATE)
    total = np.concatenate([[0], np.cumsum(samples * turns)])
    width = round(BURST_S * SAMPLE_RATE)
    if len(total) <= width:
        return None
    loudness = np.abs(total[width:] - total[:-width]) / width
    at = int(np.argmax(loudness))
    return at / SAMPLE_RATE if loudness[at] > LOUD / 5 else None


# ── Packets ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Kind:
    """How a container is written: FFmpeg's names, and how its options are."""

    format: str
    codec: str
    rate: int = 48_000
    pictures: str = "mpeg4"
    options: Mapping[str, str] = field(default_factory=dict)
    backwards: bool = True  # its timestamps can step back


EACH_APART = {"pes_payload_size": "0"}  # packets of sound: each has its timestamp
KINDS = {
    "mp4": Kind("mp4", "aac", backwards=False),
    "frag.mp4": Kind(
        "mp4",
        "aac",
        options={"movflags": "frag_every_frame+delay_moov+default_base_moof"},
    ),
    "mkv": Kind("matroska", "aac"),
    "webm": Kind("webm", "libopus", pictures="libvpx"),
    "ts": Kind("mpegts", "aac", pictures="mpeg2video", options=EACH_APART),
    "mp3.ts": Kind("mpegts", "libmp3lame", pictures="mpeg2video", options=EACH_APART),
    "flv": Kind("flv", "aac", pictures="flv"),
}


class Part(NamedTuple):
    """A packet of sound: when it is played, and for how long. `drawn`: where it was encoded."""

    data: bytes
    at: float
    lasts: float
    drawn: float


def encoder(kind: Kind, container: Any) -> Any:
    stream = container.add_stream(kind.codec, rate=kind.rate, layout="mono")
    stream.bit_rate = 64_000
    return stream


def parts_of(sound: Samples, kind: Kind) -> list[Part]:
    """Encode 16 kHz mono samples."""
    with av.open(io.BytesIO(), "w", format=kind.format, options=OPTIONS) as container:
        stream = encoder(kind, container)
        context = stream.codec_context
        context.open()
        size = context.frame_size or 960
        resampler = av.AudioResampler(context.format, "mono", kind.rate, size)
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="s16", layout="mono")
        frame.rate, frame.pts = SAMPLE_RATE, 0
        packets = [
            packet
            for resampled in [*resampler.resample(frame), *resampler.resample(None), None]
            for packet in context.encode(resampled)
        ]
        base = 1 / kind.rate
        return [_part(each, base, size) for each in packets]


def _part(packet: Any, base: float, size: int) -> Part:
    at = packet.pts * base
    return Part(bytes(packet), at, (packet.duration or size) * base, at)


OPTIONS = {"fflags": "+bitexact"}


def muxed(parts: Sequence[Part], kind: Kind, pictures_s: float = 0) -> bytes:
    """Write packets to a container, after so many seconds of pictures that begin at 0.

    What steps back is muxed in order first, and restamped: FFmpeg's muxers refuse it.
    """
    in_order = all(after.at - before.at > 1e-3 for before, after in pairwise(parts))
    stamps = [part.at for part in parts]
    if not in_order:
        start, even = parts[0].at, parts[0].lasts
        stamps = [start + number * even for number in range(len(parts))]
    out = io.BytesIO()
    with av.open(out, "w", format=kind.format, options=OPTIONS | dict(kind.options)) as container:
        pictures = _pictures(kind, container) if pictures_s else None
        sound = encoder(kind, container)
        container.start_encoding()
        waiting = [_packet(part, at, kind, sound) for part, at in zip(parts, stamps, strict=True)]
        if pictures:
            waiting += _drawn(pictures, pictures_s)
        for packet in sorted(waiting, key=lambda each: each.dts * each.time_base):
            container.mux(packet)
    if in_order:
        return out.getvalue()
    shifts = [part.at - at for part, at in zip(parts, stamps, strict=True)]
    return restamped(out.getvalue(), kind, shifts)


def _packet(part: Part, at: float, kind: Kind, stream: Any) -> Any:
    packet: Any = av.Packet(part.data)
    packet.stream = stream
    packet.time_base = Fraction(1, kind.rate)
    packet.pts = packet.dts = round(at * kind.rate)
    packet.duration = round(part.lasts * kind.rate)
    packet.is_keyframe = True
    return packet


def _pictures(kind: Kind, container: Any) -> Any:
    stream = container.add_stream(kind.pictures, rate=25, pix_fmt="yuv420p")
    stream.width = stream.height = 64
    stream.codec_context.max_b_frames = 0
    return stream


def _drawn(stream: Any, seconds: float) -> list[Any]:
    packets: list[Any] = []
    grey = np.full((96, 64), 128, np.uint8)
    for number in range(round(seconds * 25)):
        picture = av.VideoFrame.from_ndarray(grey, format="yuv420p")
        picture.pts = number
        packets += stream.encode(picture)
    return [*packets, *stream.encode(None)]


# ── What happens to packets ──────────────────────────────────────────────────────────────────────


def first_at(parts: Sequence[Part], drawn: float) -> int:
    """The index of the first packet that was encoded at a place, or after it."""
    return bisect_left(parts, drawn - 1e-6, key=lambda part: part.drawn)


def moved(parts: Iterable[Part], seconds: float) -> list[Part]:
    return [part._replace(at=part.at + seconds) for part in parts]


def jittered(parts: Iterable[Part], chance: random.Random, most: float) -> list[Part]:
    return [part._replace(at=part.at + chance.uniform(-most, most)) for part in parts]


def damaged(part: Part, chance: random.Random) -> Part:
    return part._replace(data=chance.randbytes(len(part.data)))


# ── Timestamps, rewritten in the file ────────────────────────────────────────────────────────────


def restamped(data: bytes, kind: Kind, shifts: Sequence[float]) -> bytes:
    """Move the timestamp of each packet of sound by so many seconds, and the header's end."""
    how = {"mpegts": _restamp_ts, "flv": _restamp_flv, "mp4": _restamp_mp4}
    out = bytearray(data)
    count = how.get(kind.format, _restamp_mkv)(out, shifts)
    assert count == len(shifts), f"{count} packets in the file, and {len(shifts)} were meant"
    return bytes(out)


def _sound_of_ts(data: bytearray) -> Iterator[int]:
    """Find where each packet of sound begins in a transport stream."""
    for at in range(0, len(data), PACKET):
        pes = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
        begins = data[at + 1] & 0x40 and data[pes : pes + 3] == b"\0\0\1"
        if begins and 0xC0 <= data[pes + 3] <= 0xDF:
            yield pes


def _restamp_ts(out: bytearray, shifts: Sequence[float]) -> int:
    found = list(_sound_of_ts(out))
    for pes, shift in zip(found, shifts, strict=True):
        for stamp in [pes + 9, pes + 14] if out[pes + 7] & 0x40 else [pes + 9]:
            moved_to = _mpeg_stamp(out[stamp : stamp + 5]) + round(shift * TICKS)
            out[stamp : stamp + 5] = _as_mpeg_stamp(moved_to, out[stamp] >> 4)
    return len(found)


def _mpeg_stamp(five: Sequence[int]) -> int:
    high, middle, low = five[0] >> 1, five[1] << 8 | five[2], five[3] << 8 | five[4]
    return (high & 7) << 30 | (middle >> 1) << 15 | low >> 1


def _as_mpeg_stamp(ticks: int, mark: int) -> bytes:
    ticks %= 1 << 33
    high = mark << 4 | (ticks >> 30) << 1 | 1
    return struct.pack(">BHH", high, (ticks >> 14 & 0xFFFE) | 1, (ticks << 1 & 0xFFFE) | 1)


def _restamp_flv(out: bytearray, shifts: Sequence[float]) -> int:
    at, number, end = 13, 0, 0
    while at + 11 <= len(out):
        size = int.from_bytes(out[at + 1 : at + 4])
        is_setup = size < 2 or (out[at + 11] >> 4 == 10 and out[at + 12] == 0)
        if out[at] == 8 and not is_setup:
            stamp = int.from_bytes(bytes([out[at + 7], *out[at + 4 : at + 7]]))
            stamp += round(shifts[number] * 1000)
            whole = struct.pack(">I", stamp)
            out[at + 4 : at + 8] = whole[1:] + whole[:1]
            number, end = number + 1, max(end, stamp)
        at += 11 + size + 4
    duration = out.index(b"duration") + 9
    out[duration : duration + 8] = struct.pack(">d", end / 1000)
    return number


def _restamp_mp4(out: bytearray, shifts: Sequence[float]) -> int:
    """Move fragments. The sound is the last track."""
    found = [each.start() for each in re.finditer(b"tfhd", out)]
    track = {at: int.from_bytes(out[at + 8 : at + 12]) for at in found}
    mine = [at for at in found if track[at] == max(track.values())]
    for at, shift in zip(mine, shifts, strict=True):
        stamp = out.index(b"tfdt", at) + 8
        form = ">Q" if out[stamp - 4] else ">I"
        size = struct.calcsize(form)
        (ticks,) = struct.unpack(form, out[stamp : stamp + size])
        out[stamp : stamp + size] = struct.pack(form, ticks + round(shift * 48_000))
    return len(mine)


def _restamp_mkv(out: bytearray, shifts: Sequence[float]) -> int:
    """Move blocks within their clusters: by at most 30 s. The sound is the last track."""
    blocks = list(_blocks(out, 0, len(out), 0))
    sound = max(out[at] & 0x7F for at, _ in blocks)
    mine = [block for block in blocks if out[block[0]] & 0x7F == sound]
    end = 0
    for (at, cluster), shift in zip(mine, shifts, strict=True):
        (stamp,) = struct.unpack(">h", out[at + 1 : at + 3])
        stamp += round(shift * 1000)
        out[at + 1 : at + 3] = struct.pack(">h", stamp)
        end = max(end, cluster + stamp)
    duration = out.find(b"\x44\x89\x88") + 3
    out[duration : duration + 8] = struct.pack(">d", float(end))
    return len(mine)


INSIDE = {0x18538067, 0x1F43B675, 0xA0}  # Segment, Cluster, BlockGroup


def _blocks(data: bytearray, at: int, end: int, cluster: int) -> Iterator[tuple[int, int]]:
    """Walk over Matroska's elements to where each block begins, with its cluster's time."""
    while at < end:
        name, at = _vint(data, at, marker=True)
        size, at = _vint(data, at)
        if name in INSIDE:
            yield from _blocks(data, at, at + size, cluster)
        elif name == 0xE7:
            cluster = int.from_bytes(data[at : at + size])
        elif name in {0xA1, 0xA3}:
            yield at, cluster
        at += size


def _vint(data: bytearray, at: int, *, marker: bool = False) -> tuple[int, int]:
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + width])
    return (value if marker else value & (1 << 7 * width) - 1), at + width


def without_stamps(data: bytes, every: int) -> bytes:
    """The same transport stream, in which one of so many packets of sound has its timestamp."""
    out = bytearray(data)
    for number, pes in enumerate(_sound_of_ts(out)):
        if number % every:
            out[pes + 7] &= 0x3F
    return bytes(out)


# ── Pages of Ogg ─────────────────────────────────────────────────────────────────────────────────


def pages_of(data: bytes) -> list[bytes]:
    """Cut an Ogg file into its pages (RFC 3533, 6)."""
    pages, at = [], 0
    while at < len(data):
        count = data[at + 26]
        size = 27 + count + sum(data[at + 27 : at + 27 + count])
        pages.append(data[at : at + size])
        at += size
    return pages


def in_vorbis(sound: Samples) -> bytes:
    """16 kHz mono samples, by FFmpeg's own encoder, which only knows stereo."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg", options=OPTIONS) as container:
        stream: Any = container.add_stream(
            "vorbis", rate=44_100, layout="stereo", options={"strict": "experimental"}
        )
        stream.codec_context.open()
        size = stream.codec_context.frame_size
        resampler = av.AudioResampler("fltp", "stereo", 44_100, size)
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="s16", layout="mono")
        frame.rate, frame.pts = SAMPLE_RATE, 0
        for resampled in [*resampler.resample(frame), *resampler.resample(None), None]:
            for packet in stream.encode(resampled):
                container.mux(packet)
    return out.getvalue()


def granule_of(page: bytes) -> int:
    """Read the time at which a page ends, in the stream's units."""
    return int.from_bytes(page[6:14], "little", signed=True)


def checked(page: bytes) -> bytes:
    """Give a page the checksum that it should have (RFC 3533, 6): bit by bit, as it is written
    there.
    """
    rest = 0
    for byte in page[:22] + bytes(4) + page[26:]:
        rest ^= byte << 24
        for _ in range(8):
            rest = (rest << 1 ^ (0x04C1_1DB7 if rest >> 31 else 0)) & 0xFFFF_FFFF
    return page[:22] + rest.to_bytes(4, "little") + page[26:]


def renumbered(page: bytes, number: int, later: int = 0) -> bytes:
    """Give a page another number, and let it end so many units of time later."""
    granule = granule_of(page) + later
    head = page[:6] + granule.to_bytes(8, "little", signed=True) + page[14:18]
    return checked(head + number.to_bytes(4, "little") + page[22:])


# ── Channels and tracks ──────────────────────────────────────────────────────────────────────────


class Track(NamedTuple):
    """A track: its channels, shape (channels, samples), and what the file says of it."""

    channels: Any
    metadata: Mapping[str, str] = {}
    default: bool = False
    late_s: float = 0


def in_file(form: str, codec: str, layout: str, *tracks: Track, rate: int = SAMPLE_RATE) -> bytes:
    """16 kHz samples in tracks of one container."""
    out = io.BytesIO()
    with av.open(out, "w", format=form, options=OPTIONS) as container:
        streams: list[Any] = []
        for track in tracks:
            stream: Any = container.add_stream(codec, rate=rate, layout=layout)
            stream.metadata.update(track.metadata)
            stream.disposition = Disposition.default if track.default else Disposition(0)
            stream.bit_rate = 64_000 * len(track.channels)
            streams.append(stream)
        for stream, track in zip(streams, tracks, strict=True):
            for packet in _encoded(stream, track, layout, rate):
                container.mux(packet)
    return out.getvalue()


def _encoded(stream: Any, track: Track, layout: str, rate: int) -> Iterator[Any]:
    context = stream.codec_context
    interleaved = track.channels.T.reshape(1, -1).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(interleaved, format="s16", layout=layout)
    frame.rate, frame.pts = SAMPLE_RATE, 0
    resampler = av.AudioResampler(context.format, layout, rate, context.frame_size or 1_024)
    for resampled in [*resampler.resample(frame), *resampler.resample(None), None]:
        for packet in stream.encode(resampled):
            packet.pts += round(track.late_s / packet.time_base)
            packet.dts = packet.pts
            yield packet
