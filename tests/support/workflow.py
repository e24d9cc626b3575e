"""The real state machine with the real functions: an engine, runs of it, and what they wrote."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fanscribe import keys
from fanscribe.documents.plan import Sections
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
    bucket, written = execution.output["bucket"], execution.output["keys"]
    return {
        name: engine.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for name, key in written.items()
    }


def all_keys(engine: Engine, bucket: str) -> list[str]:
    found = engine.s3.list_objects_v2(Bucket=engine.bucket(bucket))
    return [entry["Key"] for entry in found.get("Contents", [])]


def transcribed(engine: Engine, recording: Path = SAMPLE) -> dict[str, bytes]:
    """Upload a recording and run the event that this makes."""
    return transcripts(engine, engine.run(engine.upload(recording, {"language": "en"})))


def share_out(
    engine: Engine,
    recording: Mapping[str, Any],
    count: int,
    execution: str = "shared-out",
    **said: Any,
) -> None:
    """Let the next run of a recording be as if it were long enough for sections: by the document
    that Split would have stored.

    Split alone, invoked for this, says the job's name. What else it stores is forgotten.
    """
    (split,) = [pool for pool in engine.pools.values() if pool.function.name == "SplitFunction"]
    payload = {"execution": execution, "input": recording}
    job = json.loads(split.invoke(json.dumps(payload).encode()).payload)["job"]
    work = engine.bucket("WorkBucket")
    for key in all_keys(engine, "WorkBucket"):
        if key.startswith(keys.folder(job)):
            engine.s3.delete_object(Bucket=work, Key=key)
    stored = engine.s3.head_object(Bucket=recording["bucket"], Key=recording["key"])
    where = {name: recording[name] for name in ("bucket", "key", "version")}
    of_file = {"etag": stored["ETag"].strip('"'), "size": stored["ContentLength"]}
    shared = Sections(**where | said, **of_file, count=count, separate=False)
    engine.s3.put_object(
        Bucket=work, Key=keys.sections(job), Body=shared.model_dump_json().encode()
    )
