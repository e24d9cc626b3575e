"""Facts that a file says about itself: whether it is encrypted, cut off, or longer than it says."""

import io
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.file_structure import asf, chunks, wav
from fanscribe.audio.file_structure.read_structure import read_structure
from fanscribe.audio.file_structure.structure import Structure
from fanscribe.times import SAMPLE_RATE
from tests.support.built_media import (
    PICTURES_PID,
    PMT_PID,
    SOUND_PID,
    a_matroska,
    a_movie,
    a_scheme,
    a_track,
    a_track_entry,
    a_transport_stream,
    an_element,
    an_entry,
    an_mp4,
    an_object,
    edited,
    packets_of,
    pid,
    scrambled,
    spaced,
    tone,
    with_objects,
    without,
)
from tests.support.hostile_media import (
    CONTAINERS,
    a_header_of_wav,
    absurd_headers,
    absurd_wavs,
    atom,
    chunk,
    containers,
    encoded,
    impostors,
    noise,
    patched,
)

NOTHING = Structure()
BLOCK = wav.LEAST_SURPLUS


WHOLE = containers(tone(0.5))


def structure(data: bytes) -> Structure:
    return read_structure(io.BytesIO(data), len(data))


# ── Whole files ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_whole_file_says_nothing(name: str) -> None:
    assert structure(WHOLE[name]) == NOTHING


@pytest.mark.parametrize(
    "flags",
    ["faststart", "frag_keyframe+empty_moov", "dash+frag_keyframe+empty_moov+global_sidx"],
)
def test_a_whole_mp4_of_any_order_says_nothing(flags: str) -> None:
    assert structure(an_mp4(flags)) == NOTHING


def test_nothing_is_said_of_what_is_no_recording() -> None:
    for name, data in (impostors(WHOLE["wav"]) | noise()).items():
        assert structure(data).encrypted is None, name


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'av', 'numpy', 'boto3', 'pydantic'}"
    module = "fanscribe.audio.file_structure.read_structure"
    program = f"import sys, {module}; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)


# ── Files that are cut off ───────────────────────────────────────────────────────────────────────


def cuts(first: int, end: int) -> list[int]:
    return [*range(first, end, max(1, (end - first) // 97)), end - 1]


MP4S = {"mp4", "mov", "3gp", "alac.m4a"}
# Where each of the others promises its length
PROMISED_AT = {
    "wav": 12,
    "adpcm.wav": 12,
    "w64": 24,
    "aiff": 12,
    "au": 12,
    "caf": WHOLE["caf"].index(b"data") + 12,
    "avi": 12,
    "mp3": WHOLE["mp3"].index(b"Info") + 16,
    "asf": WHOLE["asf"].index(asf.FILE_PROPERTIES) + 24 + 68,
    "mkv": WHOLE["mkv"].index(b"\x18\x53\x80\x67") + 12,
    "webm": WHOLE["webm"].index(b"\x18\x53\x80\x67") + 12,
}


@pytest.mark.parametrize("name", PROMISED_AT)
def test_a_file_that_is_cut_says_how_many_bytes_are_missing(name: str) -> None:
    data = WHOLE[name]
    for kept in cuts(PROMISED_AT[name], len(data)):
        assert structure(data[:kept]) == Structure(missing=len(data) - kept), kept


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100])
def test_an_mp3_of_any_rate_and_behind_any_tags_says_how_many_bytes_are_missing(rate: int) -> None:
    tags = b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + b"ID3\x04\0\0\0\0\0\0"
    data = tags + encoded(tone(1), "mp3", "libmp3lame", rate, 16_000)
    assert structure(data) == NOTHING
    for kept in cuts(len(tags) + 100, len(data)):
        assert structure(data[:kept]) == Structure(missing=len(data) - kept), kept


@pytest.mark.parametrize("name", PROMISED_AT)
def test_a_file_that_is_cut_before_it_says_its_length_says_nothing(name: str) -> None:
    for kept in range(PROMISED_AT[name]):
        assert structure(WHOLE[name][:kept]) == NOTHING, kept


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - PROMISED_AT.keys() - MP4S))
def test_a_cut_of_a_format_that_names_no_length_says_nothing(name: str) -> None:
    for kept in cuts(0, len(WHOLE[name])):
        assert structure(WHOLE[name][:kept]) == NOTHING, kept


