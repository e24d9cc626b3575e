"""One pass over a recording: decoded, listened to for speech, and kept as raw samples to cut chunks from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fanscribe.audio import SAMPLE_BYTES, Samples, decode
from fanscribe.contracts import Tile
from fanscribe.speech import SpeechDetector
from fanscribe.tiles import plan_tiles


@dataclass(frozen=True)
class SplitRecording:
    """A recording as tiles, and its samples in a file: 115 MB an hour on disk, next to nothing in memory."""

    samples: int
    tiles: tuple[Tile, ...]
    pcm: Path

    def cut(self, start: int, end: int) -> Samples:
        """The samples [start, end)."""
        return np.fromfile(self.pcm, np.int16, count=end - start, offset=start * SAMPLE_BYTES)


def split_recording(source: Path, name: str, scratch: Path) -> SplitRecording:
    """Decode `source` once, writing its samples into `scratch`, and lay tiles over it. Raises UnreadableRecording."""
    detector = SpeechDetector()
    pcm = scratch / "samples.pcm"
    samples = 0
    with pcm.open("wb") as out:
        for block in decode(source, name):
            detector.feed(block)
            out.write(block.tobytes())
            samples += len(block)
    detector.finish()
    return SplitRecording(samples, plan_tiles(detector.probabilities, detector.levels, samples), pcm)
