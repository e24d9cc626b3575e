"""The decoded recording in the work bucket: stored piece by piece while it is decoded, read by
whatever stretch is wanted.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.audio.sound import AudioPiece, Block, Cutter, Samples
from fanscribe.documents.plan import Plan, Tile
from fanscribe.jobs.storage import Storage
from fanscribe.jobs.stored_sound import StoredSound, ranges_of, size

WAV = "audio/wav"
WRITERS = 4  # threads storing pieces: S3 takes 80 to 100 MB/s from one connection


@dataclass(frozen=True)
class AudioStore(StoredSound):
    """The same, to be written too."""

    @contextmanager
    def recorder(
        self, section: int = 0, wanted: Collection[AudioPiece] | None = None
    ) -> Iterator[Callable[[Block], None]]:
        """A recorder that takes a section's sound, block by block, and stores it in pieces, all or
        those `wanted`, WRITERS at once.
        """
        cutter = Cutter(section)
        pending: deque[Future[None]] = deque()
        with ThreadPoolExecutor(WRITERS) as threads:

            def store(pieces: Iterator[tuple[AudioPiece, Samples]]) -> None:
                for piece, samples in pieces:
                    if wanted is None or piece in wanted:
                        if len(pending) == WRITERS:
                            pending.popleft().result()
                        pending.append(threads.submit(self._store, piece, samples))

            yield lambda block: store(cutter.feed(block))
            store(cutter.rest())
            for stored in pending:
                stored.result()

    def missing(self, plan: Plan, tiles: Sequence[Tile]) -> set[AudioPiece]:
        """The pieces with sound of these tiles that are not there, or not whole."""
        there = self.storage.sizes(self.bucket, keys.sound(self.job))
        parts = (
            each for tile in tiles for each in ranges_of(plan, tile.channel, tile.start, tile.end)
        )
        needed = {each.piece: each.length for each in parts if each.piece}
        return {
            piece
            for piece, length in needed.items()
            if there.get(keys.piece(self.job, *piece)) != size(length)
        }

    def _store(self, piece: AudioPiece, samples: Samples) -> None:
        self.storage.write(self.bucket, keys.piece(self.job, *piece), write_wav(samples), WAV)


def sounds(storage: Storage, bucket: str, plan: Plan, tiles: Sequence[Tile]) -> dict[int, Samples]:
    """The samples of each of a run of a channel's tiles, by index. Raises WorkDamaged."""
    first, last = tiles[0], tiles[-1]
    sound = AudioStore(storage, bucket, plan.sound.job).read(
        plan, first.channel, first.start, last.end
    )
    return {tile.index: sound[tile.start - first.start : tile.end - first.start] for tile in tiles}
