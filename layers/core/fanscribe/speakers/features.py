"""Log mel filter banks, as Kaldi computes them: what speaker embeddings take as their input.

80 bands over 25 ms, every 10 ms, without dither. Only whole frames.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanscribe.times import SAMPLE_RATE

WIDTH = 400  # samples of a frame
STEP = 160  # samples from one to the next
BANDS = 80
POINTS = 512  # of the Fourier transform
LOWEST = 20.0  # Hz, where the first band begins
PREEMPHASIS = np.float32(0.97)
FLOOR = np.finfo(np.float32).eps  # so much silence counts as
BLOCK = 256  # frames at once: all of a tile took 27 MB more in each thread

Floats = NDArray[np.float32]


def _mel(hertz: Any) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))


def _triangles() -> Floats:
    """Weights of each frequency in each band. Bands overlap by half, evenly spaced in mel."""
    edges = np.linspace(_mel(LOWEST), _mel(SAMPLE_RATE / 2), BANDS + 2)
    here = _mel(np.arange(POINTS // 2 + 1) * (SAMPLE_RATE / POINTS))[:, np.newaxis]
    rising = (here - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - here) / np.diff(edges)[1:]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _povey() -> Floats:
    """Kaldi's own window: a Hann window that does not go down to zero so fast."""
    return np.asarray(np.hanning(WIDTH) ** 0.85, np.float32)


MEL = _triangles()
POVEY = _povey()


def filter_bank(waveform: Floats) -> Floats:
    """Shape (frames, BANDS), from samples between -1 and 1."""
    if len(waveform) < WIDTH:
        return np.zeros((0, BANDS), np.float32)
    every = np.lib.stride_tricks.sliding_window_view(waveform, WIDTH)[::STEP]
    return np.concatenate([_bank(every[i : i + BLOCK]) for i in range(0, len(every), BLOCK)])


def _bank(frames: Floats) -> Floats:
    frames = frames - frames.mean(1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], 1)
    spectrum = np.fft.rfft((frames - PREEMPHASIS * before) * POVEY, POINTS)
    power = np.square(np.abs(spectrum)).astype(np.float32)
    return np.asarray(np.log(np.maximum(power @ MEL, FLOOR)), np.float32)