@pytest.mark.parametrize("name", sorted(MP4S))
def test_an_mp4_that_is_cut_in_its_sound_has_no_index(name: str) -> None:
    data = WHOLE[name]
    end = data.rindex(b"moov") - 4
    for kept in cuts(data.index(b"mdat") + 12, end):
        expected = Structure(missing=end - kept, without_index=True)
        assert structure(data[:kept]) == expected, kept
    assert structure(data[:end]) == Structure(without_index=True)


@pytest.mark.parametrize("name", sorted(MP4S))
def test_an_mp4_that_is_cut_in_its_index_is_without_it_where_ffmpeg_reads_no_packet(
    name: str,
) -> None:
    data = WHOLE[name]
    for kept in range(data.rindex(b"moov") + 4, len(data), 3):
        expected = Structure(missing=len(data) - kept, without_index=not packets(data[:kept]))
        assert structure(data[:kept]) == expected, kept


def packets(data: bytes) -> int:
    """How many of sound FFmpeg finds."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            return sum(packet.size > 0 for packet in container.demux(audio=0))
    except (av.error.FFmpegError, IndexError):
        return 0


def test_an_mp4_that_begins_with_its_index_only_lacks_sound() -> None:
    data = an_mp4("faststart")
    for kept in cuts(data.index(b"mdat") + 4, len(data)):
        assert structure(data[:kept]) == Structure(missing=len(data) - kept), kept


def test_an_mp4_in_fragments_lacks_the_rest_of_the_fragment() -> None:
    data = an_mp4("frag_keyframe+empty_moov")
    last = data.rindex(b"mdat")
    end = last - 4 + int.from_bytes(data[last - 4 : last])
    for kept in cuts(last + 4, end):
        assert structure(data[:kept]) == Structure(missing=end - kept), kept
    assert structure(data[: data.index(b"moof") - 4]) == NOTHING


def test_an_mp4_in_fragments_with_an_index_of_them_lacks_all_that_it_lists() -> None:
    data = an_mp4("dash+frag_keyframe+empty_moov+global_sidx")
    end = data.rindex(b"mfra") - 4 if b"mfra" in data else len(data)
    for kept in cuts(data.index(b"moof") - 4, end):
        assert structure(data[:kept]) == Structure(missing=end - kept), kept


def test_an_mp4_without_a_moov_has_no_index() -> None:
    begin = atom(b"ftyp", b"isom" + bytes(4))
    assert structure(begin + atom(b"mdat", bytes(50))) == Structure(without_index=True)
    piece = atom(b"moof", bytes(9)) + atom(b"mdat", bytes(50))
    assert structure(begin + piece) == Structure(without_beginning=True)
    to_the_end = b"\0\0\0\0mdat" + bytes(50)  # as FFmpeg leaves it where it is killed
    assert structure(begin + to_the_end) == Structure(without_index=True)
    placeholder = b"\0\0\0\x01mdat" + b"?" * 8 + bytes(50)  # as Android's recorder does
    assert structure(begin + placeholder) == Structure(without_index=True)


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_an_edit_that_lasts_0_has_no_end(flags: str, version: int) -> None:
    data = an_mp4(flags)
    assert structure(edited(data, (2_000, 1_024), version=version)) == NOTHING
    assert structure(edited(data, (500, -1), (0, 1_024), version=version)).endless
    assert structure(edited(data, (0, -1), (2_000, 1_024), version=version)) == NOTHING


def test_what_follows_the_last_box_of_an_mp4_is_not_missing() -> None:
    for tail in (b"TAG" + bytes(125), bytes(500), b"APETAGEX" * 20, b"\xff" * 100):
        assert structure(WHOLE["mp4"] + tail) == NOTHING


def test_joined_mp4_are_told_apart_but_those_in_fragments_are_not() -> None:
    whole, fragments = WHOLE["mp4"], an_mp4("frag_keyframe+empty_moov")
    assert structure(whole * 3).joined == (len(whole), 2 * len(whole))
    assert structure(whole + fragments).joined == (len(whole),)
    assert structure(fragments * 2).joined == ()


def test_boxes_of_64_bits_are_read() -> None:
    large = b"\0\0\0\x01mdat" + struct.pack(">Q", 16 + 1_000)
    movie = a_movie(a_track(b"soun", an_entry(b"mp4a")))
    assert structure(movie + large + bytes(1_000)) == NOTHING
    assert structure(movie + large + bytes(400)) == Structure(missing=600)


@pytest.mark.parametrize("length", [2**63 - 1, 2**63, 2**64 - 1])
def test_an_absurd_length_is_a_placeholder(length: int) -> None:
    large = struct.pack(">Q", length)
    assert structure(a_movie() + b"\0\0\0\x01mdat" + large + bytes(9)) == NOTHING
    assert structure(patched(WHOLE["caf"], WHOLE["caf"].index(b"data") + 4, large)) == NOTHING
    little = struct.pack("<Q", length)
    assert structure(patched(WHOLE["w64"], WHOLE["w64"].index(b"data") + 16, little)) == NOTHING
    size = WHOLE["asf"].index(asf.FILE_PROPERTIES) + 24 + 16
    assert structure(patched(WHOLE["asf"], size, little)) == NOTHING


@pytest.mark.parametrize(
    ("name", "at", "length"),
    [
        ("caf", WHOLE["caf"].index(b"data") + 4, b"\xff" * 8),
        ("au", 8, b"\xff" * 4),
        ("aiff", WHOLE["aiff"].index(b"SSND") + 4, b"\x7f\0\0\0"),
        ("aiff", WHOLE["aiff"].index(b"SSND") + 4, b"\0\0\0\0"),
        ("avi", 4, bytes(4)),
        ("avi", 4, b"\xff" * 4),
        ("mkv", WHOLE["mkv"].index(b"\x18\x53\x80\x67") + 4, b"\x01" + b"\xff" * 7),
        ("asf", WHOLE["asf"].index(asf.FILE_PROPERTIES) + 24 + 64, b"\x01"),
    ],
)
def test_a_length_that_is_not_known_lacks_nothing(name: str, at: int, length: bytes) -> None:
    streamed = patched(WHOLE[name], at, length)
    assert structure(streamed[: len(streamed) * 3 // 4]) == NOTHING


def test_an_avi_of_several_riffs_lacks_the_rest_of_the_last() -> None:
    first, second = WHOLE["avi"], chunk(b"RIFF", b"AVIX" + bytes(1_000))
    assert structure(first + second) == NOTHING
    assert structure(first + second[:500]) == Structure(missing=len(second) - 500)


# ── Wavs ─────────────────────────────────────────────────────────────────────────────────────────

HEADER = a_header_of_wav(1, SAMPLE_RATE)[:-4]  # up to the length of its sound
SOUND = np.random.default_rng(0).normal(0, 3_000, 20_000).astype("<i2").tobytes()


def a_wav(sound: bytes, after: bytes = b"", length: int | None = None) -> bytes:
    return HEADER + struct.pack("<I", len(sound) if length is None else length) + sound + after


def test_a_wav_whose_header_says_half_has_a_surplus() -> None:
    assert structure(a_wav(SOUND, length=20_000)) == Structure(surplus=20_000)
    assert structure(a_wav(SOUND, length=19_999)) == Structure(surplus=20_001)


def test_a_wav_appended_to_a_wav_is_a_surplus() -> None:
    assert structure(a_wav(SOUND) + a_wav(SOUND)) == Structure(surplus=len(a_wav(SOUND)))


STOPPED = [0, 2**32 - 1, 2**32 - 37, 2**31, 2**31 - 1, 0x7FFF_0000, 0x7FFF_F000]


@pytest.mark.parametrize("length", STOPPED)
def test_a_wav_whose_recorder_was_stopped_says_nothing(length: int) -> None:
    assert structure(a_wav(SOUND, length=length)) == NOTHING


@pytest.mark.parametrize(
    "after",
    [
        chunk(b"LIST", b"INFOINAM" + struct.pack("<I", 9_000) + b"x" * 9_000),
        chunk(b"LIST", b"INFO" + bytes(9_001)),
        chunk(b"id3 ", b"ID3\x04" + bytes(9_000)),
        chunk(b"bext", bytes(602)) + chunk(b"iXML", b"x" * 9_000),
        chunk(b"wxyz", SOUND),
        chunk(b"wxyz", SOUND) + b"TAG" + bytes(125),
        b"ID3\x04\0\0\0\0\x40\0" + b"x" * 9_000,
        b"LIST\xff\xff\xff\x7f" + SOUND,
    ],
    ids=["LIST", "odd LIST", "id3", "bext and iXML", "unknown", "and a tag", "bare tag", "broken"],
)
def test_chunks_and_tags_after_the_sound_are_no_surplus(after: bytes) -> None:
    assert structure(a_wav(SOUND, after)) == NOTHING


@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"\x80"])
@pytest.mark.parametrize("count", [1, 8, 511, 4_096, 1_000_000])
def test_one_byte_over_and_over_is_no_surplus(filler: bytes, count: int) -> None:
    assert structure(a_wav(SOUND, filler * count)) == NOTHING


def test_what_is_too_short_to_be_a_word_is_no_surplus() -> None:
    assert structure(a_wav(SOUND, SOUND[: BLOCK - 1])) == NOTHING
    assert structure(a_wav(SOUND, SOUND[:BLOCK])) == Structure(surplus=BLOCK)


@pytest.mark.parametrize("padding", [b"", b"\0"])
def test_an_odd_wav_is_whole_with_its_padding_and_without(padding: bytes) -> None:
    odd = SOUND[:-1]
    listed = chunk(b"LIST", b"INFO" + b"x" * 9_000)
    assert structure(a_wav(odd, padding)) == NOTHING
    assert structure(a_wav(odd, padding + listed)) == NOTHING
    assert structure(a_wav(odd)[:-1]) == Structure(missing=1)


def test_a_wav_that_is_cut_after_its_sound_says_nothing() -> None:
    whole = a_wav(SOUND, chunk(b"LIST", b"INFO" + b"x" * 9_000))
    for kept in cuts(len(HEADER) + 4 + len(SOUND), len(whole)):
        assert structure(whole[:kept]) == NOTHING


@pytest.mark.parametrize("form", [b"RF64", b"BW64"])
def test_a_long_wav_has_its_length_in_64_bits(form: bytes) -> None:
    def long(length: int) -> bytes:
        sizes = struct.pack("<QQQI", 0, length, 0, 0)
        begin = form + b"\xff\xff\xff\xffWAVE" + chunk(b"ds64", sizes) + HEADER[12:]
        return begin + b"\xff" * 4 + SOUND

    assert structure(long(len(SOUND))) == NOTHING
    assert structure(long(5 << 30)) == Structure(missing=(5 << 30) - len(SOUND))
    assert structure(long(20_000)) == Structure(surplus=20_000)
    assert structure(long(0)) == structure(long(2**64 - 1)) == NOTHING


def test_a_w64_may_have_a_surplus() -> None:
    place = WHOLE["w64"].index(b"data") + 16
    data = patched(WHOLE["w64"], place, struct.pack("<Q", 24 + 8_000))
    assert structure(data) == Structure(surplus=8_000)


def test_a_wav_with_big_endian_lengths_is_read() -> None:
    form = chunk(b"fmt ", HEADER[20:36])
    begin = b"RIFX" + bytes(4) + b"WAVE" + form[:4] + form[4:8][::-1] + form[8:]
    data = begin + b"data" + struct.pack(">I", len(SOUND)) + SOUND
    assert structure(data) == NOTHING
    assert structure(data[:-10_000]) == Structure(missing=10_000)


# ── Encrypted files ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("entry", "how"),
    [
        (an_entry(b"enca", a_scheme(b"cenc")), "Common Encryption"),
        (an_entry(b"enca", a_scheme(b"cens")), "Common Encryption"),
        (an_entry(b"enca", a_scheme(b"cbc1")), "Common Encryption"),
        (an_entry(b"enca", a_scheme(b"cbcs")), "Common Encryption"),
        (an_entry(b"enca", atom(b"esds", bytes(30)), a_scheme(b"cenc")), "Common Encryption"),
        (an_entry(b"enca"), "Common Encryption"),
        (an_entry(b"enca", a_scheme(b"piff")), "PlayReady"),
        (an_entry(b"enca", a_scheme(b"odkm")), "OMA DRM"),
        (an_entry(b"enca", a_scheme(b"adkm")), "Adobe DRM"),
        (an_entry(b"enca", a_scheme(b"????")), "an unknown scheme"),
        (an_entry(b"mp4a", a_scheme(b"cenc")), "Common Encryption"),
        (an_entry(b"mp4a", a_scheme(b"itun"), fields=44), "FairPlay"),
        (an_entry(b"mp4a", a_scheme(b"itun"), fields=64), "FairPlay"),
        (an_entry(b"drms", a_scheme(b"itun")), "FairPlay"),
        (an_entry(b"drms"), "FairPlay"),
        (an_entry(b"aavd"), "Audible"),
    ],
)
def test_an_mp4_says_how_its_sound_is_encrypted(entry: bytes, how: str) -> None:
    assert structure(a_movie(a_track(b"soun", entry))) == Structure(encrypted=how)


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_an_mp4_that_ffmpeg_encrypted_says_so(flags: str) -> None:
    secrets = {"encryption_key": "01" * 16, "encryption_kid": "02" * 16}
    data = an_mp4(flags, encryption_scheme="cenc-aes-ctr", **secrets)
    assert structure(data) == Structure(encrypted="Common Encryption")


def test_encrypted_pictures_beside_clear_sound_are_not_refused() -> None:
    pictures = a_track(b"vide", an_entry(b"encv", a_scheme(b"cenc"), fields=78))
    clear, secret = a_track(b"soun", an_entry(b"mp4a")), a_track(b"soun", an_entry(b"enca"))
    assert structure(a_movie(pictures)) == NOTHING
    assert structure(a_movie(pictures, clear)) == NOTHING
    assert structure(a_movie(pictures, secret)).encrypted == "Common Encryption"
    assert structure(a_movie(secret, clear)) == NOTHING  # one of them can be heard


def test_a_track_that_begins_clear_is_encrypted() -> None:
    entries = an_entry(b"mp4a"), an_entry(b"enca", a_scheme(b"cbcs"))
    assert structure(a_movie(a_track(b"soun", *entries))).encrypted == "Common Encryption"


def test_a_matroska_says_that_its_sound_is_encrypted() -> None:
    pictures, sound, aes, signed = 1, 2, 5, 0
    encrypted = Structure(encrypted="Matroska content encryption")
    compressed = an_element("6240", an_element("5034", b""))
    assert structure(a_matroska(a_track_entry(sound, aes))) == encrypted
    assert structure(a_matroska(a_track_entry(sound, aes, compressed))) == encrypted
    assert structure(a_matroska(a_track_entry(pictures), a_track_entry(sound, aes))) == encrypted
    assert structure(a_matroska(a_track_entry(pictures, aes), a_track_entry(sound))) == NOTHING
    assert structure(a_matroska(a_track_entry(sound, signed))) == NOTHING
    assert structure(a_matroska(a_track_entry(sound, aes), a_track_entry(sound))) == NOTHING


def an_asf(*objects: bytes, flags: int = 1) -> bytes:
    """FFmpeg's, with more in its header, and with flags of its stream."""
    at = WHOLE["asf"].index(asf.STREAM_PROPERTIES) + 24 + 48
    return with_objects(patched(WHOLE["asf"], at, struct.pack("<H", flags)), *objects)


