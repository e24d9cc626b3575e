"""Which track of a file is listened to, and all of them on one clock."""

from pathlib import Path

import numpy as np
import pytest

from fanscribe.audio.sound import Samples
from fanscribe.documents.plan import Selection
from fanscribe.documents.track import ALL
from fanscribe.errors import InvalidOption, RecordingTooLarge
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import Track, found_at, in_file, marked
from tests.support.decoded_media import decoded

FIRST, SECOND = {700: 2.0}, {1_000: 3.0}
FILES = [("matroska", "aac"), ("mp4", "aac"), ("mpegts", "mp2"), ("matroska", "libopus")]


@pytest.fixture
def two(speech: Samples) -> tuple[Samples, Samples]:
    """Six seconds, and another six, each with its marker."""
    six = 6 * SAMPLE_RATE
    first, second = speech[:six], speech[six : 2 * six]
    return marked(first, FIRST)[None], marked(second, SECOND)[None]


def a_film(folder: Path, how: tuple[str, str], *tracks: Track) -> Path:
    path = folder / "film"
    path.write_bytes(in_file(*how, "mono", *tracks, rate=48_000))
    return path


def takes(path: Path, asked: str | None) -> int | None:
    after = decoded(path, selection=Selection(track=asked))
    found = [number for number, hz in enumerate((700, 1_000), 1) if after.places(hz)[hz]]
    assert found == [after.findings.track]
    return after.findings.track


@pytest.mark.parametrize("default", [1, 2])
@pytest.mark.parametrize("form", ["matroska", "mp4"])
def test_the_track_with_the_default_flag_is_taken(
    tmp_path: Path,
    two: tuple[Samples, Samples],
    form: str,
    default: int,
) -> None:
    tracks = [Track(each, default=number == default) for number, each in enumerate(two, 1)]
    assert takes(a_film(tmp_path, (form, "aac"), *tracks), None) == default


@pytest.mark.parametrize(
    ("how", "written", "asked"),
    [
        (("matroska", "aac"), "fre", "fr"),
        (("matroska", "aac"), "fra", "fre"),
        (("matroska", "aac"), "fre", "2"),
        (("mpegts", "mp2"), "fra", "fr"),
        (("mpegts", "mp2"), "fre", "fra"),
    ],
)
def test_a_track_is_found_by_any_name_of_its_language(
    tmp_path: Path, two: tuple[Samples, Samples], how: tuple[str, str], asked: str, written: str
) -> None:
    tracks = Track(two[0], {"language": "eng"}, default=True), Track(two[1], {"language": written})
    assert takes(a_film(tmp_path, how, *tracks), asked) == 2


@pytest.mark.parametrize("asked", ["de", "3", "0", "klingon", "x" * 40])
def test_a_track_that_is_not_there_is_refused_with_those_that_are(
    tmp_path: Path, two: tuple[Samples, Samples], asked: str
) -> None:
    tracks = Track(two[0], {"language": "eng"}), Track(two[1], {"language": "fra"})
    with pytest.raises(InvalidOption) as refused:
        takes(a_film(tmp_path, ("matroska", "aac"), *tracks), asked)
    message = f"film has no track {asked!r}. It has track 1 (eng) and track 2 (fra)."
    assert str(refused.value) == message


@pytest.mark.parametrize("late_s", [0, 2.5])
@pytest.mark.parametrize("how", FILES)
def test_all_tracks_are_channels_on_one_clock(
    tmp_path: Path, two: tuple[Samples, Samples], how: tuple[str, str], late_s: float
) -> None:
    path = a_film(tmp_path, how, Track(two[0]), Track(two[1], late_s=late_s))
    after = decoded(path, selection=Selection(track=ALL))
    assert after.block.shape[0] == 2
    assert after.findings.track is None
    assert found_at(after.block[0], 700) == pytest.approx(2.0, abs=0.05)
    assert found_at(after.block[1], 1_000) == pytest.approx(3.0 + late_s, abs=0.05)
    assert after.seconds == pytest.approx(6 + late_s, abs=0.05)
    assert not np.any(np.abs(after.block[1, : round(late_s * SAMPLE_RATE * 0.95)]) > 50)


def test_more_tracks_than_a_recording_may_have_channels_are_refused(
    tmp_path: Path, speech: Samples
) -> None:
    """Before they are opened: a hostile file may have thousands."""
    track = Track(speech[np.newaxis, :SAMPLE_RATE])
    path = a_film(tmp_path, ("matroska", "flac"), *[track] * 9)
    with pytest.raises(RecordingTooLarge, match=r"has 9 channels, and at most 8 may be"):
        decoded(path, selection=Selection(track=ALL, fixed=True))
