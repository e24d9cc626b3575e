"""Files without timestamps of each packet: mp3, and Ogg, whose pages have them.

What happens to them is damage, tags in the middle, and being joined.
"""

import random
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.media.test_clock import SEEDS
from tests.support.broken_media import marked
from tests.support.decoded_media import decoded, decoded_both_ways
from tests.support.hostile_media import encoded

pytestmark = pytest.mark.long

WITHIN_S = 0.05
LASTS_S = 8.0
A_FRAME_S = 0.04  # FFmpeg reads a tag and the frame behind it as one packet, which can't be decoded
MARKERS = {700: 2.0, 1_000: 6.5}


def a_cover(size: int) -> bytes:
    return b"APIC" + struct.pack(">I", size) + bytes(2) + random.Random(size).randbytes(size)


def id3v2(size: int) -> bytes:
    body = a_cover(size)
    sizes = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + sizes + body


def ape(size: int) -> bytes:
    item = struct.pack("<II", size, 2) + b"Cover Art (Front)\0" + bytes(size)

    def edge(flags: int) -> bytes:
        return b"APETAGEX" + struct.pack("<IIII", 2_000, len(item) + 32, 1, flags) + bytes(8)

    return edge(0xA000_0000) + item + edge(0x8000_0000)


TAGS = {
    "nothing": b"",
    "ID3v1": b"TAG" + b"a title".ljust(125, b"\0"),
    "ID3v2": id3v2(300_000),
    "APE": ape(20_000),
    "all of them": ape(5_000) + b"TAG" + bytes(125) + id3v2(300_000),
}


@pytest.fixture(scope="module")
def two(speech: Samples) -> list[Samples]:
    """Two recordings, each with a marker of its own."""
    halves = speech[: round(LASTS_S * SAMPLE_RATE)], speech[round(LASTS_S * SAMPLE_RATE) :]
    return [
        marked(half[: round(LASTS_S * SAMPLE_RATE)].copy(), {frequency: place})
        for half, (frequency, place) in zip(halves, MARKERS.items(), strict=True)
    ]


def in_mp3(sound: Samples, rate: int, bit_rate: int = 64_000) -> bytes:
    return encoded(sound, "mp3", "libmp3lame", rate, bit_rate)


@pytest.mark.parametrize(
    ("between", "rates"),
    [
        *((name, (44_100, 44_100)) for name in TAGS),
        ("all of them", (44_100, 16_000)),
        ("nothing", (16_000, 16_000)),
    ],
)
def test_joined_mp3_follow_each_other_whatever_tags_are_between(
    tmp_path: Path,
    two: list[Samples],
    between: str,
    rates: tuple[int, int],
) -> None:
    path = tmp_path / "joined.mp3"
    first, second = (in_mp3(sound, rate) for sound, rate in zip(two, rates, strict=True))
    path.write_bytes(first + TAGS[between] + second)
    after = decoded(path)
    assert after.lost < A_FRAME_S, after.findings
    # Of the second file, nothing says what is its encoder's delay
    assert after.seconds == pytest.approx(2 * LASTS_S, abs=0.2)
    assert after.places(700)[700] == pytest.approx(MARKERS[700], abs=WITHIN_S)
    assert after.places(1_000)[1_000] == pytest.approx(LASTS_S + MARKERS[1_000], abs=0.15)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bit_rate", [32_000, 64_000])
def test_noise_in_an_mp3_lasts_as_long_as_its_bytes(
    tmp_path: Path,
    two: list[Samples],
    bit_rate: int,
    seed: int,
) -> None:
    chance = random.Random(f"{bit_rate} {seed}")
    path = tmp_path / "talk.mp3"
    data = in_mp3(two[0], 16_000, bit_rate) * 2
    path.write_bytes(data)
    before = decoded(path).seconds
    at, size = len(data) * 5 // 8, chance.randrange(300, 12_000)
    path.write_bytes(data[:at] + chance.randbytes(size) + data[at + size :])
    for after in decoded_both_ways(path).values():
        assert after.seconds == pytest.approx(before, abs=0.1)
        assert after.places(700)[700] == pytest.approx(MARKERS[700], abs=WITHIN_S)
        assert after.lost > 0


# ── Ogg ──────────────────────────────────────────────────────────────────────────────────────────

ENCODERS = {"opus": "libopus", "flac": "flac"}
CHAINS = [
    [("opus", 48_000), ("opus", 48_000)],
    [("flac", 16_000), ("flac", 16_000)],
    [("flac", 16_000), ("flac", 44_100)],
    [("flac", 48_000), ("opus", 48_000)],
    [("opus", 48_000), ("flac", 16_000)],
]


@pytest.mark.parametrize("chain", CHAINS)
def test_joined_ogg_files_follow_each_other(
    tmp_path: Path,
    two: list[Samples],
    chain: Sequence[tuple[str, int]],
) -> None:
    path = tmp_path / "joined.ogg"
    files: list[bytes] = []
    for sound, (codec, rate) in zip(two, chain, strict=True):
        files.append(encoded(sound, "ogg", ENCODERS[codec], rate))
    path.write_bytes(b"".join(files))
    after = decoded(path)
    assert after.lost == 0, after.findings
    assert after.seconds == pytest.approx(2 * LASTS_S, abs=0.1)
    assert after.places(700)[700] == pytest.approx(MARKERS[700], abs=WITHIN_S)
    assert after.places(1_000)[1_000] == pytest.approx(LASTS_S + MARKERS[1_000], abs=0.1)
