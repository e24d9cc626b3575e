"""Forgetting a recording: what goes with it, and what stays. S3 is moto's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from moto import mock_aws

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.voices import KnownClip, KnownVoice, SpeakerBasis
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import S3Storage
from fanscribe.speakers.voice_prints import packed
from fanscribe_local.client.clips import with_clips_sent
from fanscribe_local.client.forget import KeptWork
from fanscribe_local.client.stack import DeployedStack
from tests.support.builders import a_plan, tiles

NOBODY = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
OWN = "s3://recordings/clips/ada.mp3"


@pytest.fixture
def stack() -> Iterator[DeployedStack]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", **NOBODY)
        for bucket in ("work", "recordings"):
            client.create_bucket(Bucket=bucket)
        client.put_bucket_versioning(Bucket="work", VersioningConfiguration={"Status": "Enabled"})
        client.put_object(Bucket="recordings", Key="clips/ada.mp3", Body=b"Ada")
        yield DeployedStack(client, None, "work", "transcripts", "arn", "recordings")


def a_clip_sent(stack: DeployedStack, file: Path) -> str:
    """Where the command puts a clip."""
    file.write_bytes(file.name.encode())
    sent = with_clips_sent({"voices": {"Ada": [str(file)]}}, stack.s3, stack.work)
    return str(sent["voices"]["Ada"][0])


def a_job(stack: DeployedStack, name: str, recording: str, clips: list[str]) -> None:
    """A job of a recording, that knows voices by clips."""
    folder = JobFolder(S3Storage(stack.s3), stack.work, name)
    plan = a_plan(tiles(2))
    plan = plan.model_copy(
        update={"job": name, "recording": plan.recording.model_copy(update={"key": recording})}
    )
    folder.save_plan(plan, [], BilledTime(ms=0, memory_mb=0))
    voice = KnownVoice(voice_print=packed(np.ones(192)))
    known = tuple(KnownClip(clip=clip, etag="0", voice=voice) for clip in clips)
    folder.save_basis(SpeakerBasis(models="0" * 12, clips=known))


def forget(stack: DeployedStack, job: str) -> None:
    plan = JobFolder(S3Storage(stack.s3), stack.work, job).plan()
    KeptWork.of(stack, plan).delete()


def left(stack: DeployedStack) -> set[str]:
    """Keys of which any version is there."""
    listed: dict[str, Any] = stack.s3.list_object_versions(Bucket=stack.work)
    return {each["Key"] for each in listed.get("Versions", []) + listed.get("DeleteMarkers", [])}


def test_clips_that_the_command_sent_go_with_the_recording(
    stack: DeployedStack, tmp_path: Path
) -> None:
    first, second, others = (
        a_clip_sent(stack, tmp_path / name) for name in ("first.mp3", "second.wav", "others.mp3")
    )
    a_job(stack, "a" * 16, "talk.mp3", [first, OWN])
    a_job(stack, "b" * 16, "talk.mp3", [second])
    a_job(stack, "c" * 16, "other.mp3", [others, OWN])
    kept = {key for key in left(stack) if key.startswith(keys.folder("c" * 16))}
    forget(stack, "a" * 16)
    assert left(stack) == kept | {keys.parse_uri(others)[1]}, "the other recording has its own"
    assert stack.s3.head_object(Bucket="recordings", Key="clips/ada.mp3"), "a clip of one's own"


def test_a_recording_without_known_voices_is_forgotten_too(stack: DeployedStack) -> None:
    a_job(stack, "a" * 16, "talk.mp3", [])
    forget(stack, "a" * 16)
    assert left(stack) == set()
