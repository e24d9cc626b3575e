"""A redrive goes on from where an execution failed: shown for each task that invokes a function.

By an interpreter of the tests' own making over moto's (tests/support/redrive.py says what that
leaves out).
"""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.worker import Answer, error_answer
from tests.faults.functions import Fault
from tests.faults.test_faults import WORKERS, Laboratory, ThrottlingPool, said
from tests.faults.test_names import SECTIONS, SHARING, a_model_of_two_languages, task_of
from tests.support.redrive import open_state, redrive
from tests.support.workflow import DEFAULTS, share_out

pytestmark = pytest.mark.long

BROKEN = "Broken"  # an error that nothing repeats and nothing catches
# The task that fails for good, the state that is then not left, and what a redrive calls
WAYS = {
    "Split": ("Split", {"Split", "SplitSection", "DetectLanguage", "Transcribe", "Merge"}),
    "SplitSection": (
        "SplitSections",
        {"Split", "SplitSection", "DetectLanguage", "Transcribe", "Merge"},
    ),
    "DetectLanguage": ("DetectLanguage", {"DetectLanguage", "Transcribe", "Merge"}),
    "Transcribe": ("Merge", {"Split", "Transcribe", "Merge"}),
    "Merge": ("Merge", {"Merge"}),
}


@dataclass
class BreakablePool(ThrottlingPool):
    """Notes what is called. One task fails for good: Transcribe on the first chunk alone."""

    broken: str = ""
    called: list[str] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)  # until it is set, "hold" waits

    def invoke(self, payload: bytes) -> Answer:
        event = json.loads(payload)
        task = task_of(self.function.name, event)
        self.called.append(task)
        first = event.get("chunk", {"first": 0})["first"] == 0
        if self.broken == f"hold {task}" and first:
            self.begun.set()
            self.held.wait(60)
        elif self.broken != task or not first:
            return super().invoke(payload)
        return error_answer(BROKEN, f"{task} is broken.", "1")


class Bench(NamedTuple):
    laboratory: Laboratory
    pools: list[BreakablePool]

    def break_down(self, task: str) -> None:
        for pool in self.pools:
            pool.broken = task
            pool.called.clear()

    @property
    def called(self) -> list[str]:
        return [task for pool in self.pools for task in pool.called]

    def recording(self, name: str) -> dict[str, Any]:
        """One with sections and no known language: its job visits every task."""
        self.break_down("")
        event = self.laboratory.event(f"{name}.wav", self.laboratory.speech)
        event |= {"options": {"language": None}}
        share_out(self.laboratory.engine, event, SECTIONS, SHARING)
        return event

    def judge(self, again: Execution) -> None:
        """The transcript is whole, and no tile was read twice."""
        assert again.status == "SUCCEEDED", again.message
        assert said(self.laboratory.transcript(again)) == said(self.laboratory.whole)
        assert again.output is not None
        assert set(self.laboratory.reads(again.output["job"]).values()) == {1}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("redrive")
    model = a_model_of_two_languages(folder / "two")
    parameters = DEFAULTS | {"Model": model, "ChunkTiles": "2", "BatchTiles": "2"}
    with Engine(parameters, WORKERS, folder) as engine:
        laboratory = Laboratory(engine, folder / "notes", made_of=BreakablePool)
        pools = [pool for pool in engine.pools.values() if isinstance(pool, BreakablePool)]
        yield Bench(laboratory, pools)


@pytest.mark.parametrize("task", WAYS)
def test_a_redrive_goes_on_from_the_task_that_failed(bench: Bench, task: str) -> None:
    state, called = WAYS[task]
    event = bench.recording(task)
    bench.break_down(task)
    failed = bench.laboratory.execute(Fault("none"), event, f"broken-{task}")
    wanted = "IncompleteTranscript" if task == "Transcribe" else BROKEN
    assert (failed.status, failed.error) == ("FAILED", wanted)
    assert open_state(bench.laboratory.engine, failed).name == state
    bench.break_down("")
    bench.judge(redrive(bench.laboratory.engine, failed))
    assert {*bench.called} == called
    if task == "Transcribe":
        assert sorted(bench.called) == ["Merge", "Merge", "Split", "Transcribe"], "one chunk"


def test_what_is_still_missing_after_a_redrive_fails_it_again_in_merge(bench: Bench) -> None:
    event = bench.recording("twice")
    bench.break_down("Transcribe")
    failed = bench.laboratory.execute(Fault("none"), event, "twice")
    bench.break_down("Transcribe")
    again = redrive(bench.laboratory.engine, failed)
    assert (again.error, again.message) == (failed.error, failed.message)
    assert sorted(bench.called) == ["Merge", "Merge", "Split", "Transcribe"], "no third round"


def test_an_execution_that_was_stopped_while_it_transcribed_goes_on_there(bench: Bench) -> None:
    event, engine = bench.recording("stopped"), bench.laboratory.engine
    bench.break_down("hold Transcribe")
    (pool,) = [pool for pool in bench.pools if pool.function.name == "TranscribeFunction"]
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(bench.laboratory.execute, Fault("none"), event, "stopped")
        assert pool.begun.wait(120)
        (execution,) = [
            e for e in engine.stack.latest(100) if e.name.endswith("stopped") and e.running
        ]
        engine.states.stop_execution(executionArn=execution.arn)
        pool.held.set()  # moto's interpreter ends when what it waits for has answered
        stopped = running.result()
    assert stopped.status == "ABORTED"
    assert open_state(engine, stopped).name == "TranscribeChunks"
    bench.break_down("")
    bench.judge(redrive(engine, stopped))
    assert {*bench.called} == {"Transcribe", "Merge"}
