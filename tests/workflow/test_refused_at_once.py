"""What asking again does not help is refused by its name, once, before anything is transcribed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fanscribe.audio.decode import write_wav
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from tests.conftest import SAMPLE
from tests.support.workflow import all_keys, an_engine, transcripts

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One in which a job may cost next to nothing."""
    with an_engine(tmp_path_factory.mktemp("logs"), MaxJobCost="0.0001") as running:
        yield running


def refused(engine: Engine, execution: Execution, error: str) -> str:
    """The message of an execution that failed so, when one function had been called once."""
    assert (execution.status, execution.error) == ("FAILED", error)
    calls = [
        event["taskScheduledEventDetails"]
        for event in engine.stack.history(execution.arn)
        if "taskScheduledEventDetails" in event
    ]
    assert [call["resourceType"] for call in calls].count("lambda") == 1
    return execution.message


def test_a_job_that_would_cost_too_much(engine: Engine) -> None:
    failed = engine.run(engine.upload(SAMPLE, {"language": "en"}))
    sentence = refused(engine, failed, "JobTooExpensive")
    assert sentence.startswith("lighthouse-talk.mp3 would cost about $0.00")
    assert "at most $0.0001 may be: raise the template's MaxJobCost" in sentence
    assert [key for key in all_keys(engine, "WorkBucket") if "/parts/" in key] == []


@pytest.mark.parametrize("tier", ["GLACIER", "DEEP_ARCHIVE"])
def test_a_recording_in_an_archive(engine: Engine, tier: str) -> None:
    bucket, key = engine.bucket("RecordingsBucket"), f"{tier}.mp3"
    engine.s3.put_object(Bucket=bucket, Key=key, Body=SAMPLE.read_bytes(), StorageClass=tier)
    failed = engine.run({"bucket": bucket, "key": key})
    sentence = refused(engine, failed, "RecordingArchived")
    assert sentence.startswith(f"s3://{bucket}/{key} is archived ({tier})")
    assert "aws s3api restore-object" in sentence


def test_an_encoded_key_is_the_recordings_own_in_what_is_written(
    engine: Engine, tmp_path: Path
) -> None:
    recording = tmp_path / "a b+c (é).wav"
    recording.write_bytes(write_wav(np.zeros(10 * 16_000, np.int16)))
    event = engine.upload(recording, {"formats": "txt"})
    event["detail"]["object"]["key"] = "a+b%2Bc+%28%C3%A9%29.wav"
    done = engine.run(event)
    assert transcripts(engine, done).keys() == {"txt"}
    assert done.output is not None
    assert done.output["keys"]["txt"].startswith("a b+c (é).wav/")
