"""Coverage is proved, not hoped for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.job import Failure
from fanscribe.documents.plan import Undecodable
from fanscribe.documents.reading import Reading
from fanscribe.transcript.ledger import lost_share, settle_ledger
from tests.support.builders import SECOND, a_plan, a_reading, tiles


def read(*indexes: int) -> dict[int, Reading]:
    """Readings of these tiles."""
    return {index: a_reading(index, ()) for index in indexes}


DIED = Failure(error="Runtime.ExitError", cause="signal: killed")


@given(st.integers(0, 30), st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_every_tile_has_one_account_and_they_partition_the_recording(
    count: int, silent: set[int], had: set[int]
) -> None:
    plan = a_plan(tiles(count, silent=silent))
    ledger = settle_ledger(plan, read(*had), {})
    assert [(tile.start, tile.end) for tile in ledger.tiles] == [
        (tile.start, tile.end) for tile in plan.tiles
    ]
    assert ledger.complete == all(tile.silent or tile.index in had for tile in plan.tiles)


def test_a_missing_tile_is_failed_with_the_reason_that_its_chunk_gave() -> None:
    ledger = settle_ledger(a_plan(tiles(4)), read(0, 3), {1: DIED, 2: DIED})
    assert [tile.state for tile in ledger.tiles] == [
        "transcribed",
        "failed",
        "failed",
        "transcribed",
    ]
    assert list(ledger.missing()) == ["0:10-0:30 (Runtime.ExitError)"]


def test_a_tile_that_was_read_in_the_end_is_transcribed_whatever_failed_before() -> None:
    assert settle_ledger(a_plan(tiles(1)), read(0), {0: DIED}).complete


def test_a_tile_of_which_nothing_is_known_is_failed_too() -> None:
    ledger = settle_ledger(a_plan(tiles(2)), read(0), {})
    assert list(ledger.missing()) == ["0:10-0:20 (nothing was stored for it)"]


def test_silence_needs_no_reading() -> None:
    assert settle_ledger(a_plan(tiles(3, silent=(0, 1, 2))), {}, {}).complete


def damaged(start_s: float, end_s: float) -> Undecodable:
    return Undecodable(start=round(start_s * SECOND), end=round(end_s * SECOND))


def test_what_could_not_be_decoded_has_an_account_of_its_own_and_counts_as_missing() -> None:
    plan = a_plan(tiles(3)).model_copy(update={"undecodable": (damaged(5, 12),)})
    ledger = settle_ledger(plan, read(0, 1, 2), {})
    assert [(tile.tile, tile.state, tile.end - tile.start) for tile in ledger.tiles] == [
        (0, "transcribed", 5 * SECOND),
        (0, "undecodable", 5 * SECOND),
        (1, "undecodable", 2 * SECOND),
        (1, "transcribed", 8 * SECOND),
        (2, "transcribed", 10 * SECOND),
    ]
    assert list(ledger.missing()) == ["0:05-0:12 (undecodable: the file is damaged there)"]
    assert not ledger.complete
    assert lost_share(plan, ledger) == pytest.approx(7 / 37)


def test_less_than_a_second_is_listed_and_fails_nothing() -> None:
    plan = a_plan(tiles(2)).model_copy(update={"undecodable": (damaged(9.5, 10.4),)})
    ledger = settle_ledger(plan, read(0, 1), {})
    assert [tile.brief for tile in ledger.tiles if tile.state == "undecodable"] == [True, True]
    assert ledger.complete
    assert lost_share(plan, ledger) == 0


@given(st.integers(1, 9), st.lists(st.tuples(st.floats(0, 90), st.floats(0.001, 30)), max_size=5))
def test_accounts_partition_the_recording_whatever_is_damaged(
    count: int, damage: list[tuple[float, float]]
) -> None:
    stretches, here = [], 0.0
    for gap, length in damage:
        stretches.append(damaged(here + gap, here + gap + length))
        here += gap + length + 0.01
    plan = a_plan(tiles(count)).model_copy(update={"undecodable": tuple(stretches)})
    ledger = settle_ledger(plan, read(*range(count)), {})
    edges = [0, *(tile.end for tile in ledger.tiles)]
    assert [tile.start for tile in ledger.tiles] == edges[:-1]
    assert edges[-1] == plan.recording.samples
    inside = sum(
        max(0, min(lost.end, plan.recording.samples) - min(lost.start, plan.recording.samples))
        for lost in stretches
    )
    assert sum(t.end - t.start for t in ledger.tiles if t.state == "undecodable") == inside
