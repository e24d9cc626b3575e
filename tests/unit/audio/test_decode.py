"""Any container in, 16 kHz mono 16-bit out."""

import io
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.decode import decode, estimated_length, write_wav
from fanscribe.audio.decoder import BLOCK
from fanscribe.audio.demuxer import DEMUXERS
from fanscribe.audio.sound import WAV_HEADER
from fanscribe.errors import UnreadableRecording
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE
from tests.support.audio import a_tone, a_video_without_sound, a_wav, decoded
from tests.support.hostile_media import CONTAINERS, encoded


def test_what_is_16_khz_mono_already_comes_out_as_it_is(tmp_path: Path) -> None:
    tone = a_tone(25)
    assert np.array_equal(decoded(a_wav(tmp_path / "tone.wav", tone)), [tone])


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_other_rates_are_resampled_to_the_same_length(tmp_path: Path, rate: int) -> None:
    (samples,) = decoded(a_wav(tmp_path / "tone.wav", a_tone(3, rate), rate))
    assert abs(len(samples) - 3 * SAMPLE_RATE) <= 32
    assert 7_000 < np.abs(samples).max() < 9_000


def test_two_channels_become_one(tmp_path: Path) -> None:
    both = np.repeat(a_tone(1), 2)
    (mixed,) = decoded(a_wav(tmp_path / "stereo.wav", both, channels=2))
    assert abs(len(mixed) - SAMPLE_RATE) <= 32


def test_separate_channels_stay_apart_sample_for_sample(tmp_path: Path) -> None:
    left, right = a_tone(2), a_tone(2)[::-1]
    stereo = a_wav(tmp_path / "call.wav", np.stack([left, right], axis=1).reshape(-1), channels=2)
    assert np.array_equal(decoded(stereo, separate=True), [left, right])


def test_one_channel_is_one_even_if_separate_ones_are_asked_for(tmp_path: Path) -> None:
    assert len(decoded(a_wav(tmp_path / "tone.wav", a_tone(1)), separate=True)) == 1


def test_a_stream_that_changes_its_rate_on_the_way_is_decoded_to_its_end(tmp_path: Path) -> None:
    """As where two mp3s were joined, or a broadcast goes over to advertisements."""
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(
        b"".join(encoded(a_tone(2), "mp3", "libmp3lame", rate) for rate in (16_000, 44_100, 16_000))
    )
    (samples,) = decoded(joined)
    assert 5.8 * SAMPLE_RATE < len(samples) < 6.5 * SAMPLE_RATE
    loud = np.abs(samples.astype(float)).reshape(-1)[: 6 * SAMPLE_RATE].reshape(6, -1).mean(axis=1)
    assert loud.min() > 3_000, "the tone is everywhere"


def test_a_damaged_packet_is_passed_over(tmp_path: Path) -> None:
    """Damage is reported whatever the codec calls it: here FFmpeg's aac parser has an error of its
    own, besides invalid data.
    """
    data = bytearray(encoded(a_tone(10), "adts", "aac", 16_000))
    middle = len(data) // 2
    data[middle + 50 : middle + 450] = b"\xff" * 400
    (tmp_path / "scratched.aac").write_bytes(data)
    (samples,) = decoded(tmp_path / "scratched.aac")
    assert 9 * SAMPLE_RATE < len(samples) < 10.2 * SAMPLE_RATE


def test_a_long_recording_comes_in_blocks_of_bounded_size(tmp_path: Path) -> None:
    blocks = list(decode(a_wav(tmp_path / "tone.wav", a_tone(60)), "tone.wav"))
    assert len(blocks) == 6
    assert max(block.shape[1] for block in blocks) < BLOCK + SAMPLE_RATE


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.wav", b"", "empty.wav is empty (0 bytes)"),
        (
            "talk.mp3",
            b"These are just words in a file.\n" * 50,
            "talk.mp3 can't be read as audio or video",
        ),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "cut.wav is cut off before the part"),
        (
            "list.m3u8",
            b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
            "list.m3u8 is a playlist (HLS), not a",
        ),
        (
            "list.txt",
            b"ffconcat version 1.0\nfile /etc/passwd\n",
            "list.txt is a concat script, not a recording",
        ),
    ],
)
def test_what_is_no_recording_is_refused_by_name_and_reason(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableRecording) as refused:
        list(decode(tmp_path / name, name))
    assert message in str(refused.value)


def test_a_wav_of_no_samples_has_no_sound(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecording, match=r"zero\.wav has no sound: not one sample"):
        list(decode(a_wav(tmp_path / "zero.wav", a_tone(0)), "zero.wav"))


def test_a_video_without_sound_says_so(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableRecording, match=r"mute\.mp4 has no sound: there is no audio stream"
    ):
        list(decode(a_video_without_sound(tmp_path / "mute.mp4"), "mute.mp4"))


def test_every_demuxer_that_is_allowed_exists_and_none_opens_other_files() -> None:
    known = {name for format_name in av.formats_available for name in format_name.split(",")}
    allowed = set(DEMUXERS.split(","))
    assert not allowed & {
        "hls",
        "concat",
        "dash",
        "image2",
        "image2pipe",
        "sdp",
        "rtsp",
        "lavfi",
        "imf",
        "tedcaptions",
        "ffmetadata",
    }
    assert {name for name in allowed if name not in known} == set()


@given(st.integers(1, 5_000), st.integers(0, 2**32 - 1))
def test_a_wav_is_a_header_and_its_samples_so_a_range_of_it_is_a_range_of_them(
    length: int, seed: int
) -> None:
    samples = np.random.default_rng(seed).integers(-32_768, 32_767, length, np.int16, endpoint=True)
    data = write_wav(samples)
    with wave.open(io.BytesIO(data)) as file:
        assert file.getparams()[:4] == (1, 2, SAMPLE_RATE, length)
    assert len(data) == WAV_HEADER + SAMPLE_BYTES * length
    assert np.array_equal(np.frombuffer(data[WAV_HEADER:], np.int16), samples)


@pytest.mark.parametrize("name", ["mp3", "opus.ogg", "flac", "wav"])
def test_a_files_head_tells_about_how_long_it_is(tmp_path: Path, name: str) -> None:
    data = encoded(a_tone(120), *CONTAINERS[name])
    head = tmp_path / f"head.{name}"
    head.write_bytes(data[: len(data) // 4])
    assert estimated_length(head, head.name, len(data)) == pytest.approx(120, rel=0.1)
