"""The state machine's cost: a recording through the whole engine, and by the same worker
processes fed directly.

    python -m benchmarks.overhead [--model tiny.en] [--runs 5]

Both have the same S3 and the same processes, started ahead, and store the same; only who calls the
functions differs: Step Functions' interpreter, or a loop over the list of chunks. Interleaved,
whole runs. What starting and stopping an engine takes is measured besides and counted as overhead
too, though the second way can't do without its S3. Writes benchmarks/results/overhead/<model>.json,
with -avx2 on a processor without AVX-512.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed import LONG_EN, RESULTS, machine, narrow
from fanscribe.recognition.models import Model, find_model
from fanscribe_local.emulator.defaults import deployment_parameters
from fanscribe_local.emulator.engine import Engine

WORKERS = os.cpu_count() or 1
OPTIONS = {"language": "en"}


def orchestrated(engine: Engine) -> None:
    execution = engine.run(engine.upload(LONG_EN, OPTIONS))
    assert execution.status == "SUCCEEDED", execution.message


def fed(engine: Engine) -> None:
    """Split, every chunk, Merge, as the state machine would call them."""
    name = {"execution": f"{engine.state_machine}:fed".replace(":stateMachine:", ":execution:")}
    job = _call(engine, "SplitFunction", name | {"input": engine.upload(LONG_EN, OPTIONS)})
    listed = engine.s3.get_object(Bucket=engine.bucket("WorkBucket"), Key=job["chunks_key"])[
        "Body"
    ].read()
    task = name | {"job": job["job"], "language": job["language"]}
    done = [
        _call(engine, "TranscribeFunction", task | {"chunk": chunk}) for chunk in json.loads(listed)
    ]
    assert not any(progress["remaining"] for progress in done)
    _call(engine, "MergeFunction", name | {"job": job["job"], "output": job["output"]})


def nothing(engine: Engine) -> None:
    """Only the engine itself."""
    assert engine.url


def _call(engine: Engine, function: str, payload: dict[str, Any]) -> Any:
    (pool,) = [pool for pool in engine.pools.values() if pool.function.name == function]
    answer = pool.invoke(json.dumps(payload).encode())
    assert not answer.failed, answer.payload
    return json.loads(answer.payload)


def took_s(way: Callable[[Engine], None], model: Model) -> float:
    """The engine's start and end included."""
    parameters = {"Model": str(model.folder)} | deployment_parameters(model)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as logs,
        Engine(parameters, WORKERS, Path(logs), ahead=True) as engine,
    ):
        way(engine)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    model = find_model(asked.model)
    rounds = []
    for number in range(asked.runs):
        rounds.append({way.__name__: took_s(way, model) for way in (orchestrated, fed, nothing)})
        print(
            (
                f"round {number + 1}: "
                f"{', '.join(f'{way} {seconds:.2f} s' for way, seconds in rounds[-1].items())}"
            ),
            flush=True,
        )
    more = statistics.median(run["orchestrated"] - run["fed"] for run in rounds)
    usual = {way: statistics.median(run[way] for run in rounds) for way in rounds[0]}
    result = {way: round(seconds, 2) for way, seconds in usual.items()}
    result |= {
        "state_machine_s": round(more, 2),
        "with_engine_s": round(more + usual["nothing"], 2),
    }
    result |= {"asked_s": round(2 + 0.02 * usual["fed"], 2)}
    print(result)
    about = (
        {"model": model.name, "audio": LONG_EN.name, "workers": WORKERS, "runs": asked.runs}
        | result
        | machine()
    )
    file = RESULTS / "overhead" / f"{model.name}{'-avx2' if narrow(about) else ''}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main()
