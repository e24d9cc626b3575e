"""Files that say strange things: what they say is kept short, and nothing of it ends a job."""

import io
import random
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fanscribe.audio.decode import Decoding
from fanscribe.audio.demuxer import LEAST_FILLER
from fanscribe.audio.sound import Samples
from fanscribe.documents.plan import Findings
from fanscribe.errors import UnreadableRecording
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import Track, in_file, marked
from tests.support.built_media import a_film, an_mp4, edited, tone
from tests.support.decoded_media import decoded, decoded_both_ways
from tests.support.hostile_media import a_header_of_wav, chunk, encoded


def found(folder: Path, data: bytes) -> Findings:
    file = folder / "recording"
    file.write_bytes(data)
    decoding = Decoding(file, "recording")
    assert sum(block.shape[1] for _, block in decoding) > 2 * SAMPLE_RATE
    assert decoding.findings
    return decoding.findings


def in_floats(channels: Sequence[Any]) -> bytes:
    data = io.BytesIO()
    with av.open(data, "w", format="wav") as container:
        stream: Any = container.add_stream("pcm_f32le", rate=SAMPLE_RATE, layout="stereo")
        interleaved = np.stack(channels, axis=1).astype(np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.rate = SAMPLE_RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return data.getvalue()


@pytest.mark.parametrize("sample", [float("inf"), -float("inf"), float("nan"), 1e30, -1e20])
def test_a_sample_that_is_no_sound_changes_neither_the_track_nor_the_mix(
    tmp_path: Path, sample: float
) -> None:
    left = tone(4) / 32_768
    strange = left.copy()
    strange[SAMPLE_RATE : SAMPLE_RATE + 4] = sample  # of every fourth pair one is compared
    findings = found(tmp_path, in_floats([strange, left / 2]))
    assert findings.lost["usual"] == 0
    assert not findings.tracks[0].empty


def test_titles_are_short_and_on_one_line_and_a_language_is_a_code(tmp_path: Path) -> None:
    titles = [
        {"language": "fra", "title": "é" * 100_000},
        {"language": "e\n-->" * 50, "title": "a\x1b[31m\n\tb\u202ec"},
    ]
    tracks = found(tmp_path, a_film(titles)).tracks
    assert [track.language for track in tracks] == ["fra", None]
    assert [track.title for track in tracks] == ["é" * 80, "a[31m bc"]


# ── Files that people bring ──────────────────────────────────────────────────────────────────────

MARKERS = {700: 0.5, 1_000: 2.4}
SOUND = marked(tone(3), MARKERS)
DELAY = 1_024  # samples, of AAC's encoder
A_FRAME_S = 0.04  # FFmpeg drops the last one of AC-3 where something follows
WITHIN_S = 0.07  # an encoder's delay, where no file says how long it is


def a_file(folder: Path, data: bytes) -> Path:
    file = folder / "recording"
    file.write_bytes(data)
    return file


def a_cover(size: int) -> bytes:
    """An ID3v2 tag with a picture."""
    tag = b"APIC" + size.to_bytes(4, "big") + bytes(2) + random.Random(size).randbytes(size)
    return b"ID3\x03\0\0" + bytes(len(tag) >> shift & 127 for shift in (21, 14, 7, 0)) + tag


@pytest.mark.parametrize("how", [("mp4", "aac", 48_000), ("ogg", "libopus", 48_000)])
@pytest.mark.parametrize("layout", ["5.1", "7.1"])
def test_channels_of_a_cinema_are_mixed_or_kept_apart(
    tmp_path: Path, how: tuple[str, str, int], layout: str
) -> None:
    """PyAV finds more planes than there are in a frame of eight."""
    path = a_file(tmp_path, encoded(SOUND, *how, layout=layout))
    mixed, apart = decoded(path), decoded(path, separate=True)
    count = av.AudioLayout(layout).nb_channels
    assert mixed.block.shape == (1, apart.block.shape[1])
    assert len(apart.block) == count
    loudest = int(np.argmax(np.abs(apart.block).max(axis=1)))
    assert np.corrcoef(apart.block[loudest], mixed.samples)[0, 1] > 0.99
    assert not mixed.findings.tracks[0].empty
    assert mixed.findings.lost["usual"] == 0


@pytest.mark.parametrize("size", [1_000, 1_500_000])
@pytest.mark.parametrize(
    "how",
    [
        ("mp3", "libmp3lame", 44_100),
        ("flac", "flac", 16_000),
        ("adts", "aac", 44_100),
        ("wav", "pcm_s16le", 16_000),
        ("aiff", "pcm_s16be", 16_000),
        ("ogg", "libopus", 48_000),
        ("ipod", "aac", 44_100),
    ],
)
def test_a_tag_with_a_cover_before_the_sound_changes_nothing(
    tmp_path: Path, how: tuple[str, str, int], size: int
) -> None:
    data = encoded(SOUND, *how)
    plain = decoded(a_file(tmp_path, data)).block
    for each in decoded_both_ways(a_file(tmp_path, a_cover(size) + data)).values():
        least = min(each.block.shape[1], plain.shape[1])
        assert each.block.shape[1] == pytest.approx(plain.shape[1], abs=SAMPLE_RATE * WITHIN_S)
        assert each.findings.undecodable == ()
    assert np.array_equal(decoded(tmp_path / "recording").block[:, :least], plain[:, :least])


@pytest.mark.parametrize(
    "behind", [bytes(65_536), random.Random(3).randbytes(100_000), b"LYRICSBEGIN" + b"la " * 2_000]
)
def test_what_follows_the_end_that_an_mp3_names_is_no_loss(tmp_path: Path, behind: bytes) -> None:
    data = encoded(SOUND, "mp3", "libmp3lame", 44_100)
    after = decoded(a_file(tmp_path, data + behind))
    assert after.findings.undecodable == ()
    assert after.seconds == pytest.approx(3, abs=WITHIN_S)
    joined = decoded(a_file(tmp_path, data + data))
    assert joined.seconds == pytest.approx(6, abs=2 * WITHIN_S)


def test_noise_in_the_place_of_sound_that_an_mp3_names_is_a_loss(tmp_path: Path) -> None:
    data = encoded(SOUND, "mp3", "libmp3lame", 44_100)
    half = len(data) // 2
    noise = random.Random(4).randbytes(len(data) - half)
    after = decoded(a_file(tmp_path, data[:half] + noise + bytes(65_536)))
    assert after.lost > 1


@pytest.mark.parametrize("rates", [(44_100, 48_000), (48_000, 16_000), (16_000, 44_100)])
@pytest.mark.parametrize("how", [("adts", "aac"), ("mp3", "libmp3lame")])
def test_a_rate_that_changes_on_the_way_tears_no_hole(
    tmp_path: Path, how: tuple[str, str], rates: tuple[int, int]
) -> None:
    """FFmpeg counts all packets as if they lasted as long as the first."""
    data = b"".join(encoded(SOUND, *how, rate) for rate in rates)
    for after in decoded_both_ways(a_file(tmp_path, data)).values():
        assert after.seconds == pytest.approx(6, abs=3 * WITHIN_S)
        assert after.findings.overlapped == 0
    second = decoded(tmp_path / "recording").samples[round(3.3 * SAMPLE_RATE) :]
    assert np.abs(second.reshape(-1)[: 2 * SAMPLE_RATE]).reshape(-1, 160).max(axis=1).min() > 0


@pytest.mark.parametrize("flags", ["disable_chpl", "frag_keyframe+empty_moov+default_base_moof"])
@pytest.mark.parametrize(
    ("edits", "skipped"),
    [
        ([(0, DELAY)], 0.0),
        ([(0, DELAY + 48_000)], 1.0),
        ([(2_000, -1), (0, DELAY)], 0.0),  # nothing else is there before it
        ([(3_000, DELAY)], 0.0),
    ],
)
def test_an_edit_without_an_end_goes_on_to_the_tracks_end(
    tmp_path: Path, flags: str, edits: list[tuple[int, int]], skipped: float
) -> None:
    data = edited(encoded(SOUND, "mp4", "aac", 48_000, options={"movflags": flags}), *edits)
    after = decoded(a_file(tmp_path, data))
    expected = {each: at - skipped for each, at in MARKERS.items() if at > skipped}
    assert after.places(*expected) == pytest.approx(expected, abs=0.03)
    assert after.seconds == pytest.approx(3 - skipped, abs=WITHIN_S)
    assert after.findings.undecodable == ()


def with_pauses(form: str) -> bytes:
    """Three seconds in AMR, in whose pauses next to nothing is sent (DTX)."""
    paused = np.concatenate([SOUND[: SAMPLE_RATE * 4 // 5], np.zeros(SAMPLE_RATE * 3 // 2)])
    paused = np.concatenate([paused, SOUND[len(paused) :]]).astype(np.int16)
    return encoded(paused, form, "libopencore_amrnb", 8_000, codec_options={"dtx": "1"})


@pytest.mark.parametrize("form", ["amr", "3gp"])
def test_pauses_in_amr_that_are_not_sent_are_silence(tmp_path: Path, form: str) -> None:
    """FFmpeg's own decoder knows no frames that describe a pause."""
    for after in decoded_both_ways(a_file(tmp_path, with_pauses(form))).values():
        assert after.findings.undecodable == ()
        assert after.seconds == pytest.approx(3, abs=WITHIN_S)
        assert after.places(*MARKERS) == pytest.approx(MARKERS, abs=0.03)
        pause = after.samples[SAMPLE_RATE * 6 // 5 : SAMPLE_RATE * 2].astype(int)
        assert np.abs(pause).max() < 500


@pytest.mark.parametrize("filler", [bytes(65_536), b"\xff" * 1_000, b"\xaa" * 30_000])
@pytest.mark.parametrize(
    "how",
    [
        ("mp3", "libmp3lame", 44_100),
        ("mp3", "libmp3lame", 8_000),
        ("adts", "aac", 16_000),
        ("amr", "libopencore_amrnb", 8_000),
        ("ac3", "ac3", 48_000),
    ],
)
def test_filler_behind_sound_whose_length_nobody_names_is_no_loss(
    tmp_path: Path, how: tuple[str, str, int], filler: bytes
) -> None:
    data = encoded(SOUND, *how, 16_000 if how[0] == "mp3" else None, options={"write_xing": "0"})
    plain = decoded(a_file(tmp_path, data))
    for after in decoded_both_ways(a_file(tmp_path, data + filler)).values():
        assert after.findings.undecodable == ()
        assert after.seconds == pytest.approx(plain.seconds, abs=A_FRAME_S)
        assert after.findings.unended == (len(filler) > LEAST_FILLER)


def test_a_track_with_nothing_but_a_constant_offset_is_empty(tmp_path: Path) -> None:
    moved = np.full((2, len(SOUND)), [[900], [-400]], np.int16)
    tracks = Track(moved, default=True), Track(np.stack([SOUND, SOUND]))
    data = in_file("matroska", "pcm_s16le", "stereo", *tracks)
    assert [each.empty for each in found(tmp_path, data).tracks] == [True, False]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (
            (cut := encoded(SOUND, "caf", "flac", 44_100))[: len(cut) // 2],
            "is cut off before the part that says how to read it: copy it once more.",
        ),
        (bytes(100_000), "holds nothing: all its bytes are alike. Copy it once more."),
        (
            (whole := an_mp4("frag_keyframe+empty_moov+default_base_moof"))[
                whole.index(b"moof") - 4 :
            ],
            (
                "is a piece of a stream, and only the first piece (init) says how to read it: "
                "join them all in their order, and upload that."
            ),
        ),
    ],
    ids=["cut", "filler", "piece"],
)
def test_what_is_not_there_is_named(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(UnreadableRecording) as refused:
        decoded(a_file(tmp_path, data))
    assert str(refused.value) == f"recording {what}"


def in_24_of_32_bits(sound: Samples) -> bytes:
    """A wav as Windows records it: its format names 24 bits, in samples of 32."""
    data = (sound.astype("<i4") << 16).tobytes()
    head = a_header_of_wav(1, SAMPLE_RATE, bits=32, data=len(data), form=0xFFFE)
    pcm = bytes.fromhex("0100000000001000800000aa00389b71")
    extended = head[20:36] + struct.pack("<HHI", 22, 24, 4) + pcm
    return head[:12] + chunk(b"fmt ", extended) + head[36:] + data


CAF = encoded(SOUND, "caf", "pcm_s16be", 16_000)


@pytest.mark.parametrize(
    "data",
    [in_24_of_32_bits(SOUND), CAF + b"peak" + struct.pack(">q", 100_000) + bytes(100_000)],
    ids=["24 bits", "caf"],
)
def test_sound_that_is_there_to_the_last_byte_lacks_nothing(tmp_path: Path, data: bytes) -> None:
    for after in decoded_both_ways(a_file(tmp_path, data)).values():
        assert after.findings.undecodable == ()
        assert after.block.shape == (1, len(SOUND))
        assert after.places(*MARKERS) == pytest.approx(MARKERS, abs=0.001)


def test_sound_of_a_transport_stream_goes_on_where_its_numbers_change(tmp_path: Path) -> None:
    """As between two programmes. FFmpeg's first look does not reach the second one's numbers."""
    later = marked(tone(3), {1_300: 1.0})
    first, second = (
        encoded(sound, "mpegts", "mp2", 48_000, options={"mpegts_start_pid": pid})
        for sound, pid in ((SOUND, "256"), (later, "512"))
    )
    nothing = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 33_000
    expected = MARKERS | {1_300: 4.0}
    for after in decoded_both_ways(a_file(tmp_path, first + nothing + second)).values():
        assert after.seconds == pytest.approx(6, abs=WITHIN_S)
        assert after.places(*expected) == pytest.approx(expected, abs=0.05)
        assert after.findings.undecodable == ()


@pytest.mark.parametrize("form", ["mp4", "mov", "3gp"])
def test_joined_mp4_follow_each_other(tmp_path: Path, form: str) -> None:
    later = marked(tone(4), {1_300: 1.0, 1_600: 3.5})
    first, second = (encoded(sound, form, "aac", 48_000) for sound in (SOUND, later))
    expected = MARKERS | {1_300: 4.0, 1_600: 6.5}
    for after in decoded_both_ways(a_file(tmp_path, first + second)).values():
        assert after.seconds == pytest.approx(7, abs=WITHIN_S)
        assert after.places(*expected) == pytest.approx(expected, abs=0.05)
        assert after.findings.undecodable == ()


@pytest.mark.parametrize("how", [("w64", "pcm_s16le", 16_000), ("caf", "pcm_s16be", 16_000)])
def test_a_second_file_that_is_not_read_is_a_loss(
    tmp_path: Path, how: tuple[str, str, int]
) -> None:
    after = decoded(a_file(tmp_path, 2 * encoded(SOUND, *how)))
    assert after.lost == pytest.approx(3, abs=WITHIN_S)


def with_sound_behind(form: str, codec: str, pictures: str, late_s: float) -> bytes:
    """Noisy pictures, 13 MB at least, then sound."""
    out, chance = io.BytesIO(), np.random.default_rng(5)
    with av.open(out, "w", format=form) as container:
        video: Any = container.add_stream(pictures, rate=25, pix_fmt="yuv420p")
        video.width, video.height, video.bit_rate, video.gop_size = 320, 240, 20_000_000, 1
        audio: Any = container.add_stream(codec, rate=44_100, layout="mono")
        for number in range(round(late_s * 25)):
            noise = chance.integers(0, 255, (360, 320), dtype=np.uint8)
            picture = av.VideoFrame.from_ndarray(noise, format="yuv420p")
            picture.pts = number
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        context = audio.codec_context
        resampler = av.AudioResampler(context.format, "mono", 44_100, context.frame_size)
        frame = av.AudioFrame.from_ndarray(SOUND[np.newaxis], format="s16", layout="mono")
        frame.rate, frame.pts = SAMPLE_RATE, 0
        for resampled in [*resampler.resample(frame), *resampler.resample(None), None]:
            for packet in audio.encode(resampled):
                packet.pts += round(late_s / packet.time_base)
                packet.dts = packet.pts
                container.mux(packet)
    return out.getvalue()


@pytest.mark.parametrize(
    "how",
    [("flv", "libmp3lame", "flv"), ("mpegts", "mp2", "mpeg2video")],
    ids=["flv", "ts"],
)
def test_sound_that_begins_behind_many_pictures_is_found(
    tmp_path: Path, how: tuple[str, str, str]
) -> None:
    path = a_file(tmp_path, with_sound_behind(*how, late_s=8))
    expected = {each: at + 8 for each, at in MARKERS.items()}
    for separate in (False, True):
        after = decoded(path, separate=separate)
        assert after.block.shape[0] == 1
        assert after.places(*expected) == pytest.approx(expected, abs=0.05)
        assert [track.channels for track in after.findings.tracks] == [1]


def test_sound_that_can_not_be_decoded_and_steps_back_in_time_is_a_loss(tmp_path: Path) -> None:
    """Joined transport streams: AAC, and then what is no AAC but is called so."""
    first, second = (encoded(SOUND, "mpegts", codec, 48_000) for codec in ("aac", "mp2"))
    after = decoded(a_file(tmp_path, first + second))
    assert after.seconds == pytest.approx(6, abs=WITHIN_S)
    assert after.lost == pytest.approx(3, abs=WITHIN_S)


def a_sphere(sound: Any) -> bytes:
    """NIST's format, of corpora of speech."""
    fields = f"sample_rate -i {SAMPLE_RATE}\nchannel_count -i 1\nsample_n_bytes -i 2\n"
    fields += f"sample_count -i {len(sound)}\nsample_byte_format -s2 01\nsample_coding -s3 pcm\n"
    head = f"NIST_1A\n   1024\n{fields}end_head\n".encode()
    return head.ljust(1024) + bytes(sound.astype("<i2").tobytes())


@pytest.mark.parametrize(
    "data",
    [
        a_sphere(SOUND),
        encoded(SOUND, "latm", "aac", 44_100),
        encoded(SOUND, "ircam", "pcm_s16le", 16_000),
        encoded(SOUND, "sox", "pcm_s32le", 16_000),
        encoded(SOUND, "caf", "pcm_f32le", 16_000),
        encoded(SOUND, "au", "pcm_mulaw", 16_000),
        encoded(SOUND, "wav", "pcm_f64le", 16_000),
        encoded(SOUND, "wav", "g722", 16_000),
        encoded(SOUND, "wav", "adpcm_ms", 16_000),
    ],
    ids=["sphere", "latm", "ircam", "sox", "caf", "au", "double", "g722", "adpcm"],
)
def test_rare_formats_are_read(tmp_path: Path, data: bytes) -> None:
    after = decoded(a_file(tmp_path, data))
    assert after.seconds == pytest.approx(3, abs=WITHIN_S)
    assert after.places(*MARKERS) == pytest.approx(MARKERS, abs=0.03)
