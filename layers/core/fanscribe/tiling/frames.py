"""The VAD's view of a recording: a probability of speech and a level for each frame of 32 ms.
Pure.
"""

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fanscribe.times import FRAME


class Frames(NamedTuple):
    """Frames of `samples` in each channel; the last frame may be cut short by their end."""

    samples: int
    # shape (channels, 2, frames): probabilities, from 0 to 1, and levels (RMS, 0 to 1)
    values: NDArray[np.float32]

    def dump(self) -> bytes:
        """Write a npy file, for `load`."""
        out = io.BytesIO()
        np.save(out, self.values, allow_pickle=False)
        return out.getvalue()

    @classmethod
    def load(cls, samples: int, data: bytes) -> "Frames":
        """Raises ValueError if it is no such file, or not of `samples`."""
        try:
            values = np.load(io.BytesIO(data), allow_pickle=False)
        except EOFError as error:
            raise ValueError("nothing is in it") from error
        if values.ndim != 3 or values.shape[1:] != (2, -(-samples // FRAME)):
            raise ValueError(f"shape {values.shape} is not that of {samples} samples")
        return cls(samples, values)


def on_one_grid(sections: Sequence[tuple[int, Frames]]) -> Frames:
    """The frames of the whole, from those of its sections in order, each with the sample that it
    begins with.

    A section need not end with a frame. So each frame of the whole is the one of its section that
    it overlaps most: at most 16 ms off, a sixth of what a cut stays away from speech. Between
    sections, and in one without sound, there is silence.
    """
    samples = max((begin + frames.samples for begin, frames in sections), default=0)
    channels = max((len(frames.values) for _, frames in sections if frames.samples), default=1)
    whole = np.zeros((channels, 2, -(-samples // FRAME)), np.float32)
    for begin, (length, values) in sections:
        first, last = -(-begin // FRAME), -(-(begin + length) // FRAME)
        starts = np.arange(first, last) * FRAME - begin
        if len(starts):
            whole[:, :, first:last] = values[
                :, :, np.minimum((starts + FRAME // 2) // FRAME, values.shape[2] - 1)
            ]
    return Frames(samples, whole)