@pytest.mark.parametrize("kind", sorted(asf.ENCRYPTION))
def test_an_asf_says_that_it_is_encrypted(kind: bytes) -> None:
    encrypted = Structure(encrypted="Windows Media DRM")
    how = an_object(kind, bytes(40))
    assert structure(an_asf(how)) == encrypted
    assert structure(an_asf(how, flags=0x8001)) == encrypted
    assert structure(an_asf(an_object(asf.HEADER_EXTENSION, bytes(22) + how))) == encrypted


def test_an_asf_with_encrypted_pictures_alone_is_clear() -> None:
    how = an_object(min(asf.ENCRYPTION), bytes(40))
    pictures = an_object(asf.STREAM_PROPERTIES, bytes(48) + b"\x02\x80" + bytes(4))
    assert structure(an_asf(how, pictures)) == NOTHING
    assert structure(an_asf(how, pictures, flags=0x8001)).encrypted == "Windows Media DRM"


SCRAMBLED = Structure(encrypted="a scrambled transport stream")


@pytest.mark.parametrize("codec", ["aac", "mp2", "ac3", "eac3", "libopus"])
def test_a_transport_stream_is_scrambled_where_its_sound_is(codec: str) -> None:
    clear = a_transport_stream(codec)
    assert structure(clear) == NOTHING
    assert structure(scrambled(clear, PICTURES_PID)) == NOTHING
    assert structure(scrambled(clear, SOUND_PID)) == SCRAMBLED
    assert structure(scrambled(clear, SOUND_PID, PICTURES_PID)) == SCRAMBLED


