"""Which tiles go together, alone, or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.job import Attempt
from fanscribe.jobs.attempts import next_batch, poison, suspects
from tests.support.builders import tiles

SPOKEN = [tile for tile in tiles(12, silent=(3, 7)) if not tile.silent]
INDEXES = st.sets(st.sampled_from([tile.index for tile in SPOKEN]))


def an_attempt(first: int, last: int, execution: str = "now", error: str | None = None) -> Attempt:
    return Attempt(first=first, last=last, execution=execution, error=error)


@given(INDEXES, INDEXES, st.integers(1, 6))
def test_every_waiting_tile_is_in_one_batch_and_no_batch_reaches_across_another_tile(
    waiting: set[int], alone: set[int], size: int
) -> None:
    left, batches = set(waiting), []
    while left:
        batch = [tile.index for tile in next_batch(SPOKEN, left, alone, size)]
        assert 1 <= len(batch) <= size
        assert len(batch) == 1 or not alone.intersection(batch), "a suspect goes alone"
        assert [tile.index for tile in SPOKEN if batch[0] <= tile.index <= batch[-1]] == batch
        batches += batch
        left -= set(batch)
    assert batches == sorted(waiting)


def test_the_tiles_of_a_batch_that_never_ended_are_suspect() -> None:
    assert suspects([an_attempt(4, 6), an_attempt(9, 9)]) == {4, 5, 6, 9}
    assert next_batch(SPOKEN, {0, 1, 2}, (), 4)


def test_a_tile_is_given_up_after_its_second_attempt_in_the_same_execution() -> None:
    tried = [an_attempt(4, 6), an_attempt(5, 5, error="MemoryError")]
    assert poison(4, tried, "now") is None
    given_up = poison(5, tried, "now")
    assert given_up is not None
    assert (
        given_up.error,
        "ran out of memory" in given_up.cause,
        "MemoryError" in given_up.cause,
    ) == ("PoisonTile", True, True)


def test_a_new_execution_tries_again_with_care() -> None:
    tried = [an_attempt(4, 6, "before"), an_attempt(5, 5, "before")]
    assert poison(5, tried, "now") is None
    assert suspects(tried) == {4, 5, 6}
