"""S3 as S3Storage asks for it, answered by moto."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from fanscribe.errors import StorageFault
from fanscribe.storage import PIECE, S3Storage


@pytest.fixture(scope="module")
def storage() -> Iterator[S3Storage]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="nobody", aws_secret_access_key="nothing")
        client.create_bucket(Bucket="recordings")
        yield S3Storage(client)


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 2 * PIECE + 77])
def test_what_is_downloaded_is_the_whole_recording(storage: S3Storage, tmp_path: Path, size: int) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    storage.write("recordings", "talk.wav", content[:size], "audio/wav")
    target = tmp_path / "recording"
    storage.download("recordings", "talk.wav", storage.describe("recordings", "talk.wav", None), target)
    assert target.read_bytes() == content[:size]


@pytest.mark.parametrize("size", [10, PIECE + 1])
def test_a_recording_that_was_replaced_meanwhile_is_not_mixed(storage: S3Storage, tmp_path: Path, size: int) -> None:
    storage.write("recordings", "talk.wav", bytes(size), "audio/wav")
    described = replace(storage.describe("recordings", "talk.wav", None), etag="an older one")
    with pytest.raises(StorageFault, match="was replaced while it was read"):
        storage.download("recordings", "talk.wav", described, tmp_path / "recording")
