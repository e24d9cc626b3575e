"""How the channels of a track become one, so that nobody is erased. Pure, on numpy.

FFmpeg's own downmix goes by the channels' names: it adds left to right and leaves out the LFE. A voice
that is on both channels in opposite phase is gone then, and so is one on a third channel that nobody
named. So while a track is decoded, its usual downmix is held against its channels, block by block, and
so are a few others that might be taken instead.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

USUAL = "usual"  # FFmpeg's
QUIETEST = 1e-9  # mean square (-90 dBFS) of a block's first difference; digital noise is below
KEPT = 0.05  # of the power that incoherent channels would give; -13 dB, a voice that is gone
STEP = 4  # every fourth pair of samples is compared: a covariance needs no more
AT_ONCE = 32  # blocks that are measured together
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
        self._loudest = 0.0
        self._audible = 0.0
        self._lost: dict[str, float] = {}
        self._usual: Weights | None = None
        self._waiting: list[tuple[Planes, float]] = []

    @property
    def loudest(self) -> float:
        """Mean square of the loudest channel in the loudest block."""
        self._measure()
        return self._loudest

    @property
    def audible(self) -> float:
        """Seconds that are no silence, where downmixes were compared."""
        self._measure()
        return self._audible

    @property
    def lost(self) -> dict[str, float]:
        """Seconds that each downmix loses, by its name."""
        self._measure()
        return self._lost

    def add(self, planes: Planes, seconds: float, usual: Weights | None = None) -> None:
        """Take a block, or a part of it, that stands for so many seconds, a tenth to a few.

        `usual` is FFmpeg's downmix of it, if it is to be judged.
        """
        alike = self._waiting and self._waiting[0][0].shape == planes.shape and self._usual is usual
        if self._waiting and (not alike or len(self._waiting) == AT_ONCE):
            self._measure()
        self._usual = usual
        self._waiting.append((planes, seconds))

    @np.errstate(over="ignore", invalid="ignore")  # samples may be floats, and those anything: such blocks don't count
    def _measure(self) -> None:
        """Measure what waits, all at once: numpy takes as long for one block as for many."""
        if not self._waiting:
            return
        blocks = np.stack([planes for planes, _ in self._waiting])  # shape (blocks, channels, samples)
        seconds = np.array([seconds for _, seconds in self._waiting])
        self._waiting.clear()
        here, there = blocks[:, :, :-1:STEP], blocks[:, :, 1::STEP]
        if not here.shape[2]:
            return
        powers = np.square(here).mean(axis=2).max(axis=1)
        self._loudest = max(self._loudest, float(powers.max(initial=0.0, where=np.isfinite(powers))))
        if self._usual is None or blocks.shape[1] == 1:
            return
        steps = there[:, :, : here.shape[2]] - here  # voices rather than hum, LFE and offsets
        covariances = steps @ steps.transpose(0, 2, 1) / here.shape[2]
        variances = np.diagonal(covariances, axis1=1, axis2=2).max(axis=1)
        audible = (variances >= QUIETEST) & np.isfinite(variances)
        self._audible += float(seconds[audible].sum())
        for name, kept in _kept(covariances[audible], self._usual):
            lost = float(seconds[audible][~kept].sum())
            self._lost[name] = self._lost.get(name, 0.0) + lost


def _kept(covariances: NDArray[np.float32], usual: Weights) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """For each downmix, in which blocks it holds what is there."""
    channels = len(usual)
    incoherent = np.trace(covariances, axis1=1, axis2=2) / channels**2
    for name, weights in downmixes(channels):
        mix = usual if weights is None else weights
        yield name, np.einsum("i,bij,j->b", mix, covariances, mix) >= KEPT * incoherent
