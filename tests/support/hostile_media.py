"""Broken and hostile files, made here: the same bytes each time, but for the places that they point
at.
"""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast

import av
import numpy as np

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import KINDS, Track, in_file, jittered, moved, muxed, parts_of


@dataclass(frozen=True)
class Media:
    """A file: of what kind, under what name."""

    kind: str
    name: str
    data: bytes


@dataclass(frozen=True)
class Canaries:
    """Places that no decoder may read: a file on this machine, and a URL."""

    file: Path
    url: str


# name: (FFmpeg's format, codec, rate)
CONTAINERS = {
    "wav": ("wav", "pcm_s16le", 16_000),
    "adpcm.wav": ("wav", "adpcm_ima_wav", 16_000),
    "w64": ("w64", "pcm_s16le", 16_000),
    "aiff": ("aiff", "pcm_s16be", 16_000),
    "au": ("au", "pcm_s16be", 16_000),
    "caf": ("caf", "pcm_s16be", 16_000),
    "voc": ("voc", "pcm_s16le", 16_000),
    "flac": ("flac", "flac", 16_000),
    "tta": ("tta", "tta", 16_000),
    "wv": ("wv", "wavpack", 16_000),
    "opus.ogg": ("ogg", "libopus", 48_000),
    "flac.ogg": ("ogg", "flac", 16_000),
    "mp3": ("mp3", "libmp3lame", 16_000),
    "aac": ("adts", "aac", 16_000),
    "ac3": ("ac3", "ac3", 48_000),
    "eac3": ("eac3", "eac3", 48_000),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "mp4": ("mp4", "aac", 16_000),
    "alac.m4a": ("ipod", "alac", 16_000),
    "mov": ("mov", "pcm_s16le", 16_000),
    "3gp": ("3gp", "libopencore_amrnb", 8_000),
    "mkv": ("matroska", "flac", 16_000),
    "webm": ("webm", "libopus", 48_000),
    "avi": ("avi", "libmp3lame", 44_100),
    "asf": ("asf", "libmp3lame", 44_100),
    "flv": ("flv", "libmp3lame", 44_100),
    "ts": ("mpegts", "aac", 16_000),
    "mpg": ("mpeg", "mp2", 48_000),
    "mxf": ("mxf_opatom", "pcm_s16le", 48_000),
    "rm": ("rm", "ac3", 48_000),
}


def encoded(
    sound: Samples,
    kind: str,
    codec: str,
    rate: int,
    bit_rate: int | None = None,
    *,
    layout: str = "mono",
    options: Mapping[str, str] = MappingProxyType({}),
    codec_options: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """16 kHz mono samples in some container, on one channel of a layout."""
    out = io.BytesIO()
    options = {"fflags": "+bitexact", **options}
    with av.open(out, "w", format=kind, options=options) as container:
        added = container.add_stream(codec, rate, dict(codec_options), layout=layout)
        stream = cast("av.AudioStream", added)
        context = stream.codec_context
        if bit_rate:
            stream.bit_rate = bit_rate
        to_codec = av.AudioResampler(
            format=context.format, layout=layout, rate=rate, frame_size=context.frame_size or 1024
        )
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="s16", layout="mono")
        frame.rate, frame.pts = SAMPLE_RATE, 0
        for resampled in to_codec.resample(frame) + to_codec.resample(None):
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))
    return out.getvalue()


def containers(sound: Samples) -> dict[str, bytes]:
    """The same sound in each."""
    return {name: encoded(sound, *how) for name, how in CONTAINERS.items()}


def every_file(sound: Samples, canaries: Canaries) -> Iterator[Media]:
    whole = containers(sound)
    for extension, data in whole.items():
        yield Media("whole", f"whole.{extension}", data)
        yield from truncated(extension, data)
        yield from flipped(extension, data)
        yield from overwritten(extension, data)
    for name, data in broken_clocks(sound).items():
        yield Media("broken clock", name, data)
    for name, data in several_tracks(sound).items():
        yield Media("several tracks", name, data)
    for extension, data in whole.items():
        other = "mp4" if extension == "mp3" else "mp3"
        yield Media("wrongly named", f"really-{extension}.{other}", data)
    for name, data in (pointing(canaries) | disguised(canaries, whole)).items():
        yield Media("pointing elsewhere", name, data)
    for name, data in (absurd_wavs() | absurd_headers(whole)).items():
        yield Media("absurd header", name, data)
    for name, data in bombs().items():
        yield Media("bomb", name, data)
    for name, data in impostors(whole["wav"]).items():
        yield Media("no recording", name, data)
    for name, data in noise().items():
        yield Media("noise", name, data)


