"""A recording that is shared out, through the real state machine.

Six hours of sound would take long: here it is decided for five minutes, by the document that Split
would have stored.
"""

import json
from pathlib import Path
from typing import NamedTuple

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from fanscribe.documents.plan import Plan
from fanscribe_local.client.executions import Execution
from tests.conftest import SAMPLE
from tests.support.workflow import all_keys, an_engine, share_out, transcripts

pytestmark = pytest.mark.long

COUNT = 3


class Run(NamedTuple):
    """The transcript of the sample, by number of workers."""

    written: dict[str, bytes]
    plan: Plan
    splits_at_once: int
    failed: Execution  # another one, of which a section can't be split


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Run]:
    """By the number of workers."""
    return {workers: run(tmp_path_factory.mktemp("logs"), workers) for workers in (1, 2)}


def run(logs: Path, workers: int) -> Run:
    """One chunk at a time, as the command has it: its readers share one process."""
    with an_engine(logs, workers, MapConcurrency="1") as engine:
        uploaded = engine.upload(SAMPLE, {"language": "en"})["detail"]
        recording = {
            "bucket": uploaded["bucket"]["name"],
            "key": uploaded["object"]["key"],
            "version": uploaded["object"]["version-id"],
        }
        share_out(engine, recording, COUNT)
        done = engine.run(recording)
        (key,) = [key for key in all_keys(engine, "WorkBucket") if key.endswith("/plan.json")]
        body = engine.s3.get_object(Bucket=engine.bucket("WorkBucket"), Key=key)["Body"].read()
        at_once = {pool.function.name: pool.busiest for pool in engine.pools.values()}[
            "SplitFunction"
        ]
        written = transcripts(engine, done)
        share_out(engine, recording, COUNT, key="nowhere.mp3")
        return Run(written, Plan.model_validate_json(body), at_once, engine.run(recording))


def test_nothing_is_lost_between_sections(runs: dict[int, Run]) -> None:
    printed = json.loads(runs[2].written["json"])
    normal = EnglishTextNormalizer()
    assert jiwer.wer(normal(SAMPLE.with_suffix(".txt").read_text()), normal(printed["text"])) < 0.04
    tiles = printed["ledger"]["tiles"]
    assert [tile["start"] for tile in tiles[1:]] == [tile["end"] for tile in tiles[:-1]]
    assert {tile["state"] for tile in tiles} == {"transcribed", "silent"}
    assert len(runs[2].plan.sound.sections) == COUNT


def test_they_are_split_side_by_side_and_the_transcript_does_not_depend_on_it(
    runs: dict[int, Run],
) -> None:
    assert {workers: each.splits_at_once for workers, each in runs.items()} == {1: 1, 2: 2}
    assert runs[1].written == runs[2].written


def test_what_each_section_took_is_counted(runs: dict[int, Run]) -> None:
    assert len(runs[2].plan.spent) == COUNT + 1, "and putting them together"


def test_a_section_that_can_not_be_split_fails_the_execution_by_its_own_name(
    runs: dict[int, Run],
) -> None:
    failed = runs[2].failed
    assert (failed.status, failed.error) == ("FAILED", "RecordingNotFound")
    assert "nowhere.mp3" in failed.message
