"""The decoded recording in the work bucket, read by whatever stretch is wanted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fanscribe import keys
from fanscribe.audio.sound import WAV_HEADER, Range, Samples, ranges
from fanscribe.documents.plan import Plan
from fanscribe.jobs.storage import Storage
from fanscribe.times import SAMPLE_BYTES


@dataclass(frozen=True)
class StoredSound:
    """The decoded sound of a recording. `job` is the one that read all of it."""

    storage: Storage
    bucket: str
    job: str

    def read(self, plan: Plan, channel: int, start: int, end: int) -> Samples:
        """The samples [start, end) of a channel.

        Raises WorkDamaged if a piece is not there, or not whole.
        """
        found = ranges_of(plan, channel, start, end)
        return np.concatenate([self._read(each) for each in found])

    def _read(self, part: Range) -> Samples:
        if part.piece is None:
            return np.zeros(part.end - part.start, np.int16)
        key = keys.piece(self.job, *part.piece)
        sizes = map(size, (part.start, part.end, part.length))
        return np.frombuffer(self.storage.read_range(self.bucket, key, *sizes), np.int16)


def ranges_of(plan: Plan, channel: int, start: int, end: int) -> Iterator[Range]:
    """The ranges of pieces that make up [start, end) of a channel."""
    return ranges(plan.sound.sections or ((0, plan.recording.samples),), channel, start, end)


def size(samples: int) -> int:
    """Bytes of a wav file of `samples`, and so the place of the next sample in it."""
    return WAV_HEADER + samples * SAMPLE_BYTES
