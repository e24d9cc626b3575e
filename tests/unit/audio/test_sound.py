"""Sound in pieces: what is stored as it comes is found again by any range."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanscribe import keys
from fanscribe.audio.sound import PIECE, AudioPiece, Block, Cutter, ranges
from fanscribe.errors import StorageFault, WorkDamaged
from fanscribe.jobs.audio_store import AudioStore, sounds
from tests.support.builders import a_plan, a_tile
from tests.support.fakes import MemoryStorage

LENGTHS = st.lists(st.integers(1, 3 * PIECE), min_size=1, max_size=3)


@given(LENGTHS, st.data())
def test_ranges_of_pieces_make_exactly_the_stretch_that_is_wanted(
    lengths: list[int], data: st.DataObject
) -> None:
    edges, samples = [0, *np.cumsum(lengths).tolist()], sum(lengths)
    starts, sections = edges[:-1], list(pairwise(edges))
    start = data.draw(st.integers(0, samples - 1))
    end = data.draw(st.integers(start + 1, samples))
    found = list(ranges(sections, 1, start, end))
    pieces = [each.piece for each in found if each.piece]
    assert len(pieces) == len(found)
    where = [starts[piece.section] + piece.number * PIECE for piece in pieces]
    edges = [
        (begin + each.start, begin + each.end) for begin, each in zip(where, found, strict=True)
    ]
    assert edges[0][0] == start
    assert edges[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert all(
        0 <= each.start < each.end <= each.length <= PIECE
        and each.piece
        and each.piece.channel == 1
        for each in found
    )


def cut(section: int, blocks: list[Block]) -> dict[AudioPiece, Block]:
    cutter = Cutter(section)
    pieces = [piece for block in blocks for piece in cutter.feed(block)]
    return dict([*pieces, *cutter.rest()])


@settings(max_examples=20)
@given(st.lists(st.integers(0, PIECE + 9), max_size=6), st.integers(1, 2))
def test_pieces_are_the_same_however_the_sound_comes(sizes: list[int], channels: int) -> None:
    sound = np.random.default_rng(0).integers(-9, 9, (channels, sum(sizes)), np.int16)
    found = cut(2, np.split(sound, np.cumsum(sizes)[:-1], axis=1) if sizes else [])
    assert found.keys() == cut(2, [sound]).keys()
    for channel in range(channels):
        mine = [found[piece] for piece in sorted(found) if piece.channel == channel]
        assert [len(piece) for piece in mine[:-1]] == [PIECE] * (len(mine) - 1)
        assert np.array_equal(np.concatenate([np.zeros(0, np.int16), *mine]), sound[channel])


PLAN = a_plan((a_tile(0, 0, 290), a_tile(1, 290, 310), a_tile(2, 310, 620)))
SOUND = np.random.default_rng(1).integers(-9_999, 9_999, 620 * 16_000, np.int16)


def stored() -> MemoryStorage:
    storage = MemoryStorage()
    with AudioStore(storage, "work", PLAN.job).recorder() as keep:
        for block in np.array_split(SOUND[np.newaxis], 62, axis=1):
            keep(block)
    return storage


def test_what_was_kept_is_read_sample_for_sample_across_pieces_too() -> None:
    found = sounds(stored(), "work", PLAN, PLAN.tiles)
    assert all(
        np.array_equal(found[tile.index], SOUND[tile.start : tile.end]) for tile in PLAN.tiles
    )


def test_only_pieces_that_are_missing_or_not_whole_are_missed() -> None:
    storage, track = stored(), AudioStore(MemoryStorage(), "work", PLAN.job)
    assert track.missing(PLAN, PLAN.tiles) == {AudioPiece(0, 0, number) for number in range(3)}
    track = AudioStore(storage, "work", PLAN.job)
    assert track.missing(PLAN, PLAN.tiles) == set()
    storage.objects["work", keys.piece(PLAN.job, 0, 0, 1)] += b"!"
    assert track.missing(PLAN, PLAN.tiles) == {AudioPiece(0, 0, 1)}
    assert track.missing(PLAN, PLAN.tiles[:1]) == set()
    with pytest.raises(WorkDamaged, match=r"0001\.wav"):
        sounds(storage, "work", PLAN, PLAN.tiles[1:2])


def test_sound_that_can_not_be_stored_stops_the_decoding() -> None:
    class Full(MemoryStorage):
        def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
            raise StorageFault(
                f"S3 answered SlowDown for s3://{bucket}/{key} "
                f"({len(data)} bytes of {content_type})."
            )

    with (
        pytest.raises(StorageFault, match="SlowDown"),
        AudioStore(Full(), "work", PLAN.job).recorder() as keep,
    ):
        keep(SOUND[np.newaxis])
