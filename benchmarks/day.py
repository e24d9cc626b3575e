"""A day through the real engine: split, planned, fanned out and merged for real.

Only the model is a stub (stub.py).

    python -m benchmarks.day [--hours 24] [--chunk-tiles 4]

The recordings of the corpus, joined and coded as mp3 once, are repeated up to that length.
Afterwards it is checked that each word that the stub made up for each tile is in the transcript, in
order and once, and that the ledger covers every sample. Writes benchmarks/results/scale/day.json.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections import Counter
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.made_day import spoken
from benchmarks.recordings import CORPUS, load
from benchmarks.speed import RESULTS, ROOT, machine
from fanscribe.documents.plan import Plan
from fanscribe.keys import plan
from fanscribe.times import SAMPLE_RATE
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import TRANSCRIBE, Engine
from fanscribe_local.emulator.function_pool import FunctionPool, function_environment
from fanscribe_local.report.run import outside_sections

WORKERS = 2 * (os.cpu_count() or 1)
RESULT = RESULTS / "scale" / "day.json"
AUDIO = {".mp3", ".ogg", ".wav", ".flac"}
LEFT_OUT = "containers"  # nine seconds, nine times, and three that are no recordings


def joined(hours: float, file: Path) -> None:
    """The corpus as one mp3, as often as it takes."""
    found = sorted(
        path for path in CORPUS.rglob("*") if path.suffix in AUDIO and path.parent.name != LEFT_OUT
    )
    samples = np.concatenate([load(path) for path in found])
    with av.open(str(file), "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16p", layout="mono")
        frame.rate = SAMPLE_RATE
        container.mux([*stream.encode(frame), *stream.encode()])
    once = file.read_bytes()
    with file.open("ab") as more:
        for _ in range(int(hours * 3600 * SAMPLE_RATE) // len(samples) - 1):
            more.write(once)


def with_stub(engine: Engine) -> None:
    """Transcribe's processes get the stub's handler, and the project to import it from."""
    for arn, pool in engine.pools.items():
        if pool.function.handler == TRANSCRIBE:
            function = replace(
                pool.function, handler="benchmarks.stub.handler", code=(*pool.function.code, ROOT)
            )
            environment = function_environment(function, {"AWS_ENDPOINT_URL": engine.url})
            engine.pools[arn] = FunctionPool(function, environment, pool.limit, pool.log)


def stages(history: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds of each state that takes any. Split is asked twice; its sections are one step."""
    entered: dict[str, Any] = {}
    took = Counter[str]()
    for event in outside_sections(history):
        if entry := event.get("stateEnteredEventDetails"):
            entered[entry["name"]] = event["timestamp"]
        if left := event.get("stateExitedEventDetails"):
            took[left["name"]] += (event["timestamp"] - entered[left["name"]]).total_seconds()
    return {name: round(seconds, 1) for name, seconds in took.items() if seconds >= 0.05}


def check(engine: Engine, execution: Execution) -> dict[str, Any]:
    """The transcript against what the stub said. Raises AssertionError."""
    assert execution.output, f"{execution.error}: {execution.message}"
    work, output = engine.bucket("WorkBucket"), execution.output
    planned = Plan.model_validate_json(_read(engine, work, plan(output["job"])))
    transcript = json.loads(_read(engine, output["bucket"], output["keys"]["json"]))
    said = [word for tile in planned.tiles if not tile.silent for word in spoken(tile)]
    assert transcript["complete"]
    transcribed = [(word["word"], word["start"], word["end"]) for word in transcript["words"]]
    wrong = [
        pair
        for pair in zip_longest(
            transcribed, ((word.text.strip(), word.start / 1000, word.end / 1000) for word in said)
        )
        if pair[0] != pair[1]
    ]
    assert not wrong, f"{len(wrong)} of {len(said)} words differ, the first {wrong[0]}"
    ledger = transcript["ledger"]["tiles"]
    assert [tile["start"] for tile in ledger] == [0, *(tile["end"] for tile in ledger[:-1])]
    assert ledger[-1]["end"] == planned.recording.samples
    return {
        "hours": round(planned.recording.samples / SAMPLE_RATE / 3600, 2),
        "sections": len(planned.sound.sections),
        "tiles": len(planned.tiles),
        "silent": sum(tile.silent for tile in planned.tiles),
        "words": len(said),
    }


def _read(engine: Engine, bucket: str, key: str) -> bytes:
    return bytes(engine.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def peak_mb(process: int | str = "self") -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--chunk-tiles", type=int, default=4)
    asked = parser.parse_args()
    parameters = {
        "Model": "tiny.en",
        "MapConcurrency": str(WORKERS),
        "ChunkTiles": str(asked.chunk_tiles),
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(parameters, WORKERS, Path(folder)) as engine,
    ):
        with_stub(engine)
        recording = Path(folder) / "day.mp3"
        joined(asked.hours, recording)
        event = engine.upload(recording, {"language": "en"})
        began = time.monotonic()
        execution = engine.run(event)
        wall = time.monotonic() - began
        peaks = {
            pool.function.name: max(map(peak_mb, pool.processes()), default=0)
            for pool in engine.pools.values()
        }
        history = engine.states.get_execution_history(executionArn=execution.arn, maxResults=1000)[
            "events"
        ]
        children = len(engine.stack.children(execution.arn))
        payload = max(len(json.dumps(event, default=str)) for event in history)
        result = check(engine, execution) | {
            "wall_s": round(wall, 1),
            "stages_s": stages(history),
            "children": children,
        }
        result |= {"peak_mb": {"engine": peak_mb()} | peaks, "longest_event_bytes": payload}
    print(json.dumps(result, indent=1))
    RESULT.parent.mkdir(exist_ok=True)
    about = {"chunk_tiles": asked.chunk_tiles, "workers": WORKERS}
    RESULT.write_text(json.dumps(about | result | machine(), indent=1) + "\n")


if __name__ == "__main__":
    main()