def test_without_a_list_of_its_sounds_a_transport_stream_is_scrambled_where_all_of_it_is() -> None:
    bare = without(a_transport_stream("aac"), PMT_PID)
    assert structure(bare) == NOTHING
    assert structure(scrambled(bare, SOUND_PID)) == NOTHING
    assert structure(scrambled(bare, SOUND_PID, PICTURES_PID)) == SCRAMBLED


def test_one_damaged_packet_does_not_make_a_transport_stream_scrambled() -> None:
    packets = packets_of(a_transport_stream("aac"))
    number = next(number for number, packet in enumerate(packets) if pid(packet) == SOUND_PID)
    packets[number] = scrambled(packets[number], SOUND_PID)
    assert structure(b"".join(packets)) == NOTHING


@pytest.mark.parametrize(("before", "after"), [(4, 0), (0, 16)])
def test_transport_streams_with_more_than_their_packets_are_read(before: int, after: int) -> None:
    clear = a_transport_stream("aac")
    assert structure(spaced(clear, before, after)) == NOTHING
    secret = spaced(scrambled(clear, SOUND_PID), before, after)
    assert structure(secret) == SCRAMBLED
    assert structure(secret[100:]) == SCRAMBLED  # from the middle of a packet


# ── Files that went wrong ────────────────────────────────────────────────────────────────────────

