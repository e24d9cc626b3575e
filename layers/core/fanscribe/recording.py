"""One pass over a recording: decoded, listened to for speech, and kept as raw samples to cut chunks from."""

import errno
from contextlib import ExitStack, closing
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import numpy as np

from fanscribe.audio import DEFAULT_LIMITS, Samples, decode
from fanscribe.contracts import Chunk, Tile
from fanscribe.errors import RecordingTooLarge
from fanscribe.limits import Limits
from fanscribe.options import ReadingOptions
from fanscribe.speech import SpeechDetector
from fanscribe.tiles import plan_tiles
from fanscribe.times import SAMPLE_BYTES


@dataclass(frozen=True)
class SplitRecording:
    """A recording as tiles, and its samples in one file for each channel: 115 MB an hour on disk, little in memory."""

    samples: int
    tiles: tuple[Tile, ...]
    channels: tuple[Path, ...]

    def cut(self, channel: int, start: int, end: int) -> Samples:
        """The samples [start, end) of a channel."""
        return np.fromfile(self.channels[channel], np.int16, count=end - start, offset=start * SAMPLE_BYTES)

    def audio(self, chunk: Chunk) -> Samples:
        """From the start of its first tile to the end of its last."""
        first, last = self.tiles[chunk.first], self.tiles[chunk.last]
        return self.cut(first.channel, first.start, last.end)


def split_recording(
    source: Path, name: str, scratch: Path, options: ReadingOptions, limits: Limits = DEFAULT_LIMITS
) -> SplitRecording:
    """Decode `source` once, writing its samples into `scratch`, and lay tiles over each channel.

    Raises UnreadableRecording and RecordingTooLarge.
    """
    detectors: list[SpeechDetector] = []
    files: list[Path] = []
    samples = 0
    with ExitStack() as opened:
        blocks = opened.enter_context(closing(decode(source, name, separate=options.channels == "separate", limits=limits)))
        outs: list[FileIO] = []
        for block in blocks:
            for channel in range(len(detectors), len(block)):
                detectors.append(SpeechDetector())
                files.append(scratch / f"channel{channel}.pcm")
                outs.append(opened.enter_context(files[channel].open("wb", buffering=0)))
            for detector, out, sound in zip(detectors, outs, block, strict=True):
                detector.feed(sound)
                _write(out, sound, name)
            samples += block.shape[1]
    return SplitRecording(samples, _tiles(detectors, samples, options.vad_threshold), tuple(files))


def _write(out: FileIO, sound: Samples, name: str) -> None:
    data = sound.tobytes()
    try:
        full = out.write(data) < len(data)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        full = True
    if full:
        raise RecordingTooLarge(f"{name} does not fit into the scratch folder when decoded: make room there, or cut it.")


def _tiles(detectors: list[SpeechDetector], samples: int, threshold: float) -> tuple[Tile, ...]:
    tiles: list[Tile] = []
    for channel, detector in enumerate(detectors):
        detector.finish()
        plan = plan_tiles(detector.probabilities, detector.levels, samples, threshold)
        tiles += [tile.model_copy(update={"index": len(tiles) + tile.index, "channel": channel}) for tile in plan]
    return tuple(tiles)
