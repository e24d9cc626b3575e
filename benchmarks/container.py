"""Sizes and times of what `sam build` made, in containers under Lambda's limits.

Run as `python -m benchmarks.container`.

    sam build --parameter-overrides Model=tiny.en && python -m benchmarks.container [--model
    tiny.en]

The sample goes through the state machine twice, one container for each function: its first
invocation is cold, with the container's start, and the same one in the second execution is warm.
Replaces the table in docs/containers.md.
"""

import argparse
import datetime as dt
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fanscribe_local.emulator.containers import (
    Container,
    ContainerPool,
    built_functions,
    container_environment,
    docker,
    gateway,
    run_limited,
    secluded_network,
)
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.stage import SAMPLE
from fanscribe_local.emulator.worker import Answer
from fanscribe_local.project import PROJECT

BUILD = PROJECT / ".aws-sam" / "build"
DOCS = PROJECT / "docs" / "containers.md"
MARKS = ("<!-- python -m benchmarks.container -->", "<!-- end -->")
LIMIT_MB = 250  # of a zip function and its layers, unzipped
IMPORT_AND_LOAD = """
import os, time
began = time.perf_counter()
from transcribe import handler
imported = time.perf_counter()
handler.load_recognizer(os.environ["MODEL"])
print(imported - began, time.perf_counter() - imported)
"""
PEAK = (
    "cat /sys/fs/cgroup/memory.peak 2>/dev/null || "
    "cat /sys/fs/cgroup/memory/memory.max_usage_in_bytes"
)


@dataclass
class TimedPool(ContainerPool):
    """Keeps how long each invocation took, in seconds."""

    took: list[float] = field(default_factory=list, kw_only=True)

    def invoke(self, payload: bytes) -> Answer:
        began = time.perf_counter()
        answer = super().invoke(payload)
        self.took.append(time.perf_counter() - began)
        return answer

    def peak_mb(self) -> float:
        """Most memory that its container held, file cache and /tmp included."""
        (process,) = self._warm
        assert isinstance(process, Container)
        return int(docker("exec", process.id, "sh", "-c", PEAK)) / 2**20


@contextmanager
def contained(model: str) -> Iterator[tuple[Engine, dict[str, TimedPool]]]:
    # none waits for another, which would count
    one_by_one = {"Model": model, "MapConcurrency": "1"}
    with (
        tempfile.TemporaryDirectory() as logs,
        secluded_network() as network,
        Engine(one_by_one, 1, Path(logs)) as engine,
    ):
        url = engine.serve_at(gateway(network))
        built = built_functions(BUILD)
        pools = {}
        for arn, pool in list(engine.pools.items()):
            name = pool.function.name
            environment = container_environment(pool.function, url)
            pools[name] = TimedPool(
                pool.function, environment, 1, Path(logs) / name, built=built[name], network=network
            )
            engine.pools[arn] = pools[name]
        yield engine, pools
        for pool in pools.values():
            pool.close()


def import_and_load(model: str) -> tuple[float, float]:
    """Seconds to import Transcribe, and to load its model, in a new container."""
    container = run_limited(built_functions(BUILD)["TranscribeFunction"], {"MODEL": model}, "none")
    try:
        imported, loaded = docker(
            "exec", "--workdir=/var/task", container, "python", "-c", IMPORT_AND_LOAD
        ).split()
    finally:
        docker("rm", "--force", container)
    return float(imported), float(loaded)


def unzipped_mb(*folders: str) -> float:
    files = [file for folder in folders for file in (BUILD / folder).rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 2**20


def lines(model: str) -> Iterator[tuple[str, str]]:
    """What was measured, and the figure."""
    image = built_functions(BUILD)["TranscribeFunction"].image
    yield (
        f"image, with {model}",
        f"{int(docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6:.0f} MB",
    )
    yield (
        "layer and Merge, unzipped",
        f"{unzipped_mb('CoreLayer', 'MergeFunction'):.0f} of {LIMIT_MB} MB",
    )
    imported, loaded = import_and_load(model)
    yield "Transcribe: import", f"{imported:.1f} s"
    yield f"Transcribe: load {model}", f"{loaded:.1f} s"
    with contained(model) as (engine, pools):
        for key in ("first", "second"):
            event = {
                "bucket": engine.bucket("RecordingsBucket"),
                "key": key,
                "options": {"language": "en"},
            }
            engine.s3.upload_file(str(SAMPLE), event["bucket"], key)
            execution = engine.run(event)
            if execution.status != "SUCCEEDED":
                raise RuntimeError(execution.message)
        for name, what in (
            ("SplitFunction", "5:30 min"),
            ("TranscribeFunction", "a chunk of four tiles, about 1:45 min"),
            ("MergeFunction", "four formats"),
        ):
            took = pools[name].took
            # the same invocation, in the first and in the second execution
            cold, warm = took[0], took[len(took) // 2]
            figures = (
                f"{cold:.1f} s cold, {warm:.1f} s warm, {pools[name].peak_mb():.0f} MB at most"
            )
            yield f"{name.removesuffix('Function')}: {what}", figures


def conditions() -> str:
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    when = dt.datetime.now(dt.UTC).date()
    return (
        f"{os.cpu_count()} cores of {cpu[1] if cpu else 'an unnamed processor'}, "
        f"{when}, commit {commit.strip()}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="tiny.en", help="the one that the image was built with")
    rows = [f"| {what} | {figure} |" for what, figure in lines(parser.parse_args().model)]
    table = "\n".join(["| | |", "|---|---|", *rows, "", conditions()])
    print(table)
    head, rest = DOCS.read_text("utf-8").split(MARKS[0])
    DOCS.write_text(f"{head}{MARKS[0]}\n{table}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", "utf-8")


if __name__ == "__main__":
    main()
