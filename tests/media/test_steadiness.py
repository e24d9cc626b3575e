"""Things that say nothing of the sound change nothing: jitter, a wrong timestamp, a beginning."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import (
    KINDS,
    Kind,
    Part,
    jittered,
    marked,
    moved,
    muxed,
    parts_of,
    restamped,
    without_stamps,
)
from tests.support.decoded_media import DecodedFile, decoded, decoded_both_ways
from tests.support.hostile_media import encoded

pytestmark = pytest.mark.long

CLOCKED = ["mkv", "webm", "ts", "flv"]
DAY_S = 86_400.0
WITH_EDIT_LISTS = [("mp4", "aac", 16_000), ("ipod", "aac", 44_100), ("ipod", "alac", 16_000)]
Encoded = Callable[[Kind], list[Part]]
MARKERS = {700: 2.0, 1_000: 6.0, 1_300: 10.0}


@pytest.fixture(scope="module")
def parts(speech: Samples) -> Encoded:
    sound = marked(speech[: 12 * SAMPLE_RATE], MARKERS)
    return lambda kind: parts_of(sound, kind)


def in_file(folder: Path, name: str, parts: Sequence[Part]) -> Path:
    path = folder / f"{len(list(folder.iterdir()))}.{name}"
    path.write_bytes(muxed(parts, KINDS[name]))
    return path


def is_unchanged(after: DecodedFile, before: DecodedFile) -> bool:
    """Whether the same samples came out, and nothing was found; the last frame may be longer."""
    least = min(after.block.shape[1], before.block.shape[1])
    found = (after.findings.undecodable, after.findings.overlapped)
    return (
        abs(after.seconds - before.seconds) <= 0.03
        and np.array_equal(after.block[:, :least], before.block[:, :least])
        and found == ((), 0)
    )


@pytest.mark.parametrize("name", CLOCKED)
def test_jitter_of_10_ms_changes_no_sample(tmp_path: Path, parts: Encoded, name: str) -> None:
    even = parts(KINDS[name])
    uneven = jittered(even[1:], random.Random(name), 0.01)
    before = decoded(in_file(tmp_path, name, even))
    for after in decoded_both_ways(in_file(tmp_path, name, [even[0], *uneven])).values():
        assert after.findings.undecodable == ()
        assert after.findings.overlapped == 0
        assert after.seconds == pytest.approx(before.seconds, abs=0.03)
        assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.03)
    assert is_unchanged(decoded(in_file(tmp_path, name, [even[0], *uneven])), before)


@pytest.mark.parametrize("name", CLOCKED)
@pytest.mark.parametrize("wrong_s", [5.0, -3.0])
def test_one_wrong_timestamp_moves_nothing(
    tmp_path: Path,
    parts: Encoded,
    name: str,
    wrong_s: float,
) -> None:
    right = parts(KINDS[name])
    wrong = [*right[:250], *moved(right[250:251], wrong_s), *right[251:]]
    before, after = (decoded(in_file(tmp_path, name, each)) for each in (right, wrong))
    assert (after.undecodable, after.findings.overlapped) == ([], 0)
    assert after.block.shape == before.block.shape
    assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.001)


@pytest.mark.parametrize("name", ["mp4", *CLOCKED])
def test_where_the_clock_begins_is_the_beginning(tmp_path: Path, parts: Encoded, name: str) -> None:
    early = parts(KINDS[name])
    before, after = (decoded(in_file(tmp_path, name, each)) for each in (early, moved(early, 7)))
    assert after.seconds == pytest.approx(before.seconds, abs=0.03)
    assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.03)


@pytest.mark.parametrize("name", ["mkv", "webm", "ts"])
def test_a_clock_that_begins_below_zero_begins_there(
    tmp_path: Path,
    parts: Encoded,
    name: str,
) -> None:
    some = parts(KINDS[name])
    path = in_file(tmp_path, name, some)
    before = decoded(path)
    path.write_bytes(restamped(path.read_bytes(), KINDS[name], [-2.5] * len(some)))
    after = decoded(path)
    assert after.seconds == pytest.approx(before.seconds, abs=0.03)
    assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.03)


def test_packets_without_a_timestamp_follow_each_other(tmp_path: Path, parts: Encoded) -> None:
    path = in_file(tmp_path, "ts", parts(KINDS["ts"]))
    before = decoded(path)
    path.write_bytes(without_stamps(path.read_bytes(), every=3))
    for after in decoded_both_ways(path).values():
        assert after.seconds == pytest.approx(before.seconds, abs=0.03)
        assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.03)


@pytest.mark.parametrize("name", ["mkv", "webm", "flv"])
def test_a_jump_of_three_days_is_not_believed(tmp_path: Path, parts: Encoded, name: str) -> None:
    right = parts(KINDS[name])
    far = [*right[:250], *moved(right[250:], 3 * DAY_S)]
    before = decoded(in_file(tmp_path, name, right))
    for after in decoded_both_ways(in_file(tmp_path, name, far)).values():
        assert after.findings.miscounted / SAMPLE_RATE == pytest.approx(3 * DAY_S, abs=0.1)
        assert after.seconds == pytest.approx(before.seconds, abs=0.05)
        assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.05)


@pytest.mark.parametrize("how", WITH_EDIT_LISTS)
def test_an_encoders_delay_and_padding_are_cut_off_to_the_sample(
    tmp_path: Path, speech: Samples, how: tuple[str, str, int]
) -> None:
    """Edit lists say what of the decoded sound is the recording."""
    path = tmp_path / "talk.mp4"
    sound = marked(speech[: 5 * SAMPLE_RATE + 77], {700: 2.0})
    path.write_bytes(encoded(sound, *how))
    with av.open(str(path)) as container:
        stream: Any = container.streams.audio[0]
        promised = float(stream.duration * stream.time_base)
    after = decoded(path)
    assert after.seconds == pytest.approx(promised, abs=1e-3)
    assert after.places(700)[700] == pytest.approx(2.0, abs=0.005)


@pytest.mark.parametrize("name", ["mkv", "webm", "ts", "frag.mp4"])
def test_a_pause_that_is_hardly_sent_keeps_its_length_and_the_word_behind_it_its_beginning(
    tmp_path: Path,
    parts: Encoded,
    name: str,
) -> None:
    """Opus sends a packet every 400 ms while nobody speaks (DTX), as calls are recorded."""
    every = parts(KINDS[name])
    sent = [part for i, part in enumerate(every) if not 3.0 <= part.at < 5.95 or i % 20 == 0]
    before = decoded(in_file(tmp_path, name, every))
    for after in decoded_both_ways(in_file(tmp_path, name, sent)).values():
        assert after.findings.undecodable == ()
        assert after.seconds == pytest.approx(before.seconds, abs=0.03)
        assert after.places(*MARKERS) == pytest.approx(before.places(*MARKERS), abs=0.03)
        # the first 100 ms of the marker, which the model needs to hear a word
        assert loudness(after, 6.0, 6.1) == pytest.approx(loudness(before, 6.0, 6.1), rel=0.05)


def loudness(file: DecodedFile, begin: float, end: float) -> float:
    part = file.samples[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)].astype(float)
    return float(np.sqrt(np.mean(part**2)))
