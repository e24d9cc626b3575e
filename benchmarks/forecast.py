"""The simulator held against real runs of the embedded engine, with 1, 2 and 4 workers.

    python -m benchmarks.forecast [--model tiny.en] [--minutes 15] [--runs 3]

Every run measures the stages by themselves (stages.py), lets the simulator say how long the whole job takes, and runs it.
What is compared is the median of the runs' ratios, so that other work on the machine cancels out. The result goes to
benchmarks/forecast.json, the table to docs/cost.md (python -m benchmarks.cost).
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recordings import CORPUS, Clip, load, store
from benchmarks.stages import ROOT, read_beside, split_s, tile_s
from fanscribe.costs import VCPU_MB, ModelSpeed, Stages, price_list, speeds
from fanscribe.models import find_model
from fanscribe.simulator import Fleet, Work, simulate
from fanscribe.times import SAMPLE_RATE
from local.engine import Engine

RESULT = Path(__file__).with_name("forecast.json")
WORKERS = (1, 2, 4)
CHUNK_TILES = 4


@contextmanager
def an_engine(model: str, workers: int) -> Iterator[Engine]:
    parameters = {"Model": model, "MapConcurrency": str(workers), "ChunkTiles": str(CHUNK_TILES)}
    with tempfile.TemporaryDirectory() as logs, Engine(parameters, workers, Path(logs)) as engine:
        yield engine


def run_s(engine: Engine, recording: Path) -> float:
    """Seconds of a whole execution."""
    event = engine.upload(recording, {"language": "en"})
    began = time.monotonic()
    execution = engine.run(event)
    assert execution.status == "SUCCEEDED", execution.message
    return time.monotonic() - began


def around_s(model: str, silence: Path) -> float:
    """Seconds of a job without chunks: the engine, Split's and Merge's processes."""
    with an_engine(model, 1) as engine:
        return run_s(engine, silence)


def forecast_s(recording: Path, model: str, workers: int, around: float) -> float:
    """What the simulator makes of the stages."""
    reads = read_beside(recording, find_model(model).folder, workers, max(1, (os.cpu_count() or 1) // workers))
    splitting, audio_s = split_s(recording)
    speed = ModelSpeed(
        name=model, weights_mb=0, memory_mb=0, load_s=reads[0].load_s, serial_s=0, work_s=tile_s(reads), had="measured"
    )
    stages = Stages(
        split_start_s=0,
        split_s=splitting / audio_s,
        upload_s=0,
        put_s=0.02,  # 3.4 MB through moto
        start_s=reads[0].start_s + 0.1,  # Python's own start is not in it
        invoke_s=0.1,  # a chunk fetched, a part stored, by HTTP from moto
        states_s=around,
        merge_start_s=0,
        merge_s=speeds().stages.merge_s,
    )
    work = Work(audio_s=audio_s, tiles=sum(read.tiles for read in reads), chunk_tiles=CHUNK_TILES)
    fleet = Fleet(memory_mb=VCPU_MB, map_concurrency=workers, account_concurrency=workers)
    return simulate(work, fleet, speed, stages, price_list().aws).wall_s


def compare(recording: Path, silence: Path, model: str, workers: int) -> dict[str, float]:
    around = around_s(model, silence)
    forecast = forecast_s(recording, model, workers, around)
    with an_engine(model, workers) as engine:
        real = run_s(engine, recording)
    print(f"{workers} workers: forecast {forecast:.1f} s, real {real:.1f} s, ratio {forecast / real:.2f}", flush=True)
    return {"forecast_s": round(forecast, 2), "real_s": round(real, 2), "ratio": round(forecast / real, 3)}


def surroundings() -> dict[str, Any]:
    """Where and with what this was measured."""
    names = ("faster-whisper", "ctranslate2", "moto")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    return {
        "machine": f"{os.cpu_count()} cores of {processor()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
        "commit": commit.stdout.strip(),
        "date": time.strftime("%Y-%m-%d"),
    }


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    sound = load(CORPUS / "long-en" / "fairy-tales-30min.mp3")[: round(asked.minutes * 60 * SAMPLE_RATE)]
    with tempfile.TemporaryDirectory() as folder:
        recording = store(Clip(sound, ""), Path(folder) / "talk.wav")
        silence = store(Clip(np.zeros(SAMPLE_RATE, np.int16), ""), Path(folder) / "silence.wav")
        runs = [{workers: compare(recording, silence, asked.model, workers) for workers in WORKERS} for _ in range(asked.runs)]
    result = surroundings() | {
        "recording": f"the first {asked.minutes:g} minutes of long-en",
        "model": asked.model,
        "runs": asked.runs,
        "workers": {
            str(workers): {key: round(statistics.median(run[workers][key] for run in runs), 3) for key in runs[0][workers]}
            for workers in WORKERS
        },
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
