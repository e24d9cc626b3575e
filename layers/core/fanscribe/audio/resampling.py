"""From decoded frames to samples: 16 kHz, 16 bits, mixed to one channel or each by itself.

Runs in the decoder's process (decoder.py). numpy is imported where it is needed alone: it takes a tenth
of a second, and a recording with one channel needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import av

from fanscribe.audio.demuxer import Refused
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from fanscribe.audio.downmix import Meter, Weights

FRAME_SAMPLES = 1 << 14  # resampled at once: in frames of 600 to 2,000 it takes 40 % more of the whole
SILENCE = 10 * SAMPLE_RATE  # samples of silence made at once
LEAST_RATE = 1_000  # Hz; at 1 Hz a few bytes make hours
MEASURED = 4_096  # samples of every FRAME_SAMPLES: a voice that is lost is lost for longer
DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}

Buffer = bytes | bytearray | memoryview


class Kind(NamedTuple):
    """What a run of frames has in common; another kind is resampled anew."""

    own: bool
    rate: int
    layout: str
    format: str

    @property
    def channels(self) -> int:
        return av.AudioLayout(self.layout).nb_channels


class Samples:
    """Resamples frames, and knows how many samples have come out."""

    def __init__(self, separate: av.AudioLayout | None, downmix: str | None, meter: Meter | None) -> None:
        """Keep the channels of `separate` apart (None: mix them by `downmix`), and measure them with `meter`."""
        self.position = 0
        self._separate, self._downmix, self._meter = separate, downmix, meter
        self._width = SAMPLE_BYTES * (separate.nb_channels if separate else 1)
        self._skip = 0  # samples still to be cut off: they are there already
        self._queue: Any = None
        self._resampler: Any = None
        self._kind: Kind | None = None
        self._weights: Weights | None = None
        self._usual: Weights | None = None

    def begin(self, kind: Kind) -> None:
        """Take frames of this kind from now on."""
        if kind.rate < LEAST_RATE:
            raise Refused(f"can't be read: {kind.rate} samples a second are no sound.")
        self._kind = kind
        if self._separate or kind.channels == 1:
            self._weights = self._usual = None
        else:
            from fanscribe.audio.downmix import weights_of  # noqa: PLC0415

            self._usual = usual_weights(kind.layout)
            self._weights = weights_of(self._downmix, kind.channels) if self._downmix else None
        self._renew()

    def _renew(self) -> None:
        self._queue = av.AudioFifo()
        self._resampler = av.AudioResampler(format="s16", layout=self._separate or "mono", rate=SAMPLE_RATE)

    def takes(self, frame: av.AudioFrame) -> bool:
        """Take a frame; True: there is enough to be resampled."""
        frame.pts = None  # the resampler counts by itself: jumps in timestamps would make it fail
        self._queue.write(frame)
        return bool(self._queue.samples >= FRAME_SAMPLES)

    def resampled(self) -> Iterator[Buffer]:
        """Yield the samples of what was taken."""
        yield from self._resampled(self._queue.read())

    def drain(self) -> Iterator[Buffer]:
        """Yield what is still inside, and begin anew."""
        if self._resampler is None:
            return
        if self._queue.samples and (frame := self._queue.read()):
            yield from self._resampled(frame)
        for resampled in self._resampler.resample(None):
            yield from self._counted(resampled)
        self._renew()

    def go_to(self, at: int) -> Iterator[Buffer]:
        """Fill up with silence, or note how much of what follows is there already."""
        self._skip = max(0, self.position - at)
        while self.position < at:
            count = min(SILENCE, at - self.position)
            self.position += count
            yield bytes(count * self._width)

    def _resampled(self, frame: av.AudioFrame) -> Iterator[Buffer]:
        frame.pts = None
        if self._kind and self._kind.own and self._meter:
            self._meter.add(planes(frame, MEASURED), frame.samples / frame.sample_rate, self._usual)
        if self._weights is not None:
            frame = _mixed(planes(frame), self._weights, frame.sample_rate)
        for resampled in self._resampler.resample(frame):
            yield from self._counted(resampled)

    def _counted(self, frame: av.AudioFrame) -> Iterator[Buffer]:
        width = self._width
        skipped = min(self._skip, frame.samples) if self._kind and self._kind.own else 0
        self._skip -= skipped
        if self._kind and self._kind.own:
            self.position += frame.samples - skipped
        yield memoryview(frame.planes[0])[skipped * width : frame.samples * width]


def planes(frame: av.AudioFrame, most: int | None = None) -> Any:
    """A frame, or the first samples of it, as float32 from -1 to 1, shape (channels, samples)."""
    import numpy as np  # noqa: PLC0415

    kind = np.dtype(DTYPES[frame.format.name.removesuffix("p")])
    channels, count = frame.layout.nb_channels, min(frame.samples, most or frame.samples)
    if frame.format.is_planar:
        rows = [np.frombuffer(memoryview(frame.planes[i]), kind, count) for i in range(channels)]
        array = np.stack(rows)
    else:
        array = np.frombuffer(memoryview(frame.planes[0]), kind, count * channels).reshape(-1, channels).T
    if kind.kind == "f":
        return array.astype(np.float32, copy=False)
    middle = 128 if kind == np.uint8 else 0
    return (array.astype(np.float32) - middle) / np.float32(1 << (8 * kind.itemsize - 1))


def _mixed(channels: Any, weights: Weights, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(weights[None, :] @ channels, format="fltp", layout="mono")
    frame.rate = rate
    frame.pts = None
    return frame


def usual_weights(layout: str) -> Weights:
    """Ask FFmpeg how much of each channel its downmix takes: by a constant on one after the other."""
    import numpy as np  # noqa: PLC0415

    count = av.AudioLayout(layout).nb_channels
    weights = []
    for channel in range(count):
        samples = np.zeros((64, count), np.float32)
        samples[:, channel] = 0.5
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout=layout)
        frame.rate = SAMPLE_RATE
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        weights.append(float(resampler.resample(frame)[0].to_ndarray()[0, 32]) / 16_384)
    return np.array(weights, np.float32)
