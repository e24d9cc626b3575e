"""Seconds and memory that a model takes for a tile: what speeds.json knows of models.

    python -m benchmarks.models [--model tiny.en FOLDER …] [--synthetic medium large-v3 …] [--runs
    3] python -m benchmarks.models --write && python -m benchmarks.cost

A reader is what a Transcribe worker is without the engine around it: same recognizer, same batches,
same environment. It is measured in the two ways in which cores can be used: one reader of one
thread for each core, side by side, and one of two threads. Real models read long-en whole,
fallbacks included. For models whose weights can't be had, random weights in the same shape
(benchmarks/synthetic.py) read a few tiles, once each: how many tiles are read again is a matter of
the words, not of the shape. Models take turns, so that the machine's other work falls on all.

Parts of a tile's time are CPU seconds. Writes benchmarks/results/models/<model>.json with machine,
versions and commit; with
--write, from all that is there, the models in speeds.json and the tables in docs/speed.md.
"""

import argparse
import json
import math
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.recordings import CORPUS, tiled
from benchmarks.speed import machine, size_of, with_table
from benchmarks.synthetic import SHAPES, TOKENS, Vocabulary, make
from fanscribe.planning.planner import a_job, most_tiles
from fanscribe.planning.prices import ModelSpeed, speeds, vcpus
from fanscribe.planning.simulator import FIRST_DECODING, Fleet
from fanscribe.recognition.models import find_model
from fanscribe_local.emulator.template import deploy

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "models"
MADE = ROOT / "build" / "synthetic"
BASE = Path("/var/tmp/whisper-base")  # where ../shared/models/whisper-base.sh puts it
LONG_EN = CORPUS / "long-en" / "fairy-tales-30min.mp3"
SPEEDS = ROOT / "layers" / "core" / "fanscribe" / "planning" / "speeds.json"
PAGE = ROOT / "docs" / "speed.md"
BATCH = 4  # the template's BatchTiles
DISK_MB_S = 200  # at which a cold start reads the model: assumed
INT8_LOAD = 0.25  # of what float16 takes to load: as int8 it needs no conversion (notes.md)
MEMORIES = (10_240, 3_008)  # Lambda's most, and what some new accounts are held to
REST_MB = 150  # what Transcribe holds besides: libraries of AWS, a chunk's sound
BESIDE, THREADS, FIRST = "side by side", "two threads", "side by side, no fallbacks"
# readers, and threads of each
WAYS = {BESIDE: (os.cpu_count() or 1, 1), THREADS: (1, 2), FIRST: (os.cpu_count() or 1, 1)}
READER = """
import json, pickle, sys, time
from collections import Counter
from pathlib import Path
from benchmarks.memory import peak_mb
from fanscribe.documents.options import ReadingOptions
from fanscribe.recognition.whisper import WhisperRecognizer
folder, threads, fallback, batches = sys.argv[1:]

class Timed:
    def __init__(self, model):
        self.model, self.spent = model, Counter()
    def __getattr__(self, name):
        found = getattr(self.model, name)
        if name not in ("encode", "generate", "align"):
            return found
        def timed(*args, **options):
            began = time.process_time()
            try:
                return found(*args, **options)
            finally:
                self.spent[name] += time.process_time() - began
        return timed

batches = pickle.loads(Path(batches).read_bytes())
began = time.monotonic()
recognizer = WhisperRecognizer(Path(folder), int(threads), fallback=fallback == "True")
load_s, load_mb = time.monotonic() - began, peak_mb()
recognizer._whisper.model = model = Timed(recognizer._whisper.model)
print("ready", flush=True)
sys.stdin.readline()
began, began_cpu = time.monotonic(), time.process_time()
for tiles, sounds in batches:
    recognizer.read(tiles, sounds, "en", ReadingOptions())
read_s, cpu_s = time.monotonic() - began, time.process_time() - began_cpu
print(json.dumps({
    "tiles": sum(len(tiles) for tiles, _ in batches),
    "load_s": load_s, "read_s": read_s, "cpu_s": cpu_s,
    "encode_s": model.spent["encode"],
    "decode_s": model.spent["generate"],
    "words_s": model.spent["align"],
    "load_mb": load_mb, "memory_mb": peak_mb(),
}))
"""

Batch = tuple[list[Any], list[Any]]  # tiles, and the samples of each


def batches_of(recording: Path) -> list[Batch]:
    """A recording's tiles with speech, as Transcribe would read them."""
    laid, sound = tiled(recording)
    tiles = [tile for tile in laid if not tile.silent]
    sounds = [sound[tile.start : tile.end] for tile in tiles]
    return [(tiles[i : i + BATCH], sounds[i : i + BATCH]) for i in range(0, len(tiles), BATCH)]


