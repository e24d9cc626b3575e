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


def own_mb(process: int | str = "self") -> float:
    """A process's own memory: what it has written to, not pages of files, which come and go."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@dataclass
class Soak:
    """Measurements, in the order in which recordings were finished."""

    engine: Engine
    words: dict[int, list[str]] = field(default_factory=dict)
    engine_mb: list[float] = field(default_factory=list)
    workers_mb: list[dict[int, float]] = field(default_factory=list)

    def transcribe(self, number: int, recording: Path) -> None:
        execution = self.engine.run(self.engine.upload(recording, {"language": "en"}))
        self.words[number] = json.loads(transcripts(self.engine, execution)["json"])["text"].split()
        alive = [process for pool in self.engine.pools.values() for process in pool.processes()]
        self.engine_mb.append(own_mb())
        self.workers_mb.append({process: own_mb(process) for process in alive})

    def kept_by_the_engine(self, first: int, last: int) -> float:
        """Its own memory when the recordings from `first` to `last` were finished."""
        return statistics.median(self.engine_mb[first:last])

    def kept_by_the_largest_worker(self, first: int, last: int) -> float:
        """Between two recordings: the least that it had, as it needs more while it reads."""
        least: dict[int, float] = {}
        for measured in self.workers_mb[first:last]:
            least |= {process: min(mb, least.get(process, mb)) for process, mb in measured.items()}
        return max(least.values())


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

    fifth = RECORDINGS // 5
    # By then each worker has read each of the five, and has grown by what the longest needs
    middle, last = (2 * fifth, 3 * fifth), (RECORDINGS - fifth, RECORDINGS)
    engine_before, engine_after = soak.kept_by_the_engine(*middle), soak.kept_by_the_engine(*last)
    worker_before = soak.kept_by_the_largest_worker(*middle)
    worker_after = soak.kept_by_the_largest_worker(*last)
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
    assert max(map(len, soak.workers_mb)) <= WORKERS * len(busiest)
    assert worker_after < 1.1 * worker_before
    assert engine_after < 1.1 * engine_before
