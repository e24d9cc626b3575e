from dataclasses import dataclass

from fanscribe.deadline import RESERVE_MS, Deadline


@dataclass
class Clock:
    """A clock that is told what time it is, and what the invocation has left of `limit` seconds."""

    limit: float
    now: float = 0.0

    def deadline(self) -> Deadline:
        return Deadline(lambda: round((self.limit - self.now) * 1000), lambda: self.now)


def batches(limit: float, each: float) -> int:
    """How many batches of `each` seconds are begun in an invocation of `limit` seconds."""
    clock = Clock(limit)
    deadline = clock.deadline()
    count = 0
    while deadline.allows_another():
        count += 1
        clock.now += each
    assert clock.now < limit or count == 1, "no batch but the first may run past the end"
    return count


def test_batches_go_on_while_the_slowest_so_far_would_fit_again() -> None:
    assert batches(limit=900, each=10) == 88
    assert batches(limit=900, each=100) == 8


def test_the_first_batch_always_goes_or_nothing_would_move() -> None:
    assert batches(limit=1, each=0.5) == 1


def test_time_is_kept_back_to_store_and_answer() -> None:
    assert batches(limit=RESERVE_MS / 1000 + 10, each=10) == 1
