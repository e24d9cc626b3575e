"""Seconds of each stage of a job, each measured by itself: what the simulator is fed with.

    python -m benchmarks.stages [--model tiny.en] [--runs 3]

prints a model's seconds for a tile, as speeds.json has them: on one core with all cores busy, and on two.

A reader is what a Transcribe worker is without the engine around it: same recognizer, same batches, same environment. Where
several share the cores, they are measured side by side, as they will run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.recordings import CORPUS
from fanscribe.models import find_model
from fanscribe.options import ReadingOptions
from fanscribe.recording import split_recording
from local.template import deploy

ROOT = Path(__file__).resolve().parent.parent
BATCH = 4  # the template's BatchTiles
READER = """
import time
began = time.monotonic()
import json, resource, sys
from pathlib import Path
from fanscribe.options import ReadingOptions
from fanscribe.recording import split_recording
from fanscribe.whisper import WhisperRecognizer
recording, folder, threads, batch, mine, readers, scratch = sys.argv[1:]
imported = time.monotonic()
model = WhisperRecognizer(Path(folder), int(threads))
loaded = time.monotonic()
cut = split_recording(Path(recording), "recording", Path(scratch), ReadingOptions())
tiles = [tile for tile in cut.tiles if not tile.silent]
batches = [tiles[i : i + int(batch)] for i in range(0, len(tiles), int(batch))][int(mine) :: int(readers)]
print("ready", flush=True)
sys.stdin.readline()
began_reading = time.monotonic()
for some in batches:
    model.read(some, [cut.cut(tile.channel, tile.start, tile.end) for tile in some], "en", ReadingOptions())
read = time.monotonic() - began_reading
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"tiles": sum(map(len, batches)), "start_s": imported - began, "load_s": loaded - imported, "read_s": read,
                  "memory_mb": memory}))
"""


@dataclass(frozen=True)
class Read:
    """What one reader did. Seconds; `memory_mb` at most."""

    tiles: int
    start_s: float
    load_s: float
    read_s: float
    memory_mb: int


def read_beside(recording: Path, model: Path, readers: int, threads: int) -> list[Read]:
    """A recording read by so many readers side by side, every batch by one of them, each with so many threads."""
    environment = os.environ | _malloc() | {"OMP_NUM_THREADS": str(threads)}
    with tempfile.TemporaryDirectory() as scratch:
        started = []
        for i in range(readers):
            folder = Path(scratch) / str(i)
            folder.mkdir()
            arguments = [sys.executable, "-c", READER, recording, model, threads, BATCH, i, readers, folder]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            started.append(subprocess.Popen(list(map(str, arguments)), env=environment, **pipes))
        for process in started:
            process.stdout.readline()
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [Read(**json.loads(process.communicate()[0])) for process in started]


def tile_s(reads: list[Read]) -> float:
    """Seconds for a tile, of one of the readers."""
    return sum(read.read_s for read in reads) / sum(read.tiles for read in reads)


def split_s(recording: Path) -> tuple[float, float]:
    """CPU seconds to decode a second of a recording, and to listen to it."""
    with tempfile.TemporaryDirectory() as scratch:
        before = os.times()
        cut = split_recording(recording, recording.name, Path(scratch), ReadingOptions())
        after = os.times()
    audio = cut.samples / 16_000
    decoder = after.children_user + after.children_system - before.children_user - before.children_system
    return decoder / audio, (after.user + after.system - before.user - before.system) / audio


def _malloc() -> dict[str, str]:
    """What the template tells the allocator."""
    (transcribe,) = [f for f in deploy(ROOT / "template.yaml", {}).functions.values() if f.name == "TranscribeFunction"]
    return {name: value for name, value in transcribe.environment.items() if name.startswith("MALLOC")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    recording, model = CORPUS / "long-en" / "fairy-tales-30min.mp3", find_model(asked.model).folder
    cores = os.cpu_count() or 1
    for readers, threads in ((cores, 1), (1, 2)):
        runs = [read_beside(recording, model, readers, threads) for _ in range(asked.runs)]
        seconds = statistics.median(tile_s(reads) for reads in runs)
        load = statistics.median(reads[0].load_s for reads in runs)
        memory = max(read.memory_mb for reads in runs for read in reads)
        print(f"{readers} readers of {threads} threads: {seconds:.2f} s a tile, {load:.2f} s to load, {memory} MB")
    print("split: {:.5f} s to decode a second of audio, {:.5f} s to listen to it".format(*split_s(recording)))


if __name__ == "__main__":
    main()
