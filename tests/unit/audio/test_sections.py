"""A very long recording in sections: every packet is in one of them, and what they make together is
the recording.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.decode import Decoding
from fanscribe.audio.sections import FEWEST, MOST, SECTION_S, how_many, laid_end_to_end, section
from fanscribe.audio.sound import Block
from fanscribe.audio.timeline import TOLERANCE
from fanscribe.tiling.frames import Frames, on_one_grid
from fanscribe.tiling.listening import lay_tiles, listen
from fanscribe.times import FRAME, SAMPLE_RATE
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.hostile_media import CONTAINERS, encoded
from tests.support.lanes import long_but

QUICK = ("mp3", "mp4", "flac")


@given(st.integers(1, 10**13), st.integers(1, MOST))
def test_sections_share_out_every_byte_once_and_begin_a_little_early(size: int, count: int) -> None:
    shares = [section(size, count, number) for number in range(count)]
    assert [share.start for share in shares] + [size] == [0] + [share.end for share in shares]
    assert all(0 <= share.warm <= share.start for share in shares)


@given(st.floats(0, 10**6))
def test_only_what_is_very_long_is_shared_out_and_never_too_finely(seconds: float) -> None:
    count = how_many(seconds)
    assert count == 1 or (FEWEST <= count <= MOST and seconds / count >= SECTION_S)


def in_sections(path: Path, count: int) -> list[Block]:
    size = path.stat().st_size
    shares = [Decoding(path, path.name, section(size, count, number)) for number in range(count)]
    return [np.concatenate([block for own, block in share if own], axis=1) for share in shares]


@pytest.fixture(scope="module")
def speech() -> Block:
    """Ten minutes: long enough for a section's beginning to warm up every codec."""
    return np.tile(decoded(SAMPLE)[:, : 300 * SAMPLE_RATE], 2)


@pytest.mark.parametrize("name", long_but(QUICK, CONTAINERS))
def test_sections_make_the_whole_whatever_the_container(
    tmp_path: Path, speech: Block, name: str
) -> None:
    """To a sample or two, as the resampler starts anew, and to what a lossy decoder remembers of
    what it has not decoded.
    """
    path = tmp_path / f"talk.{name}"
    path.write_bytes(encoded(speech[0], *CONTAINERS[name]))
    whole, parts = decoded(path), in_sections(path, 3)
    assert sum(part.shape[1] for part in parts) == pytest.approx(whole.shape[1], abs=3)
    start = 0
    for part in parts:
        ours = part[0, 10:-10].astype(float)
        theirs = (
            whole[0, start + 10 + shift :][: len(ours)].astype(float) for shift in range(-2, 3)
        )
        assert max(np.corrcoef(ours, each)[0, 1] for each in theirs) > 0.98
        start += part.shape[1]


def some_frames(samples: int, channels: int = 1) -> Frames:
    """Each with its own number as its probability."""
    count = -(-samples // FRAME)
    values = np.broadcast_to(np.arange(count, dtype=np.float32), (channels, 2, count)).copy()
    return Frames(samples, values)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=6), st.integers(1, 2))
def test_frames_of_sections_come_to_lie_within_half_a_frame_of_where_they_were(
    lengths: list[int], channels: int
) -> None:
    starts = np.cumsum([0, *lengths]).tolist()
    whole = on_one_grid(
        [
            (start, some_frames(length, channels))
            for start, length in zip(starts, lengths, strict=False)
        ]
    )
    assert whole.samples == sum(lengths)
    assert whole.values.shape[2] == -(-sum(lengths) // FRAME)
    for frame in range(whole.values.shape[2]):
        mine = int(np.searchsorted(starts, frame * FRAME, side="right")) - 1
        was = starts[mine] + whole.values[0, 0, frame] * FRAME
        assert (
            abs(was - frame * FRAME) <= FRAME // 2
            or whole.values[0, 0, frame] == -(-lengths[mine] // FRAME) - 1
        )


@given(st.integers(1, 100_000))
def test_one_section_is_on_its_own_grid(samples: int) -> None:
    assert np.array_equal(
        on_one_grid([(0, some_frames(samples))]).values, some_frames(samples).values
    )


@given(st.integers(1, 20_000))
def test_frames_are_kept_as_they_were(samples: int) -> None:
    kept = Frames.load(samples, some_frames(samples, 2).dump())
    assert kept.samples == samples
    assert np.array_equal(kept.values, some_frames(samples, 2).values)


@pytest.mark.parametrize(
    "data", [b"", b"not frames", some_frames(FRAME).dump(), some_frames(9 * FRAME).dump()[:-1]]
)
def test_damaged_frames_are_reported(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Frames.load(9 * FRAME, data)


def test_what_a_section_finds_is_what_is_found_in_the_whole(speech: Block) -> None:
    """With two minutes to warm up, 99 of 100 frames are on the same side of the threshold, and no
    more than a tile is another.
    """
    whole = listen([(True, speech)])
    begin = 300 * SAMPLE_RATE + 77
    own = listen([(False, speech[:, 180 * SAMPLE_RATE : begin]), (True, speech[:, begin:])])
    assert own.samples == speech.shape[1] - begin
    joined = on_one_grid(
        [(0, Frames(begin, whole.values[:, :, : -(-begin // FRAME)])), (begin, own)]
    )
    assert np.mean((joined.values[0, 0] >= 0.5) == (whole.values[0, 0] >= 0.5)) > 0.99
    assert abs(len(lay_tiles(joined, 0.5)) - len(lay_tiles(whole, 0.5))) <= 1


@pytest.mark.parametrize("name", long_but(QUICK, CONTAINERS))
def test_a_section_knows_where_it_begins(tmp_path: Path, speech: Block, name: str) -> None:
    """By the file's clock, where there is one: to what containers round, less than what may be a
    gap.
    """
    path = tmp_path / f"talk.{name}"
    path.write_bytes(encoded(speech[0], *CONTAINERS[name]))
    size, places = path.stat().st_size, []
    for number in range(3):
        decoding = Decoding(path, path.name, section(size, 3, number))
        samples = sum(block.shape[1] for own, block in decoding if own)
        assert decoding.findings is not None
        places.append((decoding.findings.start if decoding.findings.clocked else None, samples))
    spans = laid_end_to_end(places)
    assert all(before[1] == after[0] for before, after in pairwise(spans)), "no gap was found"
    for (start, _), (begin, _) in zip(places, spans, strict=True):
        assert start is None or abs(start - begin) < TOLERANCE
