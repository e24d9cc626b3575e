"""Fifty recordings at once: all right, with a bounded number of workers, in memory that stays as it
is.
"""

import json
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe_local.emulator.engine import Engine
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.workflow import an_engine, transcripts

pytestmark = pytest.mark.long

RECORDINGS, DIFFERENT = 50, 5
LENGTH_S = 24
WORKERS = 2


def resident_mb(process: int | str = "self") -> float:
    """The memory of a process that is in RAM."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@dataclass
class Soak:
    """What was seen, in the order in which recordings were finished."""

    engine: Engine
    words: dict[int, list[str]] = field(default_factory=dict)
    engine_mb: list[float] = field(default_factory=list)
    workers_mb: list[float] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)

    def transcribe(self, number: int, recording: Path) -> None:
        execution = self.engine.run(self.engine.upload(recording, {"language": "en"}))
        self.words[number] = json.loads(transcripts(self.engine, execution)["json"])["text"].split()
        alive = [process for pool in self.engine.pools.values() for process in pool.processes()]
        self.engine_mb.append(resident_mb())
        self.workers_mb.append(max(resident_mb(process) for process in alive))
        self.processes.append(len(alive))


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads memory from /proc, which is not here"
)
def test_fifty_recordings_at_once_are_all_right_and_memory_stays_flat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speech = decoded(SAMPLE)[0]
    recordings = []
    for number in range(RECORDINGS):
        start = number % DIFFERENT * LENGTH_S * 16_000
        recordings.append(tmp_path / f"talk {number}.wav")
        recordings[-1].write_bytes(write_wav(speech[start : start + LENGTH_S * 16_000]))
    began = time.monotonic()
    with an_engine(tmp_path, WORKERS) as engine:
        soak = Soak(engine)
        with ThreadPoolExecutor(RECORDINGS) as threads:
            list(threads.map(soak.transcribe, range(RECORDINGS), recordings))
        busiest = {pool.function.name: pool.busiest for pool in engine.pools.values()}

    def steady(series: list[float]) -> tuple[float, float]:
        """Its level in the second fifth and in the last."""
        fifth = RECORDINGS // 5
        return statistics.median(series[fifth : 2 * fifth]), statistics.median(series[-fifth:])

    (engine_before, engine_after), (worker_before, worker_after) = (
        steady(soak.engine_mb),
        steady(soak.workers_mb),
    )
    with capsys.disabled():
        print(
            f"\n{RECORDINGS} recordings in {time.monotonic() - began:.0f} s; "
            f"engine {engine_before:.0f} -> {engine_after:.0f} MB, "
            f"largest worker {worker_before:.0f} -> {worker_after:.0f} MB"
        )
    assert len(soak.words) == RECORDINGS
    for number, words in soak.words.items():
        assert len(words) > 30
        assert words == soak.words[number % DIFFERENT], "each has the words of its own sound"
    assert max(busiest.values()) <= WORKERS
    assert max(soak.processes) <= WORKERS * len(busiest)
    assert worker_after < 1.1 * worker_before
    assert engine_after < 1.1 * engine_before
