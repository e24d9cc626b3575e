"""Planted secrets, spoken, through the real state machine with the real models: they are nowhere
but in the work of the job, and gone when that is forgotten. Whatever the fan-out:
test_all_at_once.py.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fanscribe import keys
from fanscribe.documents.options import FORMATS
from fanscribe_local.cli.status import text_so_far
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.forget import KeptWork
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.targets import Place
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.report.write import write_report
from tests.support.workflow import all_keys, an_engine, transcripts

RECORDING = Path(__file__).with_name("recordings") / "secrets.ogg"
# As they are heard
SECRETS = re.compile(
    r"Maria|Gonz|1111|4-?1-?1|7,? ?4,? ?6,? ?8|5, 5, 5|2-1-2|of March|(?<![.\d])1985|sunshine",
    re.IGNORECASE,
)
# Ids, times of day, numbers of JSON and the report's widths, which differ from run to run and may
# have such digits
MEASURED = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=\d*[a-fA-F])[0-9a-fA-F]{16,}\b"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r'|(?<=":)\s?-?\d+(?:\.\d+)?|(?<==")[\d.]+%?(?=")'
)
SAID = {"language": "en", "formats": ",".join(FORMATS)}
REDACTED = SAID | {"redact": "all"}


def secrets_in(data: bytes | str) -> set[str]:
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    return set(SECRETS.findall(MEASURED.sub("", text)))


def everything_outside_work(engine: Engine, execution: Execution) -> dict[str, bytes]:
    """All that a run leaves: transcripts, its input and output, its history, logs, the report."""
    bucket = engine.bucket("TranscriptsBucket")
    left = {
        key: engine.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in all_keys(engine, "TranscriptsBucket")
    }
    history = engine.stack.history(execution.arn)
    left["history"] = json.dumps(history, default=str).encode()
    left["output"] = json.dumps(execution.output).encode()
    return left


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A plain run, a redacted one of the same recording with small chunks, and what they left."""
    logs = tmp_path_factory.mktemp("logs")
    with an_engine(logs, ChunkTiles="1", LogLevel="DEBUG") as engine:
        plain = engine.run(engine.upload(RECORDING, SAID))
        before = transcripts(engine, plain)
        parts = [key for key in all_keys(engine, "WorkBucket") if "/parts/" in key]
        written = {log.name: len(log.read_bytes()) for log in logs.glob("*.log")}
        done = engine.run(engine.upload(RECORDING, REDACTED))
        after = transcripts(engine, done)
        progress = JobProgress(engine.stack, done.arn)
        progress.now()
        page = write_report(engine.stack, done, Place(logs, RECORDING.name)).read_bytes()
        left = (
            everything_outside_work(engine, done)
            | {
                "text so far": (text_so_far(progress) or "").encode(),
                "report": page,
            }
            | {log.name: log.read_bytes()[written.get(log.name, 0) :] for log in logs.glob("*.log")}
        )
        reread = [key for key in all_keys(engine, "WorkBucket") if "/parts/" in key] != parts
        assert progress.plan is not None
        engine.s3.put_bucket_versioning(
            Bucket=engine.stack.work, VersioningConfiguration={"Status": "Enabled"}
        )
        plan_key = keys.plan(progress.plan.job)
        for _ in range(2):  # versions that a deletion would leave
            body = engine.s3.get_object(Bucket=engine.stack.work, Key=plan_key)["Body"].read()
            engine.s3.put_object(Bucket=engine.stack.work, Key=plan_key, Body=body)
        kept = KeptWork.of(engine.stack, progress.plan)
        busy, deleted = kept.running(), kept.delete()
        versions = engine.s3.list_object_versions(Bucket=engine.stack.work)
    return {
        "plain": plain,
        "done": done,
        "before": before,
        "after": after,
        "left": left,
        "reread": reread,
        "busy": busy,
        "deleted": deleted,
        "versions": versions.get("Versions", []) + versions.get("DeleteMarkers", []),
    }


def test_the_secrets_are_heard(run: Any) -> None:
    assert len(secrets_in(run["before"]["txt"])) > 3


def test_no_secret_is_in_anything_that_a_redacted_run_leaves_outside_the_work(run: Any) -> None:
    assert run["done"].status == "SUCCEEDED", run["done"].message
    assert {name: found for name, data in run["left"].items() if (found := secrets_in(data))} == {}
    assert b"[NAME]" in run["left"]["text so far"]
    assert len(run["left"]["report"]) > 1000


def test_every_kind_that_was_planted_has_its_mark(run: Any) -> None:
    text = run["after"]["txt"].decode()
    assert {"[NAME]", "[CARD]", "[PHONE]", "[DATE_OF_BIRTH]", "[PASSWORD]"} <= set(
        re.findall(r"\[[A-Z_]+\]", text)
    )


def test_redaction_needs_no_new_reading_and_the_same_job(run: Any) -> None:
    assert run["done"].output["job"] == run["plain"].output["job"]
    assert not run["reread"]


def test_a_forgotten_job_leaves_nothing_in_any_version(run: Any) -> None:
    assert run["busy"] is None
    assert run["deleted"] > 3
    assert run["versions"] == []
