"""S3 as S3Storage asks for it, answered by moto."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from fanscribe.documents.job import Claim
from fanscribe.errors import RecordingArchived, StorageFault, WorkDamaged
from fanscribe.jobs.document_store import DocumentStore
from fanscribe.jobs.storage import CONNECTIONS, PIECE, S3Storage
from tests.support.http_answers import Answers

NOBODY = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
LARGE = partial(pytest.param, marks=pytest.mark.long)


@pytest.fixture(scope="module")
def storage() -> Iterator[S3Storage]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", **NOBODY)
        client.create_bucket(Bucket="recordings")
        yield S3Storage(client)


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, LARGE(2 * PIECE + 77)])
def test_what_is_downloaded_is_the_whole_recording(
    storage: S3Storage, tmp_path: Path, size: int
) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    storage.write("recordings", "talk.wav", content[:size], "audio/wav")
    target = tmp_path / "recording"
    storage.download(
        "recordings", "talk.wav", storage.describe("recordings", "talk.wav", None), target
    )
    assert target.read_bytes() == content[:size]


@pytest.mark.parametrize(
    ("size", "most"), [(100, 10), (PIECE + 1, 7), LARGE(2 * PIECE, PIECE + 1), (10, 11)]
)
def test_what_is_downloaded_can_be_its_beginning(
    storage: S3Storage, tmp_path: Path, size: int, most: int
) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    storage.write("recordings", "talk.wav", content[:size], "audio/wav")
    target = tmp_path / "recording"
    storage.download(
        "recordings", "talk.wav", storage.describe("recordings", "talk.wav", None), target, most
    )
    assert target.read_bytes() == content[: min(size, most)]


def test_a_range_is_read_of_an_object_that_is_whole(storage: S3Storage) -> None:
    storage.write("recordings", "0.wav", bytes(range(100)), "audio/wav")
    assert storage.read_range("recordings", "0.wav", 10, 20, 100) == bytes(range(10, 20))
    assert storage.sizes("recordings", "0") == {"0.wav": 100}
    for start, end, size in [(10, 20, 101), (10, 20, 99), (200, 300, 300), (90, 110, 110)]:
        with pytest.raises(
            WorkDamaged, match=r"s3://recordings/0\.wav is (not [0-9]+ bytes long|shorter than)"
        ):
            storage.read_range("recordings", "0.wav", start, end, size)
    with pytest.raises(WorkDamaged, match=r"There is no s3://recordings/1\.wav"):
        storage.read_range("recordings", "1.wav", 0, 1, 1)


@pytest.mark.parametrize("tier", ["GLACIER", "DEEP_ARCHIVE"])
def test_a_recording_in_an_archive_is_named_as_such(
    storage: S3Storage,
    tmp_path: Path,
    tier: str,
) -> None:
    """It can be described, and not be read."""
    client = boto3.client("s3", region_name="us-east-1", **NOBODY)
    client.put_object(Bucket="recordings", Key="old.wav", Body=b"sound", StorageClass=tier)
    described = storage.describe("recordings", "old.wav", None)
    message = rf"s3://recordings/old\.wav is archived \({tier}\).*restore-object"
    with pytest.raises(RecordingArchived, match=message):
        storage.download("recordings", "old.wav", described, tmp_path / "recording")


class Forbidding(S3Storage):
    """One whose S3 forbids everything, as IAM does."""

    def __init__(self) -> None:
        client = boto3.client("s3", region_name="us-east-1", **NOBODY)
        super().__init__(client)
        self.stubber = Stubber(client)
        self.stubber.activate()

    def forbid(self, operation: str) -> None:
        self.stubber.add_client_error(operation, "AccessDenied", http_status_code=403)


@pytest.mark.parametrize(
    ("operation", "call", "error", "message"),
    [
        ("put_object", lambda s: s.write("work", "a", b"", "x/y"), StorageFault, "be written"),
        ("put_object", lambda s: s.write_over("work", "a", b"", None), StorageFault, "be written"),
        ("delete_object", lambda s: s.delete("work", "a"), StorageFault, "be deleted"),
        ("list_objects_v2", lambda s: s.keys("work", "a"), StorageFault, "be listed"),
        ("get_object", lambda s: s.read("work", "a"), WorkDamaged, "be read"),
    ],
)
def test_what_is_refused_is_called_what_it_is(
    operation: str, call: Callable[[S3Storage], object], error: type[Exception], message: str
) -> None:
    missing = "is not there, or " if message == "be read" else ""
    storage = Forbidding()
    storage.forbid(operation)
    with pytest.raises(error, match=rf"^s3://work/a {missing}may not {message}\.$"):
        call(storage)


@pytest.mark.parametrize("size", [10, PIECE + 1])
def test_a_recording_that_was_replaced_meanwhile_is_not_mixed(
    storage: S3Storage, tmp_path: Path, size: int
) -> None:
    storage.write("recordings", "talk.wav", bytes(size), "audio/wav")
    described = replace(storage.describe("recordings", "talk.wav", None), etag="an older one")
    with pytest.raises(StorageFault, match="was replaced while it was read"):
        storage.download("recordings", "talk.wav", described, tmp_path / "recording")


def test_documents_are_read_side_by_side_over_connections_that_are_kept(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On Lambda every warning of a connection too many is a line in the function's log."""
    with Answers(200, b'{"execution": "one"}', monkeypatch) as s3:
        documents = DocumentStore(S3Storage(), "work")
        for _ in range(4):
            read = documents.read_all([f"jobs/{number}" for number in range(100)], Claim)
            assert set(read.values()) == {Claim(execution="one")}
    assert s3.connections <= CONNECTIONS
    assert caplog.messages == []
