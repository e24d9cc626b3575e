"""The way from decoded frames to samples: 16 kHz, 16 bits, mixed to one channel or each by itself.

Runs in the decoder's process (decoder.py). numpy is imported where it is needed alone: it takes a
tenth of a second, and a recording with one channel needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import av

from fanscribe.audio.demuxer import Refused
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from fanscribe.audio.downmix import DownmixMeter, Weights

# resampled at once: in frames of 600 to 2,000 it takes 40 % more of the whole
FRAME_SAMPLES = 1 << 14
SILENCE = 10 * SAMPLE_RATE  # samples of silence made at once
LEAST_RATE = 1_000  # Hz; at 1 Hz a few bytes make hours
MEASURED = 4_096  # samples of every FRAME_SAMPLES: a voice that is lost is lost for longer
ALL_OF_IT = 1 << 31
# bytes that are measured together: numpy takes nearly as long for few as for many
AT_ONCE = 4 << 20
DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}

Buffer = bytes | bytearray | memoryview


class Kind(NamedTuple):
    """Properties that a run of frames shares; another kind is resampled anew."""

    own: bool
    rate: int
    layout: str
    format: str

    channels: int

    def fits(self, frame: av.AudioFrame, own: bool) -> bool:
        """Say whether a frame is of this kind. One channel or two are the same by any name."""
        return (
            own is self.own
            and frame.sample_rate == self.rate
            and frame.format.name == self.format
            and frame.layout.nb_channels == self.channels
            and (self.channels <= 2 or frame.layout.name == self.layout)
        )


def kind_of(frame: av.AudioFrame, *, own: bool) -> Kind:
    """Say of what kind a frame is."""
    layout = frame.layout
    return Kind(own, frame.sample_rate, layout.name, frame.format.name, layout.nb_channels)


class Waiting:
    """Sound to be measured, as bytes, until there is enough of it."""

    def __init__(self, meter: DownmixMeter, most: int = MEASURED) -> None:
        """`most` samples of a frame are measured."""
        self._meter, self._most = meter, most
        self._kind: tuple[str, int, int] | None = None  # format, channels, samples
        self._usual: Weights | None = None
        self._blocks: list[bytes] = []
        self._seconds: list[float] = []
        self._bytes = 0

    def add(self, frame: av.AudioFrame, usual: Weights | None) -> None:
        """Take the first samples of a frame; `usual` is FFmpeg's downmix, if it is to be judged."""
        kind = frame.format.name, frame.layout.nb_channels, min(frame.samples, self._most)
        if kind != self._kind or usual is not self._usual or self._bytes >= AT_ONCE:
            self.measure()
            self._kind, self._usual = kind, usual
        found = [bytes(plane) for plane in buffers(frame, kind[2])]
        self._blocks += found
        self._bytes += sum(map(len, found))
        self._seconds.append(frame.samples / frame.sample_rate)

    def measure(self) -> None:
        """Measure all of it."""
        if not self._kind or not self._seconds:
            return
        name, channels, samples = self._kind
        blocks = shaped(b"".join(self._blocks), name, channels, samples)
        self._meter.add(blocks, self._seconds, self._usual)
        self._blocks, self._seconds, self._bytes = [], [], 0


def shaped(data: bytes, name: str, channels: int, samples: int) -> Any:
    """Give samples of a format as blocks, shape (blocks, channels, samples)."""
    import numpy as np  # noqa: PLC0415

    array = np.frombuffer(data, DTYPES[name.removesuffix("p")])
    if name.endswith("p") or channels == 1:
        return array.reshape(-1, channels, samples)
    return array.reshape(-1, samples, channels).swapaxes(1, 2)


class Samples:
    """Resamples frames, and knows how many samples have come out."""

    def __init__(
        self, separate: av.AudioLayout | None, downmix: str | None, meter: DownmixMeter | None
    ) -> None:
        """Keep the channels of `separate` apart (None: mix them by `downmix`), and measure them
        with `meter`.
        """
        self.position = 0
        self._separate, self._downmix = separate, downmix
        self._waiting = Waiting(meter) if meter else None
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
        self._resampler = av.AudioResampler(
            format="s16", layout=self._separate or "mono", rate=SAMPLE_RATE
        )

    def takes(self, frame: av.AudioFrame) -> bool:
        """Take a frame; True: there is enough to be resampled."""
        frame.pts = None  # the resampler counts by itself: jumps in timestamps would make it fail
        queue = self._queue
        queue.write(frame)
        return queue.samples >= FRAME_SAMPLES  # type: ignore[no-any-return]

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
        if self._waiting:
            self._waiting.measure()
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
        if self._waiting and self._kind and self._kind.own:
            self._waiting.add(frame, self._usual)
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


def buffers(frame: av.AudioFrame, samples: int) -> list[memoryview]:
    """Give the first samples of a frame: of each channel, or where they are interleaved of all.

    PyAV counts planes up to a null pointer. Of eight, there is none, and reading the ninth crashes.
    """
    channels, width = frame.layout.nb_channels, frame.format.bytes * samples
    if frame.format.is_planar:
        return [memoryview(plane)[:width] for plane in frame.planes[:channels]]
    return [memoryview(frame.planes[0])[: width * channels]]


def planes(frame: av.AudioFrame) -> Any:
    """Give a frame as float32 from -1 to 1, shape (channels, samples)."""
    from fanscribe.audio.downmix import as_floats  # noqa: PLC0415

    data = b"".join(buffers(frame, frame.samples))
    return as_floats(shaped(data, frame.format.name, frame.layout.nb_channels, frame.samples)[0])


def _mixed(channels: Any, weights: Weights, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(weights[None, :] @ channels, format="fltp", layout="mono")
    frame.rate = rate
    frame.pts = None
    return frame


def usual_weights(layout: str) -> Weights:
    """Measure each channel's weight in FFmpeg's downmix: a constant on one channel at a time."""
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
