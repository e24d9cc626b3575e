"""Errors by their names in Step Functions: each is repeated, from every task, and the job succeeds.

The definition is the real one, with its real waits. The pools answer as Lambda does, or for it.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.worker import Answer, error_answer, refused
from tests.faults.functions import Fault
from tests.faults.test_faults import AT_ONCE, TIMEOUT_S, WORKERS, Laboratory, ThrottlingPool, said
from tests.support.builders import a_model_folder
from tests.support.lambda_errors import NAMES
from tests.support.workflow import DEFAULTS, all_keys, share_out

pytestmark = pytest.mark.long

TASKS = ("Split", "SplitSection", "DetectLanguage", "Transcribe", "Merge")
SECTIONS = 2
SHARING = Fault("none").name  # the execution that finds out a job's name, before it is shared out
DEADLY = 2  # a tile, in the middle of a batch of other tiles
OF_LAMBDA = "Lambda."  # what Step Functions puts before Lambda's own names


def task_of(function: str, event: dict[str, Any]) -> str:
    """The state that called."""
    return "SplitSection" if "section" in event else function.removesuffix("Function")


@dataclass
class NamingPool(ThrottlingPool):
    """Fails by the name that an execution's name ends with, the first time that a task of it calls.

    In executions of the fault "full" a worker that dies has run out of memory. Lambda can tell.
    """

    answered: list[tuple[str, str]] = field(default_factory=list)  # error, task

    def invoke(self, payload: bytes) -> Answer:
        event = json.loads(payload)
        fault = Fault.of(event["execution"])
        if fault.kind == "full":
            return out_of_memory(super().invoke(payload))
        error, task = name_in(event["execution"]), task_of(self.function.name, event)
        with self._lock:
            due = fault.kind == "named" and (error, task) not in self.answered
            if due:
                self.answered.append((error, task))
        return failure(error) if due else super().invoke(payload)


def out_of_memory(answer: Answer) -> Answer:
    """The same answer, but for a worker's death."""
    if not answer.failed or json.loads(answer.payload)["errorType"] != "Runtime.ExitError":
        return answer
    return error_answer("Runtime.OutOfMemory", "Runtime exited with error: signal: killed", "1")


def failure(name: str) -> Answer:
    """Ways to end with that name: Lambda did not take the event, or the worker did not live to
    answer.
    """
    if name.startswith(OF_LAMBDA):
        return refused(name.removeprefix(OF_LAMBDA), 409, "Not now.")
    return error_answer(name, "It ended early.", "1")


def name_in(execution: str) -> str:
    """The error that an execution's name ends with: 'named_none_at_0_0.Runtime-ExitError'."""
    return execution.rsplit(".", 1)[-1].replace("-", ".")


def a_model_of_two_languages(folder: Path) -> str:
    """As far as anyone but the model's own code looks: its recognizer is a fake here."""
    return str(a_model_folder(folder, ["en", "fr"], multilingual=True))


class Job(NamedTuple):
    """How a job ended of which each task failed once by that name."""

    execution: Execution
    transcript: dict[str, Any] | None


class Names(NamedTuple):
    jobs: dict[str, Job]
    answered: set[tuple[str, str]]  # error, task
    whole: dict[str, Any]  # when nothing fails


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Names:
    """A job for each name, with sections and no known language: so it visits every task."""
    folder = tmp_path_factory.mktemp("names")
    model = a_model_of_two_languages(folder / "two")
    parameters = DEFAULTS | {"Model": model, "ChunkTiles": "4", "BatchTiles": "2"}
    with Engine(parameters, WORKERS, folder) as engine, ThreadPoolExecutor(AT_ONCE) as threads:
        laboratory = Laboratory(engine, folder / "notes", made_of=NamingPool)
        jobs = dict(zip(NAMES, threads.map(lambda name: job(laboratory, name), NAMES), strict=True))
        pools = [pool for pool in engine.pools.values() if isinstance(pool, NamingPool)]
        errors = {each for pool in pools for each in pool.answered}
        whole = job(laboratory, "none").transcript
        assert whole is not None
        return Names(jobs, errors, whole)


def job(laboratory: Laboratory, name: str) -> Job:
    """Run a recording whose tasks each fail once by that name."""
    event = laboratory.event(f"{name}.wav", laboratory.speech) | {"options": {"language": None}}
    share_out(laboratory.engine, event, SECTIONS, SHARING)
    kind = "none" if name == "none" else "named"
    execution = laboratory.execute(Fault(kind), event, name.replace(".", "-"))
    return Job(execution, laboratory.transcript(execution) if execution.output else None)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_repeated_from_every_task_and_the_job_succeeds(names: Names, name: str) -> None:
    ended = names.jobs[name]
    assert ended.execution.status == "SUCCEEDED", ended.execution.message
    assert {task for error, task in names.answered if error == name} == {*TASKS}
    assert ended.transcript is not None
    assert said(ended.transcript) == said(names.whole)


def test_a_tile_out_of_memory_is_found_and_its_chunks_others_are_read(tmp_path: Path) -> None:
    """The worker dies at it, with neighbours and alone; each time of Runtime.OutOfMemory."""
    parameters = {"ChunkTiles": "64", "BatchTiles": "3"}  # one chunk
    with Engine(DEFAULTS | parameters, WORKERS, tmp_path) as engine:
        laboratory = Laboratory(engine, tmp_path / "notes", TIMEOUT_S, NamingPool)
        fault = Fault("full", step=DEADLY)
        execution = laboratory.execute(fault, laboratory.event("full.wav", laboratory.speech))
        written = [key for key in all_keys(engine, "TranscriptsBucket") if "full.wav/" in key]
        (key,) = [key for key in written if key.endswith(".json")]
        transcript = laboratory.stored(key)
        reads = laboratory.reads(key.split("/")[1])
    assert execution.error == "IncompleteTranscript"
    assert "(PoisonTile)" in execution.message
    tiles = transcript["ledger"]["tiles"]
    failed = [(tile["tile"], tile["reason"]) for tile in tiles if tile["state"] == "failed"]
    assert failed == [(DEADLY, "PoisonTile")]
    spoken = {tile["tile"] for tile in tiles if tile["state"] == "transcribed"}
    kept = [word for word in laboratory.whole["words"] if f"tile{DEADLY}-" not in word["word"]]
    assert len(spoken) >= 4
    assert transcript["words"] == kept
    assert reads[DEADLY] == 2
    assert max(reads[tile] for tile in spoken) == 2, "a neighbour in its batch, once more"