FAULTS = {
    "encrypted.mp4": Structure(encrypted="Common Encryption"),
    "latin1-id3v1.mp3": Structure(behind=128),
    "wav-header-says-half.wav": Structure(surplus=176_000),
}


def test_the_faults_are_reported_and_nothing_else_is(corpus: Path) -> None:
    files = [path for path in sorted((corpus / "faults").iterdir()) if path.suffix != ".md"]
    assert len(files) >= len(FAULTS)
    for path in files:
        assert structure(path.read_bytes()) == FAULTS.get(path.name, NOTHING), path.name


def test_real_recordings_say_nothing(corpus: Path) -> None:
    cut = {"mono.invalid.wav": Structure(missing=2_349_112)}
    for folder in ("calls", "containers", "meetings", "nonspeech", "short-en", "short-multi"):
        for path in sorted((corpus / folder).iterdir()):
            with path.open("rb", buffering=0) as file:
                found = read_structure(file, path.stat().st_size)
            assert found == cut.get(path.name, NOTHING), path.name


# ── Hostile files ────────────────────────────────────────────────────────────────────────────────


class Watched(io.BytesIO):
    """Counts what is read."""

    reads = count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.reads += 1
        self.count += len(data)
        return data


MANY = 300_000
BEGIN = atom(b"ftyp", b"isom" + bytes(4))
SIDX = atom(b"sidx", bytes(22) + struct.pack(">H", 50_000) + bytes(600_000))
ONE_TABLE = b"\x47\x40\x00\x10\0" + b"\x00\xbf\xff" + b"\0" * 180
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a million boxes": lambda: BEGIN + atom(b"free", b"") * 1_000_000,
    "boxes in a moov": lambda: BEGIN + atom(b"moov", atom(b"free", b"") * MANY),
    "tracks": lambda: BEGIN + atom(b"moov", a_track(b"soun", an_entry(b"enca")) * 50_000),
    "entries": lambda: a_movie(a_track(b"soun", an_entry(b"mp4a", atom(b"free", b"") * MANY))),
    "indexes": lambda: BEGIN + SIDX * 40,
    "nothing of a box": lambda: BEGIN + b"\0\0\0\0\0\0\0\0" * MANY,
    "less than a box": lambda: BEGIN + b"\0\0\0\x04free" * MANY,
    "chunks before the sound": lambda: b"RIFF\0\0\0\0WAVE" + b"abcd\0\0\0\0" * MANY,
    "chunks after the sound": lambda: a_wav(SOUND, b"abcd\0\0\0\0" * MANY),
    "riffs": lambda: b"RIFF\4\0\0\0AVI " * MANY,
    "chunks of an aiff": lambda: b"FORM\0\0\0\0AIFF" + b"abcd\0\0\0\0" * MANY,
    "chunks of a caf": lambda: b"caff\0\1\0\0" + (b"abcd" + bytes(8)) * MANY,
    "elements": lambda: an_element("1a45dfa3", b"") + b"\xec\x80" * MANY,
    "elements of a segment": lambda: a_matroska(b"\xae\x80" * MANY),
    "objects": lambda: an_asf(an_object(bytes(16), b"") * MANY),
    "packets": lambda: ONE_TABLE * MANY,
    "only G": lambda: b"G" * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_little_is_read_whatever_a_file_claims(name: str) -> None:
    data = HOSTILE[name]()
    file = Watched(data)
    assert read_structure(file, len(data)).missing == 0
    assert file.reads <= chunks.READS
    assert file.count <= chunks.BYTES


