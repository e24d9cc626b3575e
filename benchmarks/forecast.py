"""The simulator held against real runs of the embedded engine, with 1, 2 and 4 workers.

    python -m benchmarks.forecast [--model tiny.en] [--minutes 15] [--runs 5]

A run reads two recordings, one after the other. `foretold`: the second's wall time from its length
alone and the seconds that the stages took in the first. That is a prediction; other work on the
machine that comes or goes between the two is in it. `added up`: from the second's own stages, known
afterwards. That is none: it only checks how the simulator puts stages, chunks and workers together.
Split's and Transcribe's seconds are what they noted in the plan and the parts, the engine's are
from a second of silence, a cold start's from a process that loads the model.
Everything goes to benchmarks/forecast.json, the table to docs/cost.md (python -m benchmarks.cost).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recordings import CORPUS, Clip, load, store
from fanscribe.documents.plan import Plan
from fanscribe.documents.reading import Part
from fanscribe.planning.planner import tiles_in
from fanscribe.planning.prices import VCPU_MB, ModelSpeed, Stages, price_list, speeds
from fanscribe.planning.simulator import Fleet, Work, simulate
from fanscribe.times import SAMPLE_RATE
from fanscribe_local.emulator.engine import Engine

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
    code = (
        f"from fanscribe.recognition.recognizer import load_recognizer; load_recognizer({model!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.monotonic() - began


@dataclass(frozen=True)
class Noted:
    """Seconds that the functions noted of one job."""

    audio_s: float
    tiles: int
    split_s: float
    reading_s: float


def noted(engine: Engine) -> Noted:
    """From the plan and the parts in the work bucket."""
    bucket = engine.bucket("WorkBucket")
    found = engine.s3.list_objects_v2(Bucket=bucket)["Contents"]
    documents = {
        entry["Key"]: engine.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for entry in found
    }
    (plan,) = [
        Plan.model_validate_json(data)
        for key, data in documents.items()
        if key.endswith("/plan.json")
    ]
    parts = [Part.model_validate_json(data) for key, data in documents.items() if "/parts/" in key]
    assert plan.spent
    return Noted(
        audio_s=plan.recording.samples / SAMPLE_RATE,
        tiles=sum(len(part.readings) for part in parts),
        split_s=sum(spent.ms for spent in plan.spent) / 1000,
        reading_s=sum(part.spent.ms for part in parts if part.spent) / 1000,
    )


# of a model whose seconds are all that counts
NOTHING = dict.fromkeys(("width", "decoder_layers", "weights_mb", "load_s"), 0)
NOTHING |= dict.fromkeys(("memory_mb", "reader_mb", "wide_times"), 1)


@dataclass(frozen=True)
class Around:
    """Seconds that aren't in the functions' notes."""

    engine_s: float
    cold_s: float

    def forecast_s(self, noted: Noted, workers: int, audio_s: float, tiles: int) -> float:
        """The wall time of so much audio, with the stages as they were noted."""
        stages = Stages(
            split_start_s=0,
            head_s=0,
            fetch_s=0,
            skip_s=0,
            decode_s=noted.split_s / noted.audio_s,
            listen_s=0,  # this, fetching and storing are in Split's time
            upload_s=0,
            join_s=0,  # of sections, which so short a recording has not
            request_s=0,
            map_s=0,
            start_s=self.cold_s,
            invoke_s=INVOKE_S,
            states_s=self.engine_s,
            voices_s=0,
            merge_start_s=0,
            merge_s=speeds().stages.merge_s,
        )
        tile_s = (noted.reading_s - workers * self.cold_s) / noted.tiles
        speed = ModelSpeed(name="", **NOTHING, serial_s=0, work_s=tile_s, origin="measured")
        at_once = {"map_concurrency": workers, "account_concurrency": workers}
        fleet = Fleet(memory_mb=VCPU_MB, split_mb=VCPU_MB, **at_once)
        work = Work(audio_s=audio_s, tiles=tiles, chunk_tiles=CHUNK_TILES)
        return simulate(work, fleet, speed, stages, price_list().aws).wall_s


def compare(first: Path, second: Path, silence: Path, model: str, workers: int) -> dict[str, float]:
    around = Around(around_s(model, silence), cold_s(model))
    with an_engine(model, workers) as engine:
        run_s(engine, first)
        before = noted(engine)
    with an_engine(model, workers) as engine:
        real = run_s(engine, second)
        after = noted(engine)
    foretold = around.forecast_s(before, workers, after.audio_s, tiles_in(after.audio_s))
    added_up = around.forecast_s(after, workers, after.audio_s, after.tiles)
    print(
        (
            f"{workers} workers: real {real:.1f} s, "
            f"foretold {foretold / real:.2f}, added up {added_up / real:.2f}"
        ),
        flush=True,
    )
    return {
        "real_s": round(real, 1),
        "foretold": round(foretold / real, 2),
        "added_up": round(added_up / real, 2),
    }


def surroundings() -> dict[str, Any]:
    """Where and with what this was measured."""
    names = ("faster-whisper", "ctranslate2", "moto")
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
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
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    length = round(asked.minutes * 60 * SAMPLE_RATE)
    sound = load(CORPUS / "long-en" / "fairy-tales-30min.mp3")
    with tempfile.TemporaryDirectory() as folder:
        first = store(Clip(sound[:length], ""), Path(folder) / "first.wav")
        second = store(Clip(sound[length : 2 * length], ""), Path(folder) / "second.wav")
        silence = store(Clip(np.zeros(SAMPLE_RATE, np.int16), ""), Path(folder) / "silence.wav")
        runs = [
            {workers: compare(first, second, silence, asked.model, workers) for workers in WORKERS}
            for _ in range(asked.runs)
        ]
    result = surroundings() | {
        "recordings": f"the first and the second {asked.minutes:g} minutes of long-en",
        "model": asked.model,
        "workers": {str(workers): [run[workers] for run in runs] for workers in WORKERS},
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
