"""The simulator held against real runs of the embedded engine, with 1, 2 and 4 workers.

    python -m benchmarks.forecast [--model tiny.en] [--minutes 15] [--runs 3]

The stages' seconds come from the very run that is forecast: Split's and Transcribe's from what they noted in the plan and the
parts, the engine's from a second of silence just before, a cold start's from a process that loads the model. So other work on
the machine cancels out, and what is held against reality is how the simulator puts stages, chunks and workers together.
The medians go to benchmarks/forecast.json, the table to docs/cost.md (python -m benchmarks.cost).
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recordings import CORPUS, Clip, load, store
from fanscribe.contracts import Part, Plan
from fanscribe.costs import VCPU_MB, ModelSpeed, Stages, price_list, speeds
from fanscribe.simulator import Fleet, Work, simulate
from fanscribe.times import SAMPLE_RATE
from local.engine import Engine

ROOT = Path(__file__).resolve().parent.parent
RESULT = Path(__file__).with_name("forecast.json")
WORKERS = (1, 2, 4)
CHUNK_TILES = 4
INVOKE_S = 0.05  # HTTP and moto's interpreter around one invocation


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


def cold_s(model: str) -> float:
    """Seconds of a process that starts and loads the model."""
    began = time.monotonic()
    code = f"from fanscribe.recognizer import load_recognizer; load_recognizer({model!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.monotonic() - began


def noted(engine: Engine) -> tuple[Plan, list[Part]]:
    """What the functions left in the work bucket."""
    bucket = engine.bucket("WorkBucket")
    found = engine.s3.list_objects_v2(Bucket=bucket)["Contents"]
    documents = {entry["Key"]: engine.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in found}
    (plan,) = [Plan.model_validate_json(data) for key, data in documents.items() if key.endswith("/plan.json")]
    return plan, [Part.model_validate_json(data) for key, data in documents.items() if "/parts/" in key]


def forecast_s(plan: Plan, parts: list[Part], workers: int, around: float, cold: float) -> float:
    """What the simulator makes of the stages."""
    audio_s, tiles = plan.recording.samples / SAMPLE_RATE, sum(len(part.readings) for part in parts)
    reading_s = sum(part.spent.ms for part in parts if part.spent) / 1000 - workers * cold
    speed = ModelSpeed(name="", weights_mb=0, memory_mb=0, load_s=0, serial_s=0, work_s=reading_s / tiles, had="measured")
    stages = Stages(
        split_start_s=0,
        split_s=plan.spent.ms / 1000 / audio_s if plan.spent else 0,
        upload_s=0,
        put_s=0,  # in Split's time
        start_s=cold,
        invoke_s=INVOKE_S,
        states_s=around,
        merge_start_s=0,
        merge_s=speeds().stages.merge_s,
    )
    work = Work(audio_s=audio_s, tiles=tiles, chunk_tiles=CHUNK_TILES)
    fleet = Fleet(memory_mb=VCPU_MB, map_concurrency=workers, account_concurrency=workers)
    return simulate(work, fleet, speed, stages, price_list().aws).wall_s


def compare(recording: Path, silence: Path, model: str, workers: int) -> dict[str, float]:
    around, cold = around_s(model, silence), cold_s(model)
    with an_engine(model, workers) as engine:
        real = run_s(engine, recording)
        forecast = forecast_s(*noted(engine), workers, around, cold)
    print(f"{workers} workers: forecast {forecast:.1f} s, real {real:.1f} s, ratio {forecast / real:.2f}", flush=True)
    return {"forecast_s": forecast, "real_s": real, "ratio": forecast / real}


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
            str(workers): {key: round(statistics.median(run[workers][key] for run in runs), 2) for key in runs[0][workers]}
            for workers in WORKERS
        },
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