def read(
    model: Path, batches: Sequence[Batch], readers: int, threads: int, *, fallback: bool
) -> dict[str, float]:
    """Averages of a reader: seconds for a tile, of it for encoding, decoding and word
    times; MB at most.
    """
    environment = os.environ | allocator() | {"OMP_NUM_THREADS": str(threads)}
    with tempfile.TemporaryDirectory() as scratch:
        started = []
        for i in range(readers):
            mine = Path(scratch) / str(i)
            mine.write_bytes(pickle.dumps(batches[i::readers]))
            arguments = [
                sys.executable,
                "-c",
                READER,
                str(model),
                str(threads),
                str(fallback),
                str(mine),
            ]
            started.append(
                subprocess.Popen(
                    arguments,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in started:
            process.stdout.readline()  # type: ignore[union-attr]
        for process in started:
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        done = [json.loads(process.communicate()[0]) for process in started]
    tiles = sum(reader["tiles"] for reader in done)
    seconds = ("read_s", "cpu_s", "encode_s", "decode_s", "words_s")
    return {
        **{name: sum(reader[name] for reader in done) / tiles for name in seconds},
        "load_s": statistics.mean(reader["load_s"] for reader in done),
        "load_mb": max(reader["load_mb"] for reader in done),
        "memory_mb": max(reader["memory_mb"] for reader in done),
    }


def once(model: Path, batches: Sequence[Batch], way: str, *, synthetic: bool) -> dict[str, float]:
    """One model, one way."""
    readers, threads = WAYS[way]
    some = batches[:readers] if synthetic else batches
    return read(model, some, readers, threads, fallback=not synthetic and way != FIRST)


def measure(models: Mapping[str, Path], *, synthetic: bool, runs: int) -> None:
    batches = batches_of(LONG_EN)
    ways = (BESIDE, THREADS) if synthetic else tuple(WAYS)
    found: dict[str, dict[str, list[dict[str, float]]]] = {
        name: {way: [] for way in ways} for name in models
    }
    for _ in range(runs):
        for name, folder in models.items():
            for way in ways:
                found[name][way].append(once(folder, batches, way, synthetic=synthetic))
                last = found[name][way][-1]
                print(
                    f"{name}, {way}: {last['read_s']:.2f} s a tile, {last['memory_mb']:.0f} MB",
                    flush=True,
                )
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name, rounds in found.items():
        result = {
            "model": name,
            "weights_mb": math.ceil((models[name] / "model.bin").stat().st_size / 1e6),
        }
        result |= {"synthetic": synthetic, "tokens": TOKENS if synthetic else None, "runs": runs}
        result |= {way: _medians(of_way) for way, of_way in rounds.items()} | machine()
        stem = f"{name}-synthetic" if synthetic else name
        (RESULTS / f"{stem}.json").write_text(json.dumps(result, indent=2) + "\n")


def _medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    medians = {name: round(statistics.median(one[name] for one in rounds), 3) for name in rounds[0]}
    times = [one["read_s"] for one in rounds]
    return medians | {"from_s": round(min(times), 3), "to_s": round(max(times), 3)}


def synthetic_folder(size: str) -> Path:
    """Made once, with the tokens of the multilingual base model where it is here."""
    folder = MADE / size
    if not (folder / "preprocessor_config.json").exists():
        like = BASE if BASE.exists() and not size.endswith(".en") else find_model("tiny.en").folder
        make(SHAPES[size], Vocabulary.of(like), folder)
    return folder


Results = Mapping[tuple[str, bool], Mapping[str, Any]]  # by size, and whether it is synthetic


def results_by_size() -> Results:
    results = [json.loads(file.read_text("utf-8")) for file in sorted(RESULTS.glob("*.json"))]
    return {(size_of(result["model"]), result["synthetic"]): result for result in results}


def renewed(known: Mapping[str, Any], results: Results) -> dict[str, Any]:
    """speeds.json with what was measured: a real model's result goes before a synthetic one's, and
    other models stay.
    """
    found = [
        results.get((model["name"], False)) or results.get((model["name"], True))
        for model in known["models"]
    ]
    models = [
        model | (_speed(result) if result else {})
        for model, result in zip(known["models"], found, strict=True)
    ]
    return {**known, "origin": known["origin"] | _origin(results), "models": models}


def _speed(result: Mapping[str, Any]) -> dict[str, Any]:
    """As ModelSpeed has it: two threads take serial_s + work_s / 2, one takes serial_s + work_s."""
    share = FIRST_DECODING if result["synthetic"] else 1
    one, two = (result[way]["read_s"] / share for way in (BESIDE, THREADS))
    serial = min(one, max(0.0, 2 * two - one))
    return {
        "weights_mb": result["weights_mb"],
        "memory_mb": math.ceil((_most_mb(result) + REST_MB) / 100) * 100,
        "load_s": round(
            result[THREADS]["load_s"] * INT8_LOAD + result["weights_mb"] / 2 / DISK_MB_S, 1
        ),
        "serial_s": round(serial, 2),
        "work_s": round(one - serial, 2),
        "origin": "synthetic" if result["synthetic"] else "measured",
    }


def _most_mb(result: Mapping[str, Any]) -> float:
    return float(max(result[way]["memory_mb"] for way in (BESIDE, THREADS)))


def _origin(results: Results) -> dict[str, str]:
    last = max(results.values(), key=lambda result: str(result["date"]))
    versions = ", ".join(
        f"{name} {last['versions'][name]}" for name in ("faster-whisper", "ctranslate2")
    )
    return {
        "machine": (
            f"{last['cores']} cores of {last['cpu']}; {versions}, int8, beam 1, {last['date']}"
        ),
        "measured": (
            "long-en whole by benchmarks/models.py, "
            "word times and fallbacks included, medians of three rounds"
        ),
        "synthetic": (
            "by the same command, random weights in the model's shape "
            f"that write {TOKENS} tokens for a tile (long-en's mean), four tiles for each reader; "
            f"times {1 / FIRST_DECODING:.2f} for fallbacks, which random weights can't be asked for"
        ),
        "serial_s": (
            "from one reader of one thread for each core and from one of two threads: "
            "what a second thread does not shorten. Lambda's processors were not measured"
        ),
        "load_s": (
            "of weights as int8, a quarter of what float16 measured with the file in memory "
            "(benchmarks/notes.md), and the file, half of float16's, "
            f"at an assumed {DISK_MB_S} MB/s besides"
        ),
        "memory_mb": (
            "a reader's most with four tiles at once, "
            f"and {REST_MB} MB for the rest of Transcribe, rounded up"
        ),
    }


def table(results: Results) -> str:
    """One row for each size, random weights and real ones."""
    head = (
        "model",
        "a tile, one core",
        "encoding",
        "decoding",
        "word times",
        "two threads",
        "loading",
        "memory, loading",
        "reading",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for (size, synthetic), result in sorted(
        results.items(), key=lambda entry: entry[1]["weights_mb"]
    ):
        one, two = result[BESIDE], result[THREADS]
        parts = " | ".join(f"{one[name]:.2f}" for name in ("encode_s", "decode_s", "words_s"))
        memory = f"{max(one['load_mb'], two['load_mb']):,.0f} MB | {_most_mb(result):,.0f} MB"
        name = size if synthetic else f"{size}, the real one"
        lines.append(
            f"| {name} | {one['read_s']:.2f} s | "
            f"{parts} | {two['read_s']:.2f} s | {two['load_s']:.1f} s | {memory} |"
        )
    return "\n".join(lines)


def limits() -> str:
    """The planner's limits: tiles in a chunk that can't pass half of the 15 minutes, even if
    each were read again.
    """
    head = ("model", *(f"{memory:,} MB, {vcpus(memory):.1f} cores" for memory in MEMORIES))
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for speed in (model.searching() for model in speeds().models):
        cells = [_allowed(speed, memory) for memory in MEMORIES]
        lines.append(f"| {speed.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _allowed(speed: ModelSpeed, memory: int) -> str:
    if speed.memory_mb > memory:
        return f"no: needs {speed.memory_mb:,} MB"
    return (
        f"{most_tiles(a_job(0, 0, Fleet(memory_mb=memory), speed))} "
        f"tiles of {speed.on(speeds().slowest).tile_s(memory):.1f} s"
    )


def checked(results: Results) -> str:
    """Random weights against the real ones of the same size: first readings, side by side."""
    pairs = [
        (size, result, results[size, True])
        for (size, synthetic), result in results.items()
        if not synthetic
    ]
    lines = ["| model | real | random weights | ratio | fallbacks take |", "|---" * 5 + "|"]
    for size, real, made in pairs:
        first, random = real[FIRST]["read_s"], made[BESIDE]["read_s"]
        again = real[BESIDE]["read_s"] / first - 1
        lines.append(
            f"| {size} | {first:.2f} s | {random:.2f} s | "
            f"{random / first:.2f} | {100 * again:.0f} % more |"
        )
    return "\n".join(lines)


def allocator() -> dict[str, str]:
    """Variables that the template sets for the allocator of Transcribe."""
    (transcribe,) = [
        f
        for f in deploy(ROOT / "template.yaml", {}).functions.values()
        if f.name == "TranscribeFunction"
    ]
    return {
        name: value for name, value in transcribe.environment.items() if name.startswith("MALLOC")
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", nargs="+", default=[], help="real ones, by name or folder")
    parser.add_argument(
        "--synthetic", nargs="+", default=[], choices=SHAPES, help="sizes, with random weights"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="renew speeds.json and docs/speed.md")
    asked = parser.parse_args()
    if asked.model:
        real = [find_model(name) for name in asked.model]
        measure({model.name: model.folder for model in real}, synthetic=False, runs=asked.runs)
    if asked.synthetic:
        measure(
            {size: synthetic_folder(size) for size in asked.synthetic},
            synthetic=True,
            runs=asked.runs,
        )
    if asked.write:
        results = results_by_size()
        SPEEDS.write_text(
            json.dumps(renewed(json.loads(SPEEDS.read_text("utf-8")), results), indent=2) + "\n",
            "utf-8",
        )
        page = with_table(PAGE.read_text("utf-8"), "models", table(results))
        page = with_table(page, "models-checked", checked(results))
        PAGE.write_text(with_table(page, "limits", limits()), "utf-8")


if __name__ == "__main__":
    main()