def test_absurd_headers_are_read() -> None:
    for name, data in (absurd_wavs() | absurd_headers(containers(tone(0.5)))).items():
        assert structure(data).encrypted is None, name


def test_a_file_that_shrinks_meanwhile_is_read() -> None:
    for data in WHOLE.values():
        for kept in (0, 3, 20, 100, len(data) // 2):
            assert read_structure(io.BytesIO(data[:kept]), len(data)).encrypted is None


BEGINNINGS = [data[:size] for data in WHOLE.values() for size in (4, 12, 16, 60)]


@given(st.sampled_from([b"", *BEGINNINGS]), st.binary(max_size=400))
def test_any_bytes_are_read(begin: bytes, rest: bytes) -> None:
    found = structure(begin + rest)
    assert min(found.missing, found.surplus) >= 0


def built() -> list[bytes]:
    in_fragments = an_mp4("dash+frag_keyframe+empty_moov+global_sidx")
    secret = a_movie(a_track(b"soun", an_entry(b"enca", a_scheme(b"cenc"))))
    stream = scrambled(a_transport_stream("ac3"), SOUND_PID)
    return [in_fragments, secret, stream, a_matroska(a_track_entry(2, 5)), a_wav(SOUND, SOUND)]


EDITS = st.lists(st.tuples(st.integers(0, 2_000), st.binary(min_size=1, max_size=8)), max_size=8)


FILES = st.sampled_from([*built(), *WHOLE.values()])


@given(FILES, st.floats(0, 1), EDITS, st.booleans())
def test_damaged_files_are_read(
    data: bytes,
    kept: float,
    edits: list[tuple[int, bytes]],
    from_the_end: bool,
) -> None:
    damaged = data[: round(kept * len(data))]
    for place, new in edits:
        at = max(0, len(damaged) - place) if from_the_end else place
        damaged = patched(damaged, at, new)
    found = structure(damaged)
    assert 0 <= found.missing <= chunks.LARGEST + len(damaged)
    assert 0 <= found.surplus <= len(damaged)
