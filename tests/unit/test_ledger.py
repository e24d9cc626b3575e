"""Coverage is proved, not hoped for."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.contracts import Failure, Reading
from fanscribe.ledger import settle_ledger
from tests.builders import a_plan, a_reading, tiles


def read(*indexes: int) -> dict[int, Reading]:
    """Readings of these tiles."""
    return {index: a_reading(index, ()) for index in indexes}


DIED = Failure(error="Runtime.ExitError", cause="signal: killed")


@given(st.integers(0, 30), st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_every_tile_has_one_account_and_they_partition_the_recording(count: int, silent: set[int], had: set[int]) -> None:
    plan = a_plan(tiles(count, silent=silent))
    ledger = settle_ledger(plan, read(*had), {})
    assert [(tile.start, tile.end) for tile in ledger.tiles] == [(tile.start, tile.end) for tile in plan.tiles]
    assert ledger.complete == all(tile.silent or tile.index in had for tile in plan.tiles)


def test_a_missing_tile_is_failed_with_the_reason_that_its_chunk_gave() -> None:
    ledger = settle_ledger(a_plan(tiles(4)), read(0, 3), {1: DIED, 2: DIED})
    assert [tile.state for tile in ledger.tiles] == ["transcribed", "failed", "failed", "transcribed"]
    assert list(ledger.missing()) == ["0:10-0:30 (Runtime.ExitError)"]


def test_a_tile_that_was_read_in_the_end_is_transcribed_whatever_failed_before() -> None:
    assert settle_ledger(a_plan(tiles(1)), read(0), {0: DIED}).complete


def test_a_tile_of_which_nothing_is_known_is_failed_too() -> None:
    ledger = settle_ledger(a_plan(tiles(2)), read(0), {})
    assert list(ledger.missing()) == ["0:10-0:20 (nothing was stored for it)"]


def test_silence_needs_no_reading() -> None:
    assert settle_ledger(a_plan(tiles(3, silent=(0, 1, 2))), {}, {}).complete
