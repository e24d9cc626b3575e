"""Where an account is new: ten invocations at once in all, 3,008 MB for each.

Slower, and the same transcript.

All functions share the ten, and what comes beyond is refused; here they share three, with more
chunks than fit.
"""

import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe.times import SAMPLE_RATE
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.function_pool import FunctionPool
from fanscribe_local.emulator.worker import Answer, throttled
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.workflow import an_engine, transcribed

pytestmark = pytest.mark.long

AT_ONCE, MEMORY_MB = 3, 3008
LENGTH_S = 180  # of the sample


@dataclass
class Account:
    """What all functions of an account share."""

    room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    refused: int = 0
    # most memory that a process of a function ever held
    peaks_mb: dict[str, float] = field(default_factory=dict)


@dataclass
class NewAccountPool(FunctionPool):
    account: Account = field(default_factory=Account)

    def invoke(self, payload: bytes) -> Answer:
        if not self.account.room.acquire(blocking=False):
            self.account.refused += 1
            return throttled()
        try:
            return super().invoke(payload)
        finally:
            self.account.room.release()
            peak = max(map(peak_mb, self.processes()), default=0.0)
            self.account.peaks_mb[self.function.name] = max(
                peak, self.account.peaks_mb.get(self.function.name, 0.0)
            )


def peak_mb(process: int) -> float:
    """The most memory that a process has had in RAM."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def as_new_account(engine: Engine) -> Account:
    """A deployment's functions under the limits."""
    account = Account()
    for arn, pool in list(engine.pools.items()):
        engine.pools[arn] = NewAccountPool(
            pool.function, pool.environment, 10, pool.log, account=account
        )
    return account


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads memory from /proc, which is not here"
)
def test_with_few_invocations_at_once_and_little_memory_the_transcript_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "talk.wav"
    recording.write_bytes(write_wav(decoded(SAMPLE)[0, : LENGTH_S * SAMPLE_RATE]))
    with an_engine(tmp_path) as engine:
        expected = transcribed(engine, recording)
    with an_engine(
        tmp_path, TranscribeMemory=str(MEMORY_MB), MapConcurrency="100", ChunkTiles="1"
    ) as engine:
        account = as_new_account(engine)
        assert transcribed(engine, recording) == expected
    chunks = len(json.loads(expected["json"])["ledger"]["tiles"])
    with capsys.disabled():
        peaks = ", ".join(
            f"{name} {peak:.0f} MB" for name, peak in sorted(account.peaks_mb.items())
        )
        print(f"\n{chunks} chunks, {account.refused} invocations refused; peaks: {peaks}")
    assert chunks > 2 * AT_ONCE
    assert account.refused > 0
    assert max(account.peaks_mb.values()) < MEMORY_MB
