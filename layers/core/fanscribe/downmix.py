"""How the channels of a track become one, so that nobody is erased. Pure, on numpy.

FFmpeg's own downmix goes by the channels' names: it adds left to right and leaves out the LFE. A voice
that is on both channels in opposite phase is gone then, and so is one on a third channel that nobody
named. So while a track is decoded, its usual downmix is held against its channels, block by block, and
so are a few others that might be taken instead.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

USUAL = "usual"  # FFmpeg's
QUIETEST = 1e-9  # mean square (-90 dBFS) of a block's first difference; digital noise is below
KEPT = 0.05  # of the power that incoherent channels would give; -13 dB, a voice that is gone
STEP = 4  # every fourth pair of samples is compared: a covariance needs no more
LOST_S = 1.0  # seconds of sound that a downmix must have lost before another is taken,
LOST_SHARE = 0.1  # or this share of all that is no silence

Planes = NDArray[np.float32]  # shape (channels, samples)
Weights = NDArray[np.float32]  # shape (channels,)


def downmixes(channels: int) -> Iterator[tuple[str, Weights | None]]:
    """Name every downmix that can be taken, in the order in which they are preferred; None: FFmpeg's.

    The sloped ones keep a voice whatever its phase in two channels is, at the price of a level.
    """
    yield USUAL, None
    if channels == 1:
        return
    yield "average", np.full(channels, 1 / channels, np.float32)
    if channels == 2:
        yield "difference", np.array([0.5, -0.5], np.float32)
    slope = np.arange(channels, 0, -1, dtype=np.float32)
    yield "slope", slope / slope.sum()
    yield "slope back", slope[::-1] / slope.sum()
    for channel in range(channels):
        yield f"channel {channel + 1}", np.eye(channels, dtype=np.float32)[channel]


def weights_of(name: str, channels: int) -> Weights | None:
    """What a downmix takes of each channel; None: FFmpeg's, also where it means nothing for so many."""
    return dict(downmixes(channels)).get(name)


def choose_downmix(taken: str, lost: Mapping[str, float], audible: float) -> str:
    """Say which downmix a track is to be decoded with, given the seconds that each has lost.

    The one taken stays unless another keeps clearly more. The first of those that lose least is it.
    """
    here = lost.get(taken, 0.0)
    if not lost or (here < LOST_S and here < LOST_SHARE * audible) or here == 0:
        return taken
    best = min(lost, key=lambda name: lost[name])
    return best if lost[best] < here / 2 else taken


class Meter:
    """Measures a track: how loud it gets, and what each downmix of it loses."""

    def __init__(self) -> None:
        self.loudest = 0.0  # mean square of the loudest channel in the loudest block
        self.audible = 0.0  # seconds that are no silence
        self.lost: dict[str, float] = {}  # seconds, by downmix
        self._mixes: dict[tuple[float, ...], _Mixes] = {}

    @np.errstate(over="ignore", invalid="ignore")  # samples may be floats, and those anything
    def add(self, planes: Planes, rate: int, usual: Weights | None = None) -> None:
        """Measure a block, of a tenth of a second to a few; `usual` is FFmpeg's downmix of it, if it is to be judged."""
        here = planes[:, :-1:STEP]
        if here.shape[1] == 0:
            return
        power = float(np.einsum("ij,ij->i", here, here).max()) / here.shape[1]
        self.loudest = max(self.loudest, power)
        if usual is None or len(planes) == 1:
            return
        if (key := tuple(usual.tolist())) not in self._mixes:
            self._mixes[key] = _Mixes(usual)
        steps = planes[:, 1::STEP][:, : here.shape[1]] - here  # voices rather than hum, LFE and offsets
        covariance = steps @ steps.T / steps.shape[1]
        if not QUIETEST <= float(covariance.diagonal().max()) < np.inf:
            return
        seconds = planes.shape[1] / rate
        self.audible += seconds
        for name, kept in self._mixes[key].kept(covariance):
            self.lost[name] = self.lost.get(name, 0.0) + (0.0 if kept else seconds)


class _Mixes:
    """All downmixes of one kind of block."""

    def __init__(self, usual: Weights) -> None:
        self._usual = usual

    @cached_property
    def _all(self) -> tuple[list[str], NDArray[np.float32]]:
        named = list(downmixes(len(self._usual)))
        return [name for name, _ in named], np.stack([self._usual if each is None else each for _, each in named])

    def kept(self, covariance: NDArray[np.float32]) -> Iterator[tuple[str, bool]]:
        names, weights = self._all
        incoherent = float(np.trace(covariance)) / len(self._usual) ** 2
        power = np.einsum("wi,ij,wj->w", weights, covariance, weights)
        return zip(names, (power >= KEPT * incoherent).tolist(), strict=True)
