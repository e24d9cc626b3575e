from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.jobs.deadline import RESERVE_MS, Deadline


@dataclass
class Clock:
    """A clock that is set by hand, and what the invocation has left of `limit` seconds."""

    limit: float
    now: float = 0.0

    def deadline(self) -> Deadline:
        return Deadline(lambda: round((self.limit - self.now) * 1000), lambda: self.now)


def batches(limit: float, each: float, size: int = 1) -> list[int]:
    """The tiles in each batch that is begun in an invocation of `limit` seconds, where a tile takes
    `each` seconds.
    """
    clock = Clock(limit)
    deadline = clock.deadline()
    begun: list[int] = []
    while (room := deadline.room(size)) and len(begun) < 1000:
        with deadline.pacing(room):
            begun.append(room)
            clock.now += each * room
    assert clock.now <= limit or len(begun) == 1, "no batch but the first may run past the end"
    return begun


def test_batches_go_on_while_the_slowest_so_far_would_fit_again() -> None:
    assert len(batches(limit=900, each=10)) == 89
    assert len(batches(limit=900, each=100)) == 8


def test_the_first_batch_always_goes_or_nothing_would_move() -> None:
    assert batches(limit=1, each=0.5) == [1]


def test_time_is_kept_back_to_store_and_answer() -> None:
    assert batches(limit=RESERVE_MS / 1000 + 10, each=10) == [1]


def test_a_batch_is_made_smaller_to_fit_the_time_that_is_left() -> None:
    assert batches(limit=60, each=5, size=8) == [8, 2]


@given(st.floats(6, 900), st.floats(0.1, 100), st.integers(1, 32))
def test_no_batch_is_begun_that_would_not_end(limit: float, each: float, size: int) -> None:
    assert batches(limit, each, size)
