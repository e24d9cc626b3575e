"""A failure is repeated, or reported with its time range: never passed over."""

import json
import os
import signal
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pytest

from fanscribe import keys
from fanscribe_local.client.progress import Chunks, JobProgress
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.function_pool import FunctionPool
from fanscribe_local.emulator.worker import Answer, error_answer
from tests.conftest import SAMPLE
from tests.support.workflow import all_keys, an_engine, transcribed, transcripts

pytestmark = pytest.mark.long  # tests/faults has a share of these each day


class OneJob(NamedTuple):
    """The sample's transcript, from three executions."""

    expected: dict[str, bytes]  # when nothing goes wrong
    mended: dict[str, bytes]  # when a part was lost
    without_model: dict[str, bytes]  # when all parts are there, and the model is gone


@pytest.fixture(scope="module")
def one_job(tmp_path_factory: pytest.TempPathFactory) -> OneJob:
    with an_engine(tmp_path_factory.mktemp("logs")) as engine:
        event = engine.upload(SAMPLE, {"language": "en"})
        done = engine.run(event)
        expected = transcripts(engine, done)
        assert done.output is not None
        lost = keys.part(done.output["job"], 4, 7)
        assert lost in all_keys(engine, "WorkBucket")
        engine.s3.delete_object(Bucket=engine.bucket("WorkBucket"), Key=lost)
        mended = transcripts(engine, engine.run(event))
        pool = transcribe_pool(engine)
        modelless = pool.environment | {"MODEL": "/nowhere"}  # type: ignore[operator]
        engine.pools[pool.function.arn] = FunctionPool(
            pool.function, modelless, pool.limit, pool.log
        )
        pool.close()
        return OneJob(expected, mended, transcripts(engine, engine.run(event)))


def transcribe_pool(engine: Engine) -> FunctionPool:
    (pool,) = [pool for pool in engine.pools.values() if pool.function.name == "TranscribeFunction"]
    return pool


@dataclass
class FailingPool(FunctionPool):
    """Transcribe that fails for good on the chunk from tile 4 on, and works on the others."""

    def invoke(self, payload: bytes) -> Answer:
        if json.loads(payload)["chunk"]["first"] == 4:
            return error_answer("BadAudio", "this chunk can't be read", "request")
        return super().invoke(payload)


def test_a_child_that_fails_for_good_fails_the_execution_naming_its_time_range(
    tmp_path: Path,
) -> None:
    """The child has recorded why and succeeds, and so does the Map: Merge does not."""
    with an_engine(tmp_path) as engine:
        pool = transcribe_pool(engine)
        engine.pools[pool.function.arn] = FailingPool(
            pool.function, pool.environment, pool.limit, pool.log
        )
        execution = engine.run(engine.upload(SAMPLE, {"language": "en"}))
        (run,) = engine.states.list_map_runs(executionArn=execution.arn)["mapRuns"]
        counts = engine.states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
        assert (run["stopDate"] is not None, counts["failed"]) == (True, 0)
        chunks = JobProgress(engine.stack, execution.arn).now().chunks
        assert chunks == Chunks(0, 0, counts["succeeded"] - 1, 1)
        assert (execution.status, execution.error) == ("FAILED", "IncompleteTranscript")
        assert "of the speech is missing, at 1:45-3:40 (BadAudio)" in execution.message

        bucket = engine.bucket("TranscriptsBucket")
        (partial,) = [
            e["Key"]
            for e in engine.s3.list_objects_v2(Bucket=bucket)["Contents"]
            if e["Key"].endswith(".json")
        ]
        kept = json.loads(engine.s3.get_object(Bucket=bucket, Key=partial)["Body"].read())
        assert kept["complete"] is False
        assert [
            tile["reason"] for tile in kept["ledger"]["tiles"] if tile["state"] == "failed"
        ] == ["BadAudio"] * 4
        assert "thank you for coming" in kept["text"]


def test_a_killed_worker_is_replaced_and_the_transcript_is_the_same(
    tmp_path: Path, one_job: OneJob
) -> None:
    with an_engine(tmp_path, BatchTiles="1") as engine:
        killed: list[int] = []

        def kill_one() -> None:
            """As soon as the first part is stored, kill a worker."""
            work, pool = engine.bucket("WorkBucket"), transcribe_pool(engine)
            while not any(
                "/parts/" in e["Key"]
                for e in engine.s3.list_objects_v2(Bucket=work).get("Contents", [])
            ):
                time.sleep(0.02)
            killed.extend(pool.processes()[:1])
            os.kill(killed[0], signal.SIGKILL)

        killer = threading.Thread(target=kill_one)
        killer.start()
        again = transcribed(engine)
        killer.join()
        assert killed
        assert again == one_job.expected


def test_a_chunk_that_outlasts_an_invocation_goes_round_the_loop(
    tmp_path: Path, one_job: OneJob
) -> None:
    with an_engine(tmp_path, BatchTiles="1", ChunkTiles="64") as engine:
        pool = transcribe_pool(engine)
        # all of it is kept back to store and answer: one tile each time
        short = replace(pool.function, timeout_s=5)
        counting = CountingPool(short, pool.environment, pool.limit, pool.log)
        engine.pools[short.arn] = counting
        assert transcribed(engine) == one_job.expected
        spoken = [
            tile
            for tile in json.loads(one_job.expected["json"])["ledger"]["tiles"]
            if tile["state"] == "transcribed"
        ]
        assert counting.invocations == len(spoken)


@dataclass
class CountingPool(FunctionPool):
    invocations: int = 0

    def invoke(self, payload: bytes) -> Answer:
        self.invocations += 1
        return super().invoke(payload)


def test_a_job_started_again_finds_its_parts(one_job: OneJob) -> None:
    """The execution invokes Transcribe for each chunk, and none of them needs the model."""
    assert one_job.without_model == one_job.expected


def test_a_part_that_is_lost_is_made_again(one_job: OneJob) -> None:
    assert one_job.mended == one_job.expected
