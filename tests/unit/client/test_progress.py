import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fanscribe.documents.job import BilledTime, Failure
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import Job
from fanscribe.documents.plan import Chunk
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import save_failure
from fanscribe.jobs.storage import S3Storage
from fanscribe_local.client.progress import (
    BEGUN,
    STAGES,
    WAITING,
    Chunks,
    JobProgress,
    Progress,
    SplitJob,
    read_history,
)
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.project import PROJECT
from tests.support.builders import a_plan, tiles

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
JOB = Job(
    execution="e",
    job="0123",
    recording="s3://b/r.wav",
    language="en",
    chunks_key="k",
    chunks=3,
    max_concurrency=2,
    output=OutputOptions(),
    keys={},
)


def entered(state: str) -> dict[str, Any]:
    return {"timestamp": NOON, "stateEnteredEventDetails": {"name": state}}


def failed(error: str) -> dict[str, Any]:
    return {"timestamp": NOON, "taskFailedEventDetails": {"error": error}}


def map_run(arn: str) -> dict[str, Any]:
    return {"timestamp": NOON, "mapRunStartedEventDetails": {"mapRunArn": arn}}


SPLIT = {
    "timestamp": NOON,
    "stateExitedEventDetails": {"name": "Split", "output": JOB.model_dump_json()},
}


def test_a_history_tells_the_stage_the_job_and_when_the_fan_out_began() -> None:
    assert read_history([]).stage == "splitting"
    assert read_history([entered("Split")]) == ("splitting", None, None, None)
    fanned_out = [
        entered("Split"),
        SPLIT,
        entered("WhatRemains"),
        entered("LanguageKnown"),
        entered("TranscribeChunks"),
        map_run("one"),
    ]
    assert read_history(fanned_out) == (
        "transcribing",
        NOON,
        SplitJob("0123", 3, 2, JOB.output.model_dump(mode="json")),
        "one",
    )
    assert read_history([*fanned_out, entered("Merge")]).stage == "merging"


def test_a_split_that_names_sections_is_still_splitting_and_tells_no_job_yet() -> None:
    answer = JOB.model_copy(update={"sections": (0, 1, 2), "chunks": 0})
    named = {
        "timestamp": NOON,
        "stateExitedEventDetails": {"name": "Split", "output": answer.model_dump_json()},
    }
    waiting = [
        entered("Split"),
        named,
        entered("WhatRemains"),
        entered("SplitSections"),
        entered("SplitSection"),
    ]
    assert read_history(waiting) == BEGUN
    assert (
        read_history([*waiting, entered("Split"), SPLIT, entered("TranscribeChunks")]).job
        is not None
    )


def test_a_split_that_failed_tells_no_job() -> None:
    left = {
        "timestamp": NOON,
        "stateExitedEventDetails": {
            "name": "Split",
            "output": '{"Error": "BadInput", "Cause": "{}"}',
        },
    }
    assert read_history([entered("Split"), failed("BadInput"), left]) == BEGUN


def test_a_history_is_read_on_from_where_it_was() -> None:
    events = [
        entered("Split"),
        failed("JobInProgress"),
        SPLIT,
        entered("WhatRemains"),
        entered("TranscribeChunks"),
        entered("Merge"),
    ]
    for cut in range(len(events)):
        assert read_history(events[cut:], read_history(events[:cut])) == read_history(events)


def test_who_waits_for_another_execution_of_the_job_is_shown_so() -> None:
    assert read_history([entered("Split"), failed("JobInProgress")]).stage == WAITING
    assert read_history([entered("Split"), failed("StorageFault")]).stage == "splitting"
    assert (
        read_history([entered("Split"), failed("JobInProgress"), SPLIT, entered("Merge")]).stage
        == "merging"
    )


def test_every_stage_that_is_shown_is_a_state_of_the_machine() -> None:
    definition = json.loads((PROJECT / "statemachine" / "transcription.asl.json").read_text())
    assert set(STAGES) <= set(definition["States"])


def test_what_is_left_is_what_it_takes_at_this_pace() -> None:
    assert Progress("transcribing", done=100, total=400, pace=10).left == 30
    assert Progress("transcribing", done=0, total=400).left is None
    assert Progress("splitting").left is None


class States:
    """Step Functions, in the midst of a Map run."""

    def __init__(self, began: datetime, counts: dict[str, int]) -> None:
        left = SPLIT | {"timestamp": began}
        begun = entered("TranscribeChunks") | {"timestamp": began}
        # the first could not read the list of chunks (States.ItemReaderFailed)
        runs = [map_run("unread") | {"id": 3}, map_run("run") | {"id": 4}]
        self._events = [left | {"id": 1}, begun | {"id": 2}, *runs]
        self._counts = counts

    def get_paginator(self, operation: str) -> "States":
        assert operation == "get_execution_history"
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"events": self._events[::-1]}

    def describe_map_run(self, mapRunArn: str) -> dict[str, Any]:  # noqa: N803
        assert mapRunArn == "run"
        return {"itemCounts": self._counts | {"timedOut": 0, "aborted": 0}}


@pytest.mark.parametrize(("began", "failed"), [(timedelta(-60), 1), (timedelta(60), 0)])
def test_chunks_of_which_a_failure_was_recorded_since_the_map_began_have_failed(
    began: timedelta, failed: int
) -> None:
    """Their children succeed. A tile that is given up is not its chunk; a failure of an earlier
    execution is not this one's.
    """
    with mock_aws():
        nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
        s3 = boto3.client("s3", region_name="us-east-1", **nobody)
        s3.create_bucket(Bucket="work")
        folder = JobFolder(S3Storage(s3), "work", JOB.job)
        chunks = [Chunk(first=first, last=first + 3) for first in (0, 4, 8)]
        folder.save_plan(a_plan(tiles(12)), chunks, BilledTime(ms=0, memory_mb=0))
        why = Failure(error="BadAudio")
        folder.save(f"jobs/{JOB.job}/failures/4-7.json", why)
        save_failure(folder, 9, why)
        counts = {"running": 1, "succeeded": 2, "failed": 0}
        states = States(datetime.now(UTC) + began, counts)
        stack = DeployedStack(s3, states, "work", "transcripts", "machine", "recordings")
        assert JobProgress(stack, "arn").now().chunks == Chunks(0, 1, 2 - failed, failed)
