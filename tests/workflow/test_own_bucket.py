"""Recordings in a bucket that was there before the stack."""

from pathlib import Path

import numpy as np
import pytest

from fanscribe.audio.decode import write_wav
from tests.support.workflow import an_engine, transcripts

pytestmark = pytest.mark.long


@pytest.mark.parametrize("versioned", [True, False])
def test_a_bucket_of_ones_own_is_read_versioned_or_not_and_no_other_is_made(
    tmp_path: Path, versioned: bool
) -> None:
    recording = tmp_path / "silence.wav"
    recording.write_bytes(write_wav(np.zeros(10 * 16_000, np.int16)))
    with an_engine(tmp_path, ExistingRecordingsBucket="mine") as engine:
        engine.s3.create_bucket(Bucket="mine")
        if versioned:
            engine.s3.put_bucket_versioning(
                Bucket="mine", VersioningConfiguration={"Status": "Enabled"}
            )
        event = engine.upload(recording, {"formats": "txt"})
        assert event["detail"]["bucket"]["name"] == "mine"
        assert ("version-id" in event["detail"]["object"]) is versioned
        execution = engine.run(event)
        assert transcripts(engine, execution).keys() == {"txt"}
        assert execution.output is not None
        assert execution.output["recording"] == "s3://mine/silence.wav"
        made = {bucket["Name"] for bucket in engine.s3.list_buckets()["Buckets"]}
        assert made == {"mine", engine.bucket("WorkBucket"), engine.bucket("TranscriptsBucket")}
