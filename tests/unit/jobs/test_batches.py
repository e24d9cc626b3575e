"""Batches that readers take side by side: each tile in one, none across another, suspects alone."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.jobs.batches import Batches
from fanscribe.jobs.deadline import Deadline
from tests.support.builders import a_reading, tiles, words

SPOKEN = [tile for tile in tiles(24, silent=(3, 7)) if not tile.silent]
INDEXES = [tile.index for tile in SPOKEN]
SOME = st.sets(st.sampled_from(INDEXES))


class Run:
    """What came of a chunk's batches."""

    def __init__(self, waiting: set[int], suspects: set[int] | None = None, most: int = 4) -> None:
        deadline = Deadline(lambda: 900_000, lambda: 0.0)
        self.batches = Batches(SPOKEN, set(waiting), frozenset(suspects or ()), most, deadline)
        self.begun: list[list[int]] = []
        self.stored: list[list[int]] = []
        self.reading: set[int] = set()  # tiles that are read at this moment
        self.beside: dict[int, set[int]] = {}  # those at the moment in which a tile was begun

    def go(self, readers: int, before: Callable[[list[int]], object] = lambda _: None) -> None:
        def read(batch: list[Tile]) -> list[Reading]:
            indexes = [tile.index for tile in batch]
            self.begun.append(indexes)
            self.beside |= {index: set(self.reading) for index in indexes}
            self.reading.update(indexes)
            before(indexes)
            self.reading.difference_update(indexes)
            return [a_reading(index, words("one")) for index in indexes]

        def store(batch: list[Tile], readings: list[Reading]) -> None:
            self.stored.append([reading.tile for reading in readings])
            assert self.stored[-1] == [tile.index for tile in batch]

        self.batches.read(readers, read, store)


@given(SOME, SOME, st.integers(1, 6), st.integers(1, 5))
def test_every_waiting_tile_is_stored_once_and_no_batch_reaches_across_another(
    waiting: set[int], suspects: set[int], readers: int, most: int
) -> None:
    run = Run(waiting, suspects, most)
    run.go(readers)
    assert sorted(tile for batch in run.stored for tile in batch) == sorted(waiting)
    assert not run.batches.waiting
    for batch in run.stored:
        assert [index for index in INDEXES if batch[0] <= index <= batch[-1]] == batch
        assert len(batch) <= most


def test_as_many_read_at_once_as_there_are_readers() -> None:
    three = threading.Barrier(3)
    run = Run(set(INDEXES[:12]))
    run.go(3, lambda _: three.wait(timeout=20))
    assert [len(batch) for batch in run.begun] == [4, 3, 2, 1, 1, 1]


def test_a_suspect_is_tried_before_the_others_and_beside_none() -> None:
    pause = threading.Event()
    run = Run(set(INDEXES), {4, 5, 20})
    run.go(3, lambda _: pause.wait(0.005))
    assert run.begun[:3] == [[4], [5], [20]]
    assert [run.beside[tile] for tile in (4, 5, 20)] == [set(), set(), set()]
    assert not any({4, 5, 20} & beside for beside in run.beside.values())


def test_after_an_error_what_is_under_way_is_stored_and_nothing_is_begun() -> None:
    both = threading.Barrier(2)

    def second_fails(indexes: list[int]) -> None:
        both.wait(timeout=20)
        if indexes[0]:
            raise MemoryError

    run = Run(set(INDEXES), most=2)
    with pytest.raises(MemoryError):
        run.go(2, second_fails)
    assert sorted(run.begun) == [[0, 1], [2, 4]]
    assert run.stored == [[0, 1]]


@given(st.integers(2, 6), st.integers(1, 8))
def test_batches_get_smaller_towards_the_end(readers: int, most: int) -> None:
    run = Run(set(INDEXES), most=most)
    run.go(readers)
    sizes = [len(batch) for batch in sorted(run.begun)]
    assert sizes == sorted(sizes, reverse=True)
    assert set(sizes[1 - readers :]) == {1}
