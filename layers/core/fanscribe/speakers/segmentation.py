"""Segmentation: who speaks when within ten seconds, up to three voices, two of them at once.

A voice's number means nothing outside its window.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from fanscribe.speakers.features import Floats
from fanscribe.times import SAMPLE_RATE

WINDOW = 10 * SAMPLE_RATE  # samples, what the model was trained on
FRAME_STEP, FRAME_WIDTH = 270, 991  # samples of its frames
SHORTEST = SAMPLE_RATE // 2  # a shorter tile is filled up with silence
# its seven classes, as sets of three voices
VOICES = 3
SETS = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], np.bool_
)

Mask = NDArray[np.bool_]


class Window(NamedTuple):
    """The activity of voices, shape (frames, VOICES), in a window of a tile.

    What counts are its frames in [first, last): the windows share the tile out among them.
    """

    start: int  # in samples of the tile
    first: int
    last: int
    active: Mask
    begin: int  # [begin, end) in samples of the tile is what the frames that count stand for
    end: int

    def sample_of(self, frame: int) -> int:
        """Where a frame begins to count, in samples of the tile: halfway from the one before."""
        if frame == self.first:
            return self.begin
        if frame == self.last:
            return self.end
        return self.start + frame * FRAME_STEP + (FRAME_WIDTH - FRAME_STEP) // 2


def windows(network: onnxruntime.InferenceSession, waveform: Floats) -> Iterator[Window]:
    """Windows that cover a tile evenly.

    Where two overlap, each counts up to the middle: at its edges the model knows least.
    """
    starts = _starts(len(waveform))
    middles = [(here + there + WINDOW) // 2 for here, there in pairwise(starts)]
    padded = np.pad(waveform, (0, max(0, SHORTEST - len(waveform))))
    edges = [0, *middles, len(waveform)]
    for start, (begin, end) in zip(starts, pairwise(edges), strict=True):
        sound = padded[start : start + WINDOW]
        (scores,) = network.run(None, {"waveforms": sound[np.newaxis, np.newaxis]})
        active = SETS[scores[0].argmax(-1)]
        first = max(0, frame_at(begin - start))
        last = frame_at(end - start) if end in middles else len(active)
        yield Window(start, first, min(last, len(active)), active, begin, end)


Places = TypeVar("Places", int, NDArray[np.intp])


def frame_at(sample: Places) -> Places:
    """The first frame whose middle is at a sample of its window, or after it. Of each, if many."""
    return -((FRAME_WIDTH // 2 - sample) // FRAME_STEP)


def _starts(samples: int) -> list[int]:
    if samples <= WINDOW:
        return [0]
    steps = -(-(samples - WINDOW) // WINDOW)
    return [i * (samples - WINDOW) // steps for i in range(steps + 1)]
