"""Media files, built for what their structure says: with fragments, encrypted, scrambled."""

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.support.hostile_media import atom, patched


def tone(seconds: float) -> Samples:
    return (8_000 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) / 6)).astype(np.int16)


def a_frame(seconds: float) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(tone(seconds)[np.newaxis], format="s16", layout="mono")
    frame.rate = SAMPLE_RATE
    return frame


# ── MP4 (ISO/IEC 14496-12) ───────────────────────────────────────────────────────────────────────


def an_mp4(flags: str, **more: str) -> bytes:
    """Two seconds of aac, in fragments of half a second where `flags` ask for fragments."""
    options = {"movflags": flags, **more} | ({"frag_duration": "500000"} if "frag" in flags else {})
    with TemporaryDirectory() as folder:  # to write some indexes, FFmpeg reads the file again
        path = Path(folder) / "an.mp4"
        with av.open(str(path), "w", options=options) as container:
            stream: Any = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
            container.mux(stream.encode(a_frame(2)))
            container.mux(stream.encode(None))
        return path.read_bytes()


def edited(data: bytes, *edits: tuple[int, int], version: int = 0) -> bytes:
    """The same mp4, whose tracks have these edits: how long, and where each begins (-1: nowhere).

    Its moov must be behind its sound, or its sound in fragments that count from themselves.
    """
    form = ">Qq" if version else ">Ii"
    listed = b"".join(struct.pack(form, *edit) + b"\0\1\0\0" for edit in edits)
    head = bytes([version, 0, 0, 0]) + struct.pack(">I", len(edits))
    added = atom(b"edts", atom(b"elst", head + listed))
    return _with_edits(data, added)


def _with_edits(data: bytes, edits: bytes) -> bytes:
    out, at = b"", 0
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        inner = data[at + 8 : at + size]
        if kind in {b"moov", b"trak"}:
            out += atom(kind, _with_edits(inner, edits))
        elif kind != b"edts":
            out += atom(kind, inner) + (edits if kind == b"tkhd" else b"")
        at += size
    return out


def a_film(tracks: Sequence[dict[str, str]]) -> bytes:
    """Matroska with a track for each of these metadata, three seconds of a tone in it."""
    data = io.BytesIO()
    with av.open(data, "w", format="matroska") as container:
        streams = [
            container.add_stream("pcm_s16le", rate=SAMPLE_RATE, layout="mono") for _ in tracks
        ]
        for stream, metadata in zip(streams, tracks, strict=True):
            stream.metadata.update(metadata)
        for stream in streams:
            container.mux([*stream.encode(a_frame(3)), *stream.encode(None)])
    return data.getvalue()


def an_entry(kind: bytes, *boxes: bytes, fields: int = 28) -> bytes:
    return atom(kind, bytes(fields) + b"".join(boxes))


def a_scheme(kind: bytes) -> bytes:
    return atom(b"sinf", atom(b"frma", b"mp4a") + atom(b"schm", bytes(4) + kind + bytes(4)))


def a_track(handler: bytes, *entries: bytes) -> bytes:
    table = atom(b"stsd", bytes(4) + struct.pack(">I", len(entries)) + b"".join(entries))
    of_media = atom(b"hdlr", bytes(8) + handler + bytes(13))
    return atom(b"trak", atom(b"mdia", of_media + atom(b"minf", atom(b"stbl", table))))


def a_movie(*tracks: bytes) -> bytes:
    return atom(b"ftyp", b"isom" + bytes(4)) + atom(b"moov", b"".join(tracks))


# ── Matroska (RFC 9559) ──────────────────────────────────────────────────────────────────────────


def an_element(identity: str, content: bytes) -> bytes:
    return bytes.fromhex(identity) + struct.pack(">Q", 1 << 56 | len(content)) + content


def a_matroska(*tracks: bytes) -> bytes:
    listed = an_element("1654ae6b", b"".join(tracks))
    return an_element("1a45dfa3", b"") + an_element("18538067", an_element("ec", b"..") + listed)


def a_track_entry(kind: int, algorithm: int | None = None, *encodings: bytes) -> bytes:
    """A track. Its frames are encrypted if there is an algorithm, after other encodings."""
    content = an_element("83", bytes([kind]))
    if algorithm is not None:
        how = an_element("5035", an_element("47e1", bytes([algorithm])))
        content += an_element("6d80", b"".join(encodings) + an_element("6240", how))
    return an_element("ae", content)


# ── ASF ──────────────────────────────────────────────────────────────────────────────────────────


def an_object(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<Q", 24 + len(content)) + content


def with_objects(data: bytes, *objects: bytes) -> bytes:
    """An ASF with more in its header."""
    length = int.from_bytes(data[16:24], "little")
    added = b"".join(objects)
    header = patched(data[:length], 16, struct.pack("<Q", length + len(added)))
    return header + added + data[length:]


# ── MPEG transport streams (ISO/IEC 13818-1) ─────────────────────────────────────────────────────

PACKET = 188
PICTURES_PID, SOUND_PID, PMT_PID = 0x100, 0x101, 0x1000  # as FFmpeg numbers them


def a_transport_stream(codec: str) -> bytes:
    """Pictures and sound, side by side."""
    out = io.BytesIO()
    with av.open(out, "w", format="mpegts") as container:
        pictures: Any = container.add_stream("mpeg2video", rate=25, pix_fmt="yuv420p")
        pictures.width = pictures.height = 64
        sound: Any = container.add_stream(codec, rate=48_000, layout="mono")
        context = sound.codec_context
        resampler = av.AudioResampler(context.format, "mono", 48_000, context.frame_size)
        for number in range(25):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts = number
            container.mux(pictures.encode(picture))
        for frame in resampler.resample(a_frame(1)):
            container.mux(sound.encode(frame))
        container.mux(pictures.encode(None))
        container.mux(sound.encode(None))
    return out.getvalue()


def packets_of(data: bytes) -> list[bytes]:
    return [data[at : at + PACKET] for at in range(0, len(data), PACKET)]


def pid(packet: bytes) -> int:
    return int.from_bytes(packet[1:3]) & 0x1FFF


def scrambled(data: bytes, *pids: int) -> bytes:
    """The same, with those PIDs marked as scrambled with the even key."""
    found = packets_of(data)
    for at, packet in enumerate(found):
        if pid(packet) in pids:
            found[at] = patched(packet, 3, bytes([packet[3] | 0x80]))
    return b"".join(found)


def without(data: bytes, *pids: int) -> bytes:
    return b"".join(each for each in packets_of(data) if pid(each) not in pids)


def spaced(data: bytes, before: int, after: int) -> bytes:
    """The same, with bytes around each packet."""
    return b"".join(bytes(before) + each + bytes(after) for each in packets_of(data))
