"""How the channels of a track become one, so that nobody is erased. Pure, on numpy.

FFmpeg's own downmix goes by the channels' names: it adds left to right and leaves out the LFE. A
voice that is on both channels in opposite phase is gone then, and so is one on a third channel that
nobody named. So while a track is decoded, its usual downmix is held against its channels, block by
block, and so are a few others that might be taken instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

USUAL = "usual"  # FFmpeg's
QUIETEST = 1e-9  # mean square (-90 dBFS) of a block's first difference; digital noise is below
KEPT = 0.05  # of the power that incoherent channels would give; -13 dB, a voice that is gone
STEP = 4  # every fourth pair of samples is compared: a covariance needs no more
LOST_S = 1.0  # seconds of sound that a downmix must have lost before another is taken,
LOST_SHARE = 0.1  # or this share of all that is no silence

Planes = NDArray[np.float32]  # shape (channels, samples)
Blocks = NDArray[Any]  # of any kind of samples, shape (blocks, channels, samples)
Weights = NDArray[np.float32]  # shape (channels,)


def downmixes(channels: int) -> Iterator[tuple[str, Weights | None]]:
    """Name every downmix that can be taken, in the order in which they are preferred; None:
    FFmpeg's.

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
    """Weight of each channel in a downmix. None: FFmpeg's, also where `name` does not fit the
    number of channels.
    """
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


class DownmixMeter:
    """Measures a track: how loud it gets, and what each downmix of it loses."""

    def __init__(self) -> None:
        self.loudest = 0.0  # variance of the loudest channel in the loudest block
        self.audible = 0.0  # seconds that are no silence, where downmixes were compared
        self.lost: dict[str, float] = {}  # seconds that each downmix loses, by its name

    # samples may be floats, and those anything: such blocks don't count
    @np.errstate(over="ignore", invalid="ignore")
    def add(self, blocks: Blocks, seconds: Sequence[float], usual: Weights | None = None) -> None:
        """Take blocks, or parts of them, and the `seconds` each stands for, a tenth to a few.

        Many at once: numpy takes as long for one. `usual` is FFmpeg's downmix of them, if it is to
        be judged.
        """
        here = as_floats(blocks[:, :, :-1:STEP])
        if not here.shape[2]:
            return
        powers = here.var(axis=2).max(axis=1)  # a constant offset is no sound
        self.loudest = max(self.loudest, float(powers.max(initial=0.0, where=np.isfinite(powers))))
        if usual is None or blocks.shape[1] == 1:
            return
        there = as_floats(blocks[:, :, 1::STEP])
        lasts = np.array(seconds)
        steps = there[:, :, : here.shape[2]] - here  # voices rather than hum, LFE and offsets
        covariances = np.einsum("bin,bjn->bij", steps, steps) / here.shape[2]
        variances = np.diagonal(covariances, axis1=1, axis2=2).max(axis=1)
        audible = (variances >= QUIETEST) & np.isfinite(variances)
        self.audible += float(lasts[audible].sum())
        for name, kept in _kept(covariances[audible], usual):
            lost = float(lasts[audible][~kept].sum())
            self.lost[name] = self.lost.get(name, 0.0) + lost


def as_floats(samples: Blocks) -> NDArray[np.float32]:
    """Turn samples of any kind into float32 from -1 to 1."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    middle = 128 if samples.dtype == np.uint8 else 0
    return (samples.astype(np.float32) - middle) / np.float32(1 << (8 * samples.dtype.itemsize - 1))


def _kept(
    covariances: NDArray[np.float32], usual: Weights
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """For each downmix, in which blocks it holds what is there."""
    channels = len(usual)
    incoherent = np.trace(covariances, axis1=1, axis2=2) / channels**2
    for name, weights in downmixes(channels):
        mix = usual if weights is None else weights
        yield name, np.einsum("i,bij,j->b", mix, covariances, mix) >= KEPT * incoherent
