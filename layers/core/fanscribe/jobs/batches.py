"""Batches of a chunk's tiles, handed out to readers that work side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from fanscribe.documents.plan import Tile
from fanscribe.jobs.attempts import next_batch
from fanscribe.jobs.deadline import Deadline
from fanscribe.recognition.compute import batch_size

Following = Callable[[], list[Tile]]
Result = TypeVar("Result")
Read = Callable[[list[Tile]], list[Result]]
Store = Callable[[list[Tile], list[Result]], None]


@dataclass
class Batches:
    """Tiles that wait to be read. Suspects go first, each while no other tile is read: if one ends
    its worker, no other is to blame.
    """

    spoken: Sequence[Tile]
    waiting: set[int]
    suspects: frozenset[int]
    most: int  # tiles in a batch
    deadline: Deadline

    def read(self, readers: int, read: Read[Result], store: Store[Result]) -> None:
        """Call `read` with each batch, in as many threads as there are readers, and `store` with
        its results, in this thread, while the readers go on.

        After an error nothing more is begun; what is under way is stored, and the error is raised.
        """
        _side_by_side(1, lambda: self._next(self.waiting & self.suspects, 1), read, store)
        _side_by_side(
            readers, lambda: self._next(self.waiting - self.suspects, readers), read, store
        )

    def _next(self, tiles: set[int], readers: int) -> list[Tile]:
        """Some of these tiles; none, if there are none or it is too late."""
        size = batch_size(len(tiles), readers, self.most)
        room = self.deadline.room(size) if tiles else 0
        batch = next_batch(self.spoken, tiles, self.suspects, room) if room else []
        self.waiting.difference_update(tile.index for tile in batch)
        return batch


def _side_by_side(
    readers: int, following: Following, read: Read[Result], store: Store[Result]
) -> None:
    under_way: dict[Future[list[Result]], list[Tile]] = {}
    errors: list[BaseException] = []
    with ThreadPoolExecutor(readers) as threads:

        def begin() -> None:
            while len(under_way) < readers and (batch := following()):
                under_way[threads.submit(read, batch)] = batch

        begin()
        while under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            ended = [(under_way.pop(future), future) for future in done]
            errors += [error for _, future in ended if (error := future.exception())]
            if not errors:  # before storing, which takes a while
                begin()
            for batch, future in ended:
                if not future.exception():
                    store(batch, future.result())
    if errors:
        raise errors[0]
