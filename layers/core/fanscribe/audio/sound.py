"""Where a recording's sound is kept once it is decoded: in pieces of five minutes, of each section
and channel. Pure.

Whoever wants a stretch of it reads ranges of pieces. So it is stored while the recording is still
being decoded, and once, however tiles are shared out among chunks.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fanscribe.times import SAMPLE_RATE

WAV_HEADER = 44  # bytes before the samples of a piece, which is a wav file
PIECE = 300 * SAMPLE_RATE  # samples in a piece, 9.6 MB; a section's last one is shorter

Samples = NDArray[np.int16]  # one channel: shape (samples,)
Block = NDArray[np.int16]  # all channels: shape (channels, samples)


class AudioPiece(NamedTuple):
    """The `number`-th of a section's channel."""

    section: int
    channel: int
    number: int


class Range(NamedTuple):
    """[start, end) of a piece that is `length` long, all in samples.

    No piece: silence between two sections.
    """

    piece: AudioPiece | None
    start: int
    end: int
    length: int


def ranges(
    sections: Sequence[tuple[int, int]], channel: int, start: int, end: int
) -> Iterator[Range]:
    """Ranges of the pieces that make up [start, end) of a channel, in order.

    `sections` are where the sections of the recording lie, [start, end) in samples, in order.
    """
    here = 0
    for section, (first, last) in enumerate(sections):
        if here < first and here < end and start < first:
            yield Range(None, max(start, here) - here, min(end, first) - here, first - here)
        for number, begin in enumerate(range(first, last, PIECE)):
            finish = min(begin + PIECE, last)
            if begin < end and start < finish:
                yield Range(
                    AudioPiece(section, channel, number),
                    max(start, begin) - begin,
                    min(end, finish) - begin,
                    finish - begin,
                )
        here = last


class Cutter:
    """Cuts the sound of a section into pieces, as it comes."""

    def __init__(self, section: int) -> None:
        self._section = section
        self._number = 0
        self._waiting: list[Block] = []

    def feed(self, block: Block) -> Iterator[tuple[AudioPiece, Samples]]:
        """The pieces that are whole now."""
        self._waiting.append(block)
        while sum(each.shape[1] for each in self._waiting) >= PIECE:
            sound = np.concatenate(self._waiting, axis=1)
            self._waiting = [sound[:, PIECE:]]
            yield from self._pieces(sound[:, :PIECE])

    def rest(self) -> Iterator[tuple[AudioPiece, Samples]]:
        """The last piece of each channel."""
        if any(each.shape[1] for each in self._waiting):
            yield from self._pieces(np.concatenate(self._waiting, axis=1))

    def _pieces(self, sound: Block) -> Iterator[tuple[AudioPiece, Samples]]:
        for channel, samples in enumerate(sound):
            yield AudioPiece(self._section, channel, self._number), samples
        self._number += 1
