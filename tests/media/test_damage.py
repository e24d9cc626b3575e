"""Noise in a file, and files that are cut off: the length stays right, the loss is reported.

What does not hold is named here, each with its reason.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fanscribe.audio.sound import Samples
from fanscribe.errors import UnreadableRecording
from fanscribe.times import SAMPLE_RATE
from tests.media.test_clock import SEEDS
from tests.support.decoded_media import DecodedFile, decoded
from tests.support.hostile_media import CONTAINERS, encoded
from tests.support.lanes import long_but

WITHIN_S = 0.1
NOISE = 3_000  # bytes

ANY_BYTES_ARE_SOUND = {"wav", "w64", "aiff", "au", "caf", "mov", "mxf"}  # nothing can tell noise
BYTES_ARE_ALL_THERE_IS = {  # seconds off: they have no timestamps
    "aac": 0.3,  # a variable rate
    "amr": 0.7,  # nearly any byte begins a frame, of one of eight lengths
}
A_GAP_IS_ALL_THERE_IS = {
    "ts",  # FFmpeg drops what lost its sync, and says nothing: its counters are not looked at
    "rm",  # the same, where noise hits whole packets
}
A_CHAIN = {"voc"}  # each block says where the next one is: behind noise there is none
# seconds: the page that is cut through says when it ends
TO_THE_PAGES_END = {"opus.ogg": 1.1, "flac.ogg": 1.3}
PROMISE_NOTHING = {"aac", "ac3", "eac3", "amr", "ts", "mpg", "flv", "voc"}
ESTIMATED = {"asf": 2.0}  # seconds off: the end is reckoned from bytes, packets' headers are not
QUICK = ("mp3", "mp4", "mkv", "wav", "opus.ogg")
NOT_WITHOUT_THEIR_END = {"mp4", "alac.m4a", "mov", "3gp"}  # their index is there


@dataclass
class Whole:
    """The same twenty seconds in every container, and how long each is."""

    folder: Path
    lengths: dict[str, float] = field(default_factory=dict)

    def of(self, name: str) -> tuple[bytes, float]:
        path = self.folder / f"whole.{name}"
        if name not in self.lengths:
            self.lengths[name] = decoded(path).seconds
        return path.read_bytes(), self.lengths[name]


@pytest.fixture(scope="module")
def whole(speech: Samples, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    for name, how in CONTAINERS.items():
        (folder / f"whole.{name}").write_bytes(encoded(speech[: 20 * SAMPLE_RATE], *how))
    return Whole(folder)


@pytest.mark.parametrize("name", long_but(QUICK, CONTAINERS))
def test_noise_in_a_file_leaves_its_length_and_is_reported(
    whole: Whole,
    tmp_path: Path,
    name: str,
) -> None:
    path = tmp_path / f"noise.{name}"
    data, length = whole.of(name)
    at = len(data) // 3
    for seed in SEEDS[::2]:
        noise = random.Random(f"{name} {seed}").randbytes(NOISE)
        path.write_bytes(data[:at] + noise + data[at + NOISE :])
        try:
            after = decoded(path)
        except UnreadableRecording:
            continue
        within = BYTES_ARE_ALL_THERE_IS.get(name, WITHIN_S)
        assert after.seconds == pytest.approx(length, abs=within), (seed, after.findings)
        if name in ANY_BYTES_ARE_SOUND:
            assert after.lost == 0
        elif name not in A_GAP_IS_ALL_THERE_IS:
            assert after.lost > 0, (seed, after.findings)
            assert name in A_CHAIN or around(after, length / 3), (seed, after.findings)


def around(after: DecodedFile, place: float) -> bool:
    """Whether all that is undecodable is near a place, as far as containers spread their sound."""
    return all(place - 4 < begin and end < place + 6 for begin, end in after.undecodable)


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("name", long_but(QUICK, CONTAINERS))
def test_a_file_that_is_cut_off_says_so_if_it_promises_more(
    whole: Whole,
    tmp_path: Path,
    name: str,
    share: float,
) -> None:
    path = tmp_path / f"cut.{name}"
    data, length = whole.of(name)
    path.write_bytes(data[: round(len(data) * share)])
    if name in NOT_WITHOUT_THEIR_END:
        with pytest.raises(UnreadableRecording, match="is cut off: its table of contents"):
            decoded(path)
        return
    after = decoded(path)
    if page := TO_THE_PAGES_END.get(name, 0):
        assert share * length - page < after.seconds < share * length + page
        assert 0.2 < after.lost < page
        assert after.undecodable[-1][1] == pytest.approx(after.seconds, abs=0.01)
        return
    if name in PROMISE_NOTHING:
        assert share * length - 1.5 < after.seconds < share * length + 0.5
        assert after.lost < 0.1, "the packet that was cut through, if any"
        return
    within = ESTIMATED.get(name, WITHIN_S)
    assert after.seconds == pytest.approx(length, abs=within), after.findings
    begin, end = after.undecodable[-1]
    assert end == pytest.approx(after.seconds, abs=0.01)
    assert share * length - 4.5 < begin < share * length + 1.5
