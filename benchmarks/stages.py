"""Seconds of splitting, which are the same for every model: what the simulator is fed with.

Models: benchmarks/models.py.

python -m benchmarks.stages
"""

import argparse
import os
from pathlib import Path

from benchmarks.recordings import CORPUS
from fanscribe.audio.decode import Decoding
from fanscribe.tiling.listening import lay_tiles, listen
from fanscribe.tiling.tiles import SPEECH
from fanscribe.times import SAMPLE_RATE


def split_s(recording: Path) -> tuple[float, float]:
    """CPU seconds to decode a second of a recording, and to listen to it and lay tiles over it."""
    before = os.times()
    frames = listen(Decoding(recording, recording.name, None))
    lay_tiles(frames, SPEECH)
    after = os.times()
    audio = frames.samples / SAMPLE_RATE
    decoder = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return decoder / audio, (after.user + after.system - before.user - before.system) / audio


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    recording = CORPUS / "long-en" / "fairy-tales-30min.mp3"
    print(
        "split: {:.5f} s to decode a second of audio, {:.5f} s to listen to it".format(
            *split_s(recording)
        )
    )


if __name__ == "__main__":
    main()
