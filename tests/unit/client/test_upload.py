from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from fanscribe import keys
from fanscribe_local.client.upload import MOST_PARTS, SMALLEST_PART, digest, pieces, sent


@given(st.integers(1, 5 << 40))  # S3 takes at most 5 TiB
def test_pieces_are_the_whole_file_in_parts_that_s3_takes(size: int) -> None:
    planned = pieces(size)
    assert len(planned) <= MOST_PARTS
    assert [piece.number for piece in planned] == list(range(1, len(planned) + 1))
    assert [piece.start for piece in planned] == [
        0,
        *(piece.start + piece.size for piece in planned),
    ][:-1]
    assert sum(piece.size for piece in planned) == size
    assert all(piece.size >= SMALLEST_PART for piece in planned[:-1])
    assert 0 < planned[-1].size <= 5 << 30


def test_a_key_tells_the_content_and_the_name(tmp_path: Path) -> None:
    one, other = tmp_path / "one.wav", tmp_path / "other.wav"
    one.write_bytes(b"sound")
    other.write_bytes(b"noise")
    assert digest(one) != digest(other)
    assert keys.upload(digest(one), one.name) == f"uploads/{digest(one)}/one.wav"


@pytest.fixture
def s3() -> Iterator[BaseClient]:
    with mock_aws():
        nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
        client = boto3.client("s3", region_name="us-east-1", **nobody)
        client.create_bucket(Bucket="work")
        yield client


class _Line:
    """The way to S3, where something goes wrong once."""

    def __init__(self, s3: Any) -> None:
        self.s3 = s3
        self.went_wrong = 0

    def __getattr__(self, operation: str) -> Any:
        return getattr(self.s3, operation)


class LostAnswer(_Line):
    """The answer to the end of an upload is lost. boto3 asks again, and S3 knows no such upload."""

    def complete_multipart_upload(self, **what: Any) -> Any:
        self.went_wrong += 1
        self.s3.complete_multipart_upload(**what)
        return self.s3.complete_multipart_upload(**what)


class DayPassed(_Line):
    """The bucket's rule removes what was begun a day ago, before its first part is there."""

    def create_multipart_upload(self, **where: Any) -> Any:
        begun = self.s3.create_multipart_upload(**where)
        if not self.went_wrong:
            self.went_wrong += 1
            self.s3.abort_multipart_upload(**where, UploadId=begun["UploadId"])
            self._gone = begun["UploadId"]
        return begun

    def upload_part(self, **what: Any) -> Any:
        if what["UploadId"] == self._gone:  # moto stumbles over it
            error = {"Error": {"Code": "NoSuchUpload"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(error, "UploadPart")
        return self.s3.upload_part(**what)


@pytest.mark.parametrize("line", [LostAnswer, DayPassed])
def test_an_upload_that_s3_knows_no_more_is_looked_for_and_begun_again(
    line: type[_Line], s3: BaseClient, tmp_path: Path
) -> None:
    """docs.aws.amazon.com/AmazonS3/latest/API, "Error responses": "The upload ID might be invalid,
    or the multipart upload might have been aborted or completed."
    """
    content = bytes(range(256)) * ((SMALLEST_PART >> 8) + 1)
    (tmp_path / "talk.wav").write_bytes(content)
    through = line(s3)
    uri = sent(through, "work", tmp_path / "talk.wav", "talk.wav", "it")
    bucket, key = keys.parse_uri(uri)
    assert through.went_wrong == 1
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == content
