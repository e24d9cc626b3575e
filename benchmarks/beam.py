"""What a wider beam brings and costs: words and CPU of reading alone, in one process of one thread.

    python -m benchmarks.beam [--model tiny.en] [--beams 1 5] [--together 4] [--tiles 0] [--only
    long-en …] python -m benchmarks.beam --synthetic small large-v3-turbo --tiles 8

Each batch of tiles is read with each beam in turn, fallbacks included, so that other work on the
machine falls on all. Random weights in a size's true shape (benchmarks/synthetic.py) read without
fallbacks and say nothing of words.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.accuracy import Recording, recordings
from benchmarks.models import synthetic_folder
from benchmarks.recordings import tiled
from benchmarks.synthetic import SHAPES
from fanscribe.documents.options import ReadingOptions
from fanscribe.recognition.models import find_model
from fanscribe.recognition.whisper import WhisperRecognizer


@dataclass
class Read:
    """What one beam made of a recording."""

    said: str = ""
    cpu_s: float = 0


def read(
    recognizer: WhisperRecognizer, audio: Path, beams: Sequence[int], together: int, most: int
) -> dict[int, Read]:
    laid, sound = tiled(audio)
    tiles = [tile for tile in laid if not tile.silent][: most or None]
    found = {beam: Read() for beam in beams}
    for number, first in enumerate(range(0, len(tiles), together)):
        batch = tiles[first : first + together]
        sounds = [sound[tile.start : tile.end] for tile in batch]
        for beam in beams if number % 2 else tuple(reversed(beams)):
            options = ReadingOptions(language="en", beam_size=beam)
            began = time.process_time()
            readings = recognizer.read(batch, sounds, "en", options)
            found[beam].cpu_s += time.process_time() - began
            words = (word.text for reading in readings for word in reading.words)
            found[beam].said += "".join(words) + " "
    return found


def lines(recording: Recording, found: dict[int, Read], *, words: bool) -> Iterator[str]:
    normal, least = EnglishTextNormalizer(), min(found)
    for beam, result in found.items():
        counted = jiwer.process_words(normal(recording.text), normal(result.said))
        errors = f"{100 * counted.wer:6.2f} %, S {counted.substitutions}, D {counted.deletions}, "
        errors += f"I {counted.insertions}"
        cost = f"{result.cpu_s:.1f} s, {result.cpu_s / found[least].cpu_s:.2f}"
        yield f"{recording.name:26} beam {beam:<3} {cost}{'  ' + errors if words else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--synthetic", nargs="+", default=[], choices=SHAPES)
    parser.add_argument("--beams", nargs="+", type=int, default=(1, 5))
    parser.add_argument("--together", type=int, default=4, help="tiles in a batch")
    parser.add_argument("--tiles", type=int, default=0, help="of each recording; 0: all")
    parser.add_argument("--only", nargs="+", help="the recordings of these names")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        known = recordings(Path(folder))
        some = [one for one in known if not asked.only or one.name in asked.only]
        for size in asked.synthetic:
            recognizer = WhisperRecognizer(synthetic_folder(size), 1, fallback=False)
            found = read(recognizer, some[0].audio, asked.beams, asked.together, asked.tiles)
            print(size, *lines(some[0], found, words=False), sep="\n  ", flush=True)
        if asked.synthetic:
            return
        recognizer = WhisperRecognizer(find_model(asked.model).folder, 1)
        for recording in some:
            found = read(recognizer, recording.audio, asked.beams, asked.together, asked.tiles)
            print(*lines(recording, found, words=not asked.tiles), sep="\n", flush=True)


if __name__ == "__main__":
    main()
