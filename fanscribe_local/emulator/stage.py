"""S3 with all that events/ name, where containers reach it: for `sam local` without AWS.

Run as `python -m fanscribe_local.emulator.stage`.

The sample recording goes through the state machine once; its work files are then put where the
events look for them.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import click

from fanscribe import keys
from fanscribe.documents.plan import Sections
from fanscribe.recognition.models import PACKAGED
from fanscribe_local.emulator.containers import gateway
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.project import PROJECT

EVENTS = PROJECT / "events"
SAMPLE = PROJECT / "sample" / "lighthouse-talk.mp3"
VARIABLES = PROJECT / ".aws-sam" / "stage.json"


def stage(engine: Engine) -> None:
    """Upload the recordings that events name, and lay out the job that they name: planned, all read
    but its first chunk.
    """
    recordings, work = engine.bucket("RecordingsBucket"), engine.bucket("WorkBucket")
    transcribe = json.loads((EVENTS / "transcribe.json").read_text("utf-8"))
    upload = json.loads((EVENTS / "upload.json").read_text("utf-8"))
    done = engine.run(engine.upload(SAMPLE, {"language": "en"}))
    if done.output is None:
        raise RuntimeError(done.message)
    engine.s3.upload_file(str(SAMPLE), recordings, upload["detail"]["object"]["key"])
    theirs, ours = keys.folder(done.output["job"]), keys.folder(transcribe["job"])
    for entry in engine.s3.list_objects_v2(Bucket=work, Prefix=theirs)["Contents"]:
        body = engine.s3.get_object(Bucket=work, Key=entry["Key"])["Body"].read()
        if entry["Key"] == keys.plan(done.output["job"]):  # it says whose sound it is
            body = body.replace(done.output["job"].encode(), transcribe["job"].encode())
        engine.s3.put_object(Bucket=work, Key=entry["Key"].replace(theirs, ours), Body=body)
        engine.s3.delete_object(Bucket=work, Key=entry["Key"])  # or Split would find it all done
    sample = engine.s3.head_object(Bucket=recordings, Key=SAMPLE.name)
    where = {
        "bucket": recordings,
        "key": SAMPLE.name,
        "etag": sample["ETag"].strip('"'),
        "version": sample["VersionId"],
    }
    # as if it lasted six hours
    shared = Sections(**where, size=sample["ContentLength"], count=3, separate=False)
    engine.s3.put_object(
        Bucket=work, Key=keys.sections(transcribe["job"]), Body=shared.model_dump_json().encode()
    )
    first = keys.part(transcribe["job"], transcribe["chunk"]["first"], transcribe["chunk"]["last"])
    engine.s3.delete_object(Bucket=work, Key=first)


def variables(engine: Engine, url: str) -> Mapping[str, Mapping[str, str]]:
    """Variables for `sam local --env-vars`: where AWS is, and the names of the buckets, which it
    does not make up itself.
    """
    buckets = {
        "WORK_BUCKET": engine.bucket("WorkBucket"),
        "TRANSCRIPTS_BUCKET": engine.bucket("TranscriptsBucket"),
    }
    return {"Parameters": {"AWS_ENDPOINT_URL": url, **buckets}}


def main() -> None:
    """Serve S3 with the events' work files until Ctrl-C."""
    try:
        address = gateway()
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit(
            "Containers reach this machine by Docker's bridge, and no Docker engine answers here."
        ) from None
    model = {"Model": PACKAGED}
    with tempfile.TemporaryDirectory() as logs, Engine(model, 1, Path(logs)) as engine:
        url = engine.serve_at(address)
        click.echo("Transcribing the sample, for the events' work files …")
        stage(engine)
        VARIABLES.parent.mkdir(exist_ok=True)
        VARIABLES.write_text(json.dumps(variables(engine, url), indent=2), "utf-8")
        click.echo(f"S3 with what events/ name: {url}. In another terminal, for example:")
        file = VARIABLES.relative_to(PROJECT)
        options = f"--env-vars {file} --parameter-overrides Model={PACKAGED}"
        click.echo(f"  sam local invoke SplitFunction --event events/split.json {options}")
        click.echo("Ctrl-C ends it.")
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