def truncated(extension: str, data: bytes) -> Iterator[Media]:
    for kept in (13, len(data) // 2, len(data) - 1):
        yield Media("truncated", f"cut-{kept}.{extension}", data[:kept])


def flipped(extension: str, data: bytes) -> Iterator[Media]:
    """A few bits, in the first 300 bytes or anywhere."""
    for seed in range(2):
        for kind, reach, bits in [
            ("bits of the header", 300, 3),
            ("bits of the body", len(data), 40),
        ]:
            chance = random.Random(f"{extension} {kind} {seed}")
            damaged = bytearray(data)
            for _ in range(bits):
                damaged[chance.randrange(min(reach, len(data)))] ^= 1 << chance.randrange(8)
            yield Media(kind, f"{kind.replace(' ', '-')}-{seed}.{extension}", bytes(damaged))


def overwritten(extension: str, data: bytes) -> Iterator[Media]:
    """A tenth of it, at a third, is noise; or zeros, as where a download was resumed."""
    at, count = len(data) // 3, len(data) // 10
    noise = random.Random(extension).randbytes(count)
    for name, filler in (("noise", noise), ("zeros", bytes(count))):
        yield Media(
            "overwritten",
            f"overwritten-{name}.{extension}",
            data[:at] + filler + data[at + count :],
        )


def broken_clocks(sound: Samples) -> dict[str, bytes]:
    """Timestamps that start late, jump, step back, or mean nothing."""
    day, files = 24 * 3600.0, dict[str, bytes]()
    for extension, kind in KINDS.items():
        parts, chance = parts_of(sound, kind), random.Random(extension)
        half = len(parts) // 2
        clocks = {
            "late": moved(parts, 20),
            "hole": parts[:half] + moved(parts[half:], 30),
            "days": parts[:half] + moved(parts[half:], 3 * day),
            "trembling": jittered(parts, chance, 0.009),
        }
        if kind.format != "mp4":  # it has lengths, not times
            clocks["again"] = parts + moved(parts, 0.5)
            clocks["back"] = parts[:half] + moved(parts[half:], -1)
        for name, clock in clocks.items():
            files[f"clock-{name}.{extension}"] = muxed(clock, kind, pictures_s=2)
    return files


def several_tracks(sound: Samples) -> dict[str, bytes]:
    """A track that is empty, one in opposite phase, titles of any kind."""
    both, silent = np.stack([sound, sound]), np.zeros((2, len(sound)), np.int16)
    tracks = [
        Track(silent, {"title": "\u202e<b>\n" * 99, "language": "xx-none"}, default=True),
        Track(both * np.array([[1], [-1]], np.int16), {"language": "eng"}, late_s=3),
    ]
    return {
        f"tracks.{extension}": in_file(form, codec, "stereo", *tracks, rate=48_000)
        for extension, form, codec in (("mkv", "matroska", "flac"), ("mp4", "mp4", "aac"))
    }


# ── What points elsewhere ─────────────────────────────────────────────────────────────────────────


def pointing(canaries: Canaries) -> dict[str, bytes]:
    """Playlists, manifests and scripts, under honest names."""
    files: dict[str, bytes] = {}
    for where, place in {
        "file": f"file://{canaries.file}",
        "path": str(canaries.file),
        "url": canaries.url,
    }.items():
        texts = {
            "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{place}\n#EXT-X-ENDLIST\n",
            "m3u": f"{place}\n",
            "pls": f"[playlist]\nNumberOfEntries=1\nFile1={place}\n",
            "asx": f'<ASX version="3.0"><ENTRY><REF HREF="{place}"/></ENTRY></ASX>',
            "xspf": (
                '<?xml version="1.0"?><playlist><trackList><track>'
                f"<location>{place}</location></track></trackList>"
            ),
            "smil": f'<smil><body><audio src="{place}"/></body></smil>',
            "mpd": (
                '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
                'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" '
                'mediaPresentationDuration="PT4S"><Period><AdaptationSet mimeType="audio/wav">'
                f'<Representation id="1" bandwidth="1"><BaseURL>{place}</BaseURL>'
                "</Representation></AdaptationSet></Period></MPD>"
            ),
            "ffconcat": f"ffconcat version 1.0\nfile '{place}'\n",
            "txt": f"file '{place}'\n",
            "concat": f"concat:{place}|{place}",
            "subfile": f"subfile,,start,0,end,99999,,:{place}",
            "sdp": (
                "v=0\no=- 0 0 IN IP4 127.0.0.1\n"
                f"s={place}\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
            ),
            "rss": (
                '<rss version="2.0"><channel><item>'
                f'<enclosure url="{place}"/></item></channel></rss>'
            ),
            "html": f'<!DOCTYPE html><audio src="{place}"></audio>',
            "ram": f"{place}\n",
            "ism": f'<SmoothStreamingMedia><StreamIndex Url="{place}"/></SmoothStreamingMedia>',
        }
        files |= {f"{where}.{extension}": text.encode() for extension, text in texts.items()}
    return files


def disguised(canaries: Canaries, whole: dict[str, bytes]) -> dict[str, bytes]:
    """The same inside of something else, or under another name."""
    entries = f"#EXTINF:10,\nfile://{canaries.file}\n#EXTINF:10,\n{canaries.url}\n"
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n{entries}".encode()
    concat = f"ffconcat version 1.0\nfile {canaries.file}\nfile {canaries.url}\n".encode()
    files = {
        "playlist.mp3": hls,
        "playlist.wav": b"\n \t\r\n" + hls,
        "with-a-mark.mp3": b"\xef\xbb\xbf" + hls,
        "after-nothing.mp3": bytes(8) + hls,
        "after-a-page.mp3": b"\n" * 2_000 + hls,
        "after-id3.mp3": b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + hls,
        "after-id3-concat.mp3": b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + concat,
        "concat.wav": concat,
        "in-subtitles.avi": an_avi_with_a_playlist_as_subtitles(hls),
        "image-%03d.png": f"file://{canaries.file}".encode(),
        f"url-{canaries.url.replace('/', '_')}.mp3": canaries.url.encode(),
    }
    for name, entry in {
        "url": b"url " + bytes(4) + f"file://{canaries.file}".encode() + b"\0",
        "http": b"url " + bytes(4) + canaries.url.encode() + b"\0",
        "alis": an_alias(canaries.file),
    }.items():
        for extension in ("mp4", "mov", "alac.m4a"):
            files[f"dref-{name}.{extension}"] = with_reference(whole[extension], entry)
    for kind, place in {
        "file": f"file://{canaries.file}",
        "path": str(canaries.file),
        "url": canaries.url,
    }.items():
        data = b"url " + struct.pack(">I", len(place) + 1) + place.encode() + b"\0"
        files[f"reference-movie-{kind}.mov"] = atom(
            b"moov", atom(b"rmra", atom(b"rmda", atom(b"rdrf", bytes(4) + data)))
        )
    return files


def atom(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def with_reference(movie: bytes, entry: bytes) -> bytes:
    """An mp4 or mov whose samples are said to be in another file: its `dref` replaced, the boxes
    around it grown.
    """
    at = movie.index(b"dref") - 4
    old = struct.unpack(">I", movie[at : at + 4])[0]
    new = atom(b"dref", bytes(4) + struct.pack(">I", 1) + atom(entry[:4], entry[4:]))
    grown = bytearray(movie[:at] + new + movie[at + old :])
    for box in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        where = movie.rindex(box, 0, at) - 4
        size = struct.unpack(">I", grown[where : where + 4])[0]
        grown[where : where + 4] = struct.pack(">I", size + len(new) - old)
    return bytes(grown)


def an_alias(target: Path) -> bytes:
    """A Macintosh alias record with a path in it, as FFmpeg's mov_read_dref reads it."""
    fixed = (
        bytes(10)
        + b"\x06volume".ljust(28, b"\0")
        + bytes(12)
        + bytes([len(target.name[:63])])
        + target.name[:63].encode()
    )
    fixed = fixed.ljust(10 + 28 + 12 + 64, b"\0") + bytes(16) + struct.pack(">hh", 1, 1) + bytes(16)
    path = str(target).encode()
    path += b"\0" * (len(path) % 2)
    return (
        b"alis"
        + bytes(4)
        + fixed
        + struct.pack(">hH", 18, len(path))
        + path
        + struct.pack(">hH", -1, 0)
    )


def an_avi_with_a_playlist_as_subtitles(playlist: bytes) -> bytes:
    """FFmpeg opens GAB2 subtitles inside an avi by themselves, whatever their format (a known way
    to its HLS demuxer).
    """
    header = b"strl" + chunk(b"strh", b"txts" + bytes(44) + bytes(8)) + chunk(b"strf", bytes(4))
    main = chunk(b"avih", struct.pack("<14I", 40_000, 0, 0, 0x10, 1, 0, 1, 0, 64, 64, 0, 0, 0, 0))
    gab2 = b"GAB2\0" + struct.pack("<HIHHI", 2, 0, 0, 4, len(playlist)) + playlist
    movie = chunk(b"LIST", b"movi" + chunk(b"00tx", gab2))
    return chunk(b"RIFF", b"AVI " + chunk(b"LIST", b"hdrl" + main + chunk(b"LIST", header)) + movie)


def chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


# ── Absurd headers ────────────────────────────────────────────────────────────────────────────────


def a_header_of_wav(
    channels: int,
    rate: int,
    *,
    bits: int = 16,
    data: int = 32_000,
    form: int = 1,
    align: int | None = None,
) -> bytes:
    align = channels * bits // 8 % 65_536 if align is None else align
    form_chunk = struct.pack("<HHIIHH", form, channels, rate, rate * align % 2**32, align, bits)
    return (
        b"RIFF\xff\xff\xff\xffWAVE" + chunk(b"fmt ", form_chunk) + b"data" + struct.pack("<I", data)
    )


def absurd_wavs() -> dict[str, bytes]:
    tone = (8_000 * np.sin(np.arange(16_000) / 6)).astype(np.int16).tobytes()
    wavs = {
        f"{channels}-channels.wav": a_header_of_wav(channels, 16_000)
        for channels in (0, 9, 64, 255, 32_767, 65_535)
    }
    wavs |= {
        f"{rate}-hz.wav": a_header_of_wav(1, rate)
        for rate in (0, 1, 7, 999, 192_001, 10**6, 2**31 - 1, 2**31, 2**32 - 1)
    }
    wavs |= {
        f"{bits}-bits.wav": a_header_of_wav(1, 16_000, bits=bits, align=2)
        for bits in (0, 1, 7, 17, 33, 255, 65_535)
    }
    wavs |= {
        f"{size}-bytes.wav": a_header_of_wav(1, 16_000, data=size)
        for size in (0, 1, 31_999, 2**31 - 1, 2**32 - 1)
    }
    wavs |= {
        f"{align}-align.wav": a_header_of_wav(1, 16_000, align=align) for align in (0, 1, 3, 65_535)
    }
    wavs |= {
        f"format-{form}.wav": a_header_of_wav(1, 16_000, form=form)
        for form in (0, 2, 6, 17, 85, 353, 65_534, 65_535)
    }
    wavs["wide-and-fast.wav"] = a_header_of_wav(65_535, 2**32 - 1)
    return {name: header + tone for name, header in wavs.items()}


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def absurd_headers(whole: dict[str, bytes]) -> dict[str, bytes]:
    most, half = b"\xff" * 8, b"\x7f\xff\xff\xff"
    flac, aiff, caf, mp4, mkv, ogg = (
        whole[name] for name in ("flac", "aiff", "caf", "mp4", "mkv", "opus.ogg")
    )
    files = {
        "blocks.flac": patched(flac, 8, b"\xff\xff\xff\xff"),
        "no-blocks.flac": patched(flac, 8, bytes(4)),
        "rate-0.flac": patched(flac, 18, b"\x00\x00\x00"),
        "rate-most.flac": patched(flac, 18, b"\xff\xff\xf0"),
        "samples.flac": patched(flac, 21, bytes([flac[21] | 0x0F]) + b"\xff" * 4),
        "metadata.flac": patched(flac, 5, b"\xff\xff\xff"),
        "channels.aiff": patched(aiff, aiff.index(b"COMM") + 8, b"\xff\xff"),
        "no-channels.aiff": patched(aiff, aiff.index(b"COMM") + 8, bytes(2)),
        "frames.aiff": patched(aiff, aiff.index(b"COMM") + 10, b"\xff" * 4),
        "rate.aiff": patched(aiff, aiff.index(b"COMM") + 16, b"\x7f\xfe" + b"\xff" * 8),
        "rate-0.aiff": patched(aiff, aiff.index(b"COMM") + 16, bytes(10)),
        "rate-1.aiff": patched(aiff, aiff.index(b"COMM") + 16, b"\x3f\xff\x80" + bytes(7)),
        "size.aiff": patched(aiff, aiff.index(b"SSND") + 4, b"\xff" * 4),
        "rate.caf": patched(caf, caf.index(b"desc") + 12, b"\x7f\xef" + b"\xff" * 6),
        "rate-nan.caf": patched(caf, caf.index(b"desc") + 12, b"\xff" * 8),
        "channels.caf": patched(caf, caf.index(b"desc") + 36, b"\xff" * 4),
        "packet.caf": patched(caf, caf.index(b"desc") + 28, half),
        "size.caf": patched(caf, caf.index(b"data") + 4, most),
        "granule.ogg": patched(ogg, 6, most),
        "opus-channels.ogg": patched(ogg, ogg.index(b"OpusHead") + 9, b"\xff"),
        "opus-skip.ogg": patched(ogg, ogg.index(b"OpusHead") + 10, b"\xff\xff"),
        "vendor.ogg": patched(ogg, ogg.index(b"OpusTags") + 8, b"\xff\xff\xff\x7f"),
        "nested.mp4": nested(b"moov", 5_000),
        "nested.mkv": b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01"
        + most[1:]
        + b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff" * 5_000,
        "segment.mkv": patched(
            mkv, mkv.index(b"\x18\x53\x80\x67") + 4, b"\x01\xff\xff\xff\xff\xff\xff\xfe"
        ),
        "frames.mp3": b"\xff\xfb\x90\x64" * 10_000,
        "xing.mp3": patched(
            whole["mp3"],
            max(whole["mp3"].find(b"Xing"), whole["mp3"].find(b"Info"), 0) + 8,
            b"\xff" * 8,
        ),
        "tag.mp3": b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + whole["mp3"],
        "tags.mp3": b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) * 3_000 + whole["mp3"],
        "pages.ogg": b"OggS" * 20_000,
        "clusters.mkv": mkv[:200] + b"\x1f\x43\xb6\x75\x81" * 20_000,
    }
    for box, offset in {
        b"stts": 8,
        b"stsz": 8,
        b"stsc": 8,
        b"stco": 8,
        b"mvhd": 16,
        b"mdhd": 16,
        b"stsd": 8,
        b"mp4a": 20,
    }.items():
        files[f"{box.decode()}.mp4"] = patched(mp4, mp4.index(box) + offset, most)
        files[f"{box.decode()}-0.mp4"] = patched(mp4, mp4.index(box) + offset, bytes(8))
    for name in (
        "wav",
        "w64",
        "au",
        "caf",
        "tta",
        "wv",
        "voc",
        "avi",
        "asf",
        "flv",
        "rm",
        "mxf",
        "webm",
        "ts",
        "mpg",
        "mov",
    ):
        files[f"all-ones.{name}"] = patched(whole[name], 24, b"\xff" * 24)
        files[f"all-zeros.{name}"] = patched(whole[name], 24, bytes(24))
    return files


def nested(kind: bytes, depth: int) -> bytes:
    return b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"".join(
        struct.pack(">I", 8 * (depth - level)) + kind for level in range(depth)
    )


# ── Bombs: little to store, much to decode. The tests allow three minutes ─────────────────────────


def bombs() -> dict[str, bytes]:
    hush = np.zeros(4 * 60 * SAMPLE_RATE, np.int16)
    flac = encoded(hush, "flac", "flac", 16_000)
    files = {
        "promised.flac": flac,
        "hidden.flac": patched(flac, 21, bytes([flac[21] & 0xF0]) + bytes(4)),
        "twice.flac": flac * 2,
        "hush.ogg": encoded(hush, "ogg", "libopus", 16_000),
        "hush.webm": encoded(hush, "webm", "libopus", 16_000),
        "hush.mp3": encoded(hush, "mp3", "libmp3lame", 16_000),
        "hush.mp4": encoded(hush, "mp4", "aac", 16_000),
        "hush.m4a": encoded(hush, "ipod", "alac", 16_000),
        "hush.wv": encoded(hush, "wv", "wavpack", 16_000),
        "hush.tta": encoded(hush, "tta", "tta", 16_000),
        "slow.wav": a_header_of_wav(1, 1_000, data=2 * 250_000) + bytes(2 * 250_000),
        "slow-hidden.wav": a_header_of_wav(1, 1_000, data=2**32 - 1) + bytes(2 * 250_000),
    }
    files["hush-of-two.mp3"] = files["hush.mp3"] * 2
    return files


# ── What is no recording at all ───────────────────────────────────────────────────────────────────


def impostors(wav: bytes) -> dict[str, bytes]:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("talk.wav", wav)
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("talk.wav"), io.BytesIO())
    pictures = {
        "png": (
            b"\x89PNG\r\n\x1a\n"
            b"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
        ),
        "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01",
        "gif": b"GIF89a\x01\x00\x01\x00",
        "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        "tiff": b"II*\x00\x08\x00\x00\x00",
    }
    files = {
        "talk.zip": zipped.getvalue(),
        "talk.docx": zipped.getvalue(),
        "talk.wav.gz": gzip.compress(wav, mtime=0),
        "talk.wav.bz2": bz2.compress(wav),
        "talk.wav.xz": lzma.compress(wav),
        "talk.tar": tarred.getvalue(),
        "talk.7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(100),
        "talk.rar": b"Rar!\x1a\x07\x01\x00" + bytes(100),
        "paper.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(100),
        "page.html": b"<html><body>Not found</body></html>",
        "words.txt": b"These are only words.\n" * 50,
        "table.csv": b"a,b,c\n1,2,3\n" * 50,
        "data.json": b'{"Error": "AccessDenied"}',
        "program.exe": b"MZ\x90\x00" + bytes(200),
        "program": b"\x7fELF\x02\x01\x01" + bytes(200),
        "score.mid": (
            b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\x04\x00\xff\x2f\x00"
        ),
        "captions.srt": b"1\n00:00:00,000 --> 00:00:01,000\nWords\n",
    }
    files |= {f"picture.{extension}": head + bytes(500) for extension, head in pictures.items()}
    return files | {f"really-{name}.mp3": data for name, data in files.items()}


def noise() -> dict[str, bytes]:
    files = {
        "empty.wav": b"",
        "zeros.mp3": bytes(100_000),
        "ones.mp3": b"\xff" * 100_000,
        "one.wav": b"R",
    }
    beginnings = {
        "wav": b"RIFF\xff\xff\xff\xffWAVE",
        "flac": b"fLaC",
        "ogg": b"OggS",
        "mp3": b"\xff\xfb",
        "mkv": b"\x1a\x45\xdf\xa3",
    }
    beginnings |= {
        "mp4": b"\x00\x00\x00\x18ftypisom",
        "avi": b"RIFF\xff\xff\xff\xffAVI ",
        "caf": b"caff\x00\x01\x00\x00",
    }
    beginnings |= {
        "aiff": b"FORM\xff\xff\xff\xffAIFF",
        "au": b".snd",
        "rm": b".RMF",
        "amr": b"#!AMR\n",
        "ts": b"\x47",
        "bin": b"",
    }
    for size in (50, 5_000, 200_000):
        for extension, begins in beginnings.items():
            chance = random.Random(f"{size} {extension}")
            files[f"noise-{size}.{extension}"] = begins + chance.randbytes(size)
    return files
