"""Readers of one thread beside one reader with all threads, in one process, as Transcribe has them.

    python -m benchmarks.readers [--model tiny.en FOLDER …] [--synthetic small …] [--tiles 32]
    [--runs 5]

Both read the same tiles of long-en, by the same batches as in the function. Each run is a process
of its own; the two take turns. A ratio is of the same round, then the median is taken. Real models
read with second looks; random weights (benchmarks/synthetic.py) once.

Writes benchmarks/results/readers/<model>.json, and from all that is there the table in
docs/speed.md; with --draw, that alone.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.memory import peak_mb
from benchmarks.models import LONG_EN, MADE, PAGE, allocator, synthetic_folder
from benchmarks.recordings import tiled
from benchmarks.speed import RESULTS, SIZES, machine, size_of, with_table
from benchmarks.synthetic import SHAPES
from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.jobs.batches import Batches
from fanscribe.jobs.deadline import Deadline
from fanscribe.recognition.compute import widest_vectors
from fanscribe.recognition.models import find_model
from fanscribe.recognition.whisper import WhisperRecognizer

FOUND = RESULTS / "readers"
CORES = os.cpu_count() or 1
TOGETHER = 8  # tiles that all readers together hold in memory
ONE, SIDE_BY_SIDE = "one reader", "side by side"
WAYS = {ONE: 1, SIDE_BY_SIDE: CORES}

Heard = Sequence[tuple[Tile, Samples]]


def read(model: Path, heard: Heard, readers: int) -> dict[str, float]:
    """Read tiles in this process, which has read nothing before."""
    tiles, sound = [tile for tile, _ in heard], {tile.index: samples for tile, samples in heard}
    made = model.is_relative_to(MADE)
    recognizer = WhisperRecognizer(model, CORES, readers=readers, fallback=not made)

    def readings(batch: list[Tile]) -> list[Reading]:
        samples = [sound[tile.index] for tile in batch]
        return recognizer.read(batch, samples, "en", ReadingOptions())

    deadline = Deadline(lambda: 10**9)
    batches = Batches(tiles, set(sound), frozenset(), TOGETHER // readers, deadline)
    began, began_cpu = time.monotonic(), time.process_time()
    batches.read(readers, readings, lambda _batch, _readings: None)
    return {
        "tile_s": (time.monotonic() - began) / len(tiles),
        "cpu_s": (time.process_time() - began_cpu) / len(tiles),
        "memory_mb": peak_mb(),
    }


def measured(model: Path, heard: Heard, readers: int) -> dict[str, float]:
    """The same in a process of its own, with the function's environment."""
    os.environ.update(allocator() | widest_vectors() | {"OMP_NUM_THREADS": str(CORES // readers)})
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as process:
        return process.submit(read, model, heard, readers).result()


def measure(models: Mapping[str, Path], tiles: int, runs: int) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    laid, sound = tiled(LONG_EN)
    spoken = itertools.islice((tile for tile in laid if not tile.silent), tiles)
    heard = [(tile, sound[tile.start : tile.end]) for tile in spoken]
    for name, folder in models.items():
        rounds = []
        for number in range(runs):
            rounds.append({way: measured(folder, heard, count) for way, count in WAYS.items()})
            seconds = ", ".join(f"{way} {run['tile_s']:.2f} s" for way, run in rounds[-1].items())
            print(f"{name}, round {number + 1}: {seconds} a tile", flush=True)
        gains = [of[ONE]["tile_s"] / of[SIDE_BY_SIDE]["tile_s"] for of in rounds]
        result: dict[str, Any] = {"model": name, "synthetic": folder.is_relative_to(MADE)}
        result |= {"tiles": tiles, "runs": runs, "gain": round(statistics.median(gains), 3)}
        result |= {"least": round(min(gains), 3), "most": round(max(gains), 3)}
        for way in WAYS:
            result[way] = {
                field: round(statistics.median(of[way][field] for of in rounds), 3)
                for field in rounds[0][way]
            }
        (FOUND / f"{name}.json").write_text(json.dumps(result | machine(), indent=2) + "\n")


def table(results: Iterable[Mapping[str, Any]]) -> str:
    """One row for each model."""
    lines = [
        "| model | one reader | memory | side by side | memory | gain |",
        "|---" * 6 + "|",
    ]
    for result in sorted(results, key=lambda one: SIZES.index(size_of(one["model"]))):
        ways = [result[way] for way in WAYS]
        cells = [f"{of['tile_s']:.2f} s | {of['memory_mb']:,.0f} MB" for of in ways]
        name = result["model"] + ("" if result["synthetic"] else ", the real one")
        spread = f"{result['gain']:.2f} ({result['least']:.2f} to {result['most']:.2f})"
        lines.append(f"| {name} | {' | '.join(cells)} | {spread} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", nargs="+", default=[], help="real ones, by name or folder")
    parser.add_argument("--synthetic", nargs="+", default=[], choices=SHAPES)
    parser.add_argument("--tiles", type=int, default=32)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    asked = parser.parse_args()
    if not asked.draw:
        real = [find_model(name) for name in asked.model]
        models = {model.name: model.folder for model in real}
        models |= {size: synthetic_folder(size) for size in asked.synthetic}
        measure(models, asked.tiles, asked.runs)
    results = [json.loads(file.read_text("utf-8")) for file in sorted(FOUND.glob("*.json"))]
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), "readers", table(results)), "utf-8")


if __name__ == "__main__":
    main()
