"""The real state machine with the real functions: an engine, runs of it, and what they wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fanscribe.documents.plan import Sections
from fanscribe.keys import sections
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from tests.conftest import SAMPLE

DEFAULTS = {"Model": "tiny.en", "ChunkTiles": "4"}


@contextmanager
def an_engine(logs: Path, workers: int = 2, **parameters: str) -> Iterator[Engine]:
    """A deployment with tiny.en; `parameters` override the template's."""
    with Engine(DEFAULTS | {"MapConcurrency": str(workers)} | parameters, workers, logs) as engine:
        yield engine


def transcripts(engine: Engine, execution: Execution) -> dict[str, bytes]:
    """Files that an execution wrote, by format."""
    assert execution.output is not None, execution.message
    bucket, keys = execution.output["bucket"], execution.output["keys"]
    return {
        name: engine.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for name, key in keys.items()
    }


def all_keys(engine: Engine, bucket: str) -> list[str]:
    found = engine.s3.list_objects_v2(Bucket=engine.bucket(bucket))
    return [entry["Key"] for entry in found.get("Contents", [])]


def transcribed(engine: Engine, recording: Path = SAMPLE) -> dict[str, bytes]:
    """Upload a recording and run the event that this makes."""
    return transcripts(engine, engine.run(engine.upload(recording, {"language": "en"})))


def shared_out(engine: Engine, recording: Path, count: int, **said: Any) -> Execution:
    """Run a recording once, to learn the job's name; then forget the job, and run it as if it were
    long enough for sections.
    """
    event = engine.upload(recording, {"language": "en"})
    output = engine.run(event).output
    assert output is not None
    work, stored = engine.bucket("WorkBucket"), event["detail"]["object"]
    for key in all_keys(engine, "WorkBucket"):
        engine.s3.delete_object(Bucket=work, Key=key)
    where = {
        "bucket": event["detail"]["bucket"]["name"],
        "key": recording.name,
        "version": stored["version-id"],
    }
    shared = Sections(
        **where | said, etag=stored["etag"], size=stored["size"], count=count, separate=False
    )
    engine.s3.put_object(
        Bucket=work, Key=sections(output["job"]), Body=shared.model_dump_json().encode()
    )
    return engine.run(event)
