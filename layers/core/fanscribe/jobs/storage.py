"""S3, as little of it as Fanscribe needs, with errors by their own names."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fanscribe import keys
from fanscribe.errors import RecordingArchived, RecordingNotFound, StorageFault, WorkDamaged

PIECE = 64 << 20  # bytes; a larger recording is fetched in pieces
FETCHERS = 4  # side by side: S3 gives one connection 80 to 100 MB/s
# The most requests side by side. boto3 keeps ten connections by default: it opens, closes and warns
# of each that goes beyond.
CONNECTIONS = 16

ABSENT = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion", "NotFound"}
TOO_SHORT = {"416", "InvalidRange"}
# S3 also answers so for a missing key, to one who may not list
FORBIDDEN = {"403", "AccessDenied", "Forbidden"}
# Glacier, Deep Archive, or an archive tier of Intelligent-Tiering
ARCHIVED = {"InvalidObjectState"}
# A condition on the content did not hold; 409: two conditional writes at once
REPLACED = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


@dataclass(frozen=True)
class StoredObject:
    """S3's description of an object, without its content."""

    etag: str  # names its content
    version: str | None = None  # None where the bucket keeps no versions
    metadata: dict[str, str] = field(default_factory=dict)
    size: int = 0  # bytes


class Storage(Protocol):
    """The operations of S3 that the steps need. Tests have them in memory."""

    def describe(self, bucket: str, key: str, version: str | None) -> StoredObject:
        """Describe the recording. `version` None is the latest. Raises RecordingNotFound."""
        ...

    def download(
        self, bucket: str, key: str, stored: StoredObject, target: Path, most: int | None = None
    ) -> None:
        """Write exactly the content that was described, or its first `most` bytes, into `target`.

        Raises RecordingNotFound, RecordingArchived; StorageFault if it was replaced meanwhile.
        """
        ...

    def read(self, bucket: str, key: str) -> bytes:
        """Read an object. Raises WorkDamaged if there is none."""
        ...

    def read_range(self, bucket: str, key: str, start: int, end: int, size: int) -> bytes:
        """The bytes [start, end) of an object.

        Raises WorkDamaged if there is none, or it has not `size` bytes.
        """
        ...

    def find(self, bucket: str, key: str) -> tuple[bytes, str] | None:
        """Content and etag of an object that may not be there."""
        ...

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        """Write an object over what is there. Raises StorageFault."""

    def upload(self, bucket: str, key: str, file: Path, content_type: str) -> None:
        """Write a file of any size. Raises StorageFault."""

    def write_over(self, bucket: str, key: str, data: bytes, etag: str | None) -> bool:
        """Write only if what is there has this etag, or None: nothing is there.

        False if somebody else was first.
        """
        ...

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object, if it is there. Raises StorageFault."""

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """All keys with a prefix, sorted."""
        ...

    def sizes(self, bucket: str, prefix: str) -> dict[str, int]:
        """The same, each with the bytes of its object."""
        ...


class S3Storage:
    """The real one. Every method raises StorageFault for what is neither absent nor forbidden."""

    def __init__(self, client: BaseClient | None = None) -> None:
        # 8 attempts with jitter ride out S3's slow-downs while prefixes scale
        retries = {"mode": "standard", "max_attempts": 8}
        self._s3 = client or boto3.client(
            "s3", config=Config(retries=retries, max_pool_connections=CONNECTIONS)
        )

    def describe(self, bucket: str, key: str, version: str | None) -> StoredObject:
        """Ask for an object's head. `version` None: the latest."""
        with _named(RecordingNotFound, bucket, key):
            head = self._s3.head_object(Bucket=bucket, Key=key, **_versioned(version))
        kept = head.get("VersionId", "null")
        etag, version = head["ETag"].strip('"'), None if kept == "null" else kept
        return StoredObject(etag, version, head["Metadata"], head["ContentLength"])

    def download(
        self, bucket: str, key: str, stored: StoredObject, target: Path, most: int | None = None
    ) -> None:
        """Get the content in ranges, side by side, each only if the etag still matches."""
        size = min(stored.size, most) if most else stored.size
        what = {"Bucket": bucket, "Key": key, "IfMatch": stored.etag, **_versioned(stored.version)}

        def fetch(start: int) -> None:
            piece = (
                {"Range": _range(start, min(start + PIECE, size))}
                if stored.size > PIECE or size < stored.size
                else {}
            )
            with target.open("r+b") as file:
                file.seek(start)
                shutil.copyfileobj(self._s3.get_object(**what, **piece)["Body"], file, 1 << 20)

        target.touch()
        with _named(RecordingNotFound, bucket, key), ThreadPoolExecutor(FETCHERS) as threads:
            list(threads.map(fetch, range(0, size or 1, PIECE)))

    def read(self, bucket: str, key: str) -> bytes:
        """Get an object."""
        with _named(WorkDamaged, bucket, key):
            return bytes(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def read_range(self, bucket: str, key: str, start: int, end: int, size: int) -> bytes:
        """Get a range, and check the length of the whole by what S3 says of it."""
        with _named(WorkDamaged, bucket, key):
            found = self._s3.get_object(Bucket=bucket, Key=key, Range=_range(start, end))
            data = bytes(found["Body"].read())
        if found["ContentRange"] != f"bytes {start}-{end - 1}/{size}":
            raise WorkDamaged(f"{keys.uri(bucket, key)} is not {size} bytes long.")
        return data

    def find(self, bucket: str, key: str) -> tuple[bytes, str] | None:
        """Get an object, or None if it is not there."""
        try:
            with _named(WorkDamaged, bucket, key):
                found = self._s3.get_object(Bucket=bucket, Key=key)
                return bytes(found["Body"].read()), str(found["ETag"])
        except WorkDamaged:
            return None

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        """Put an object."""
        with _named(StorageFault, bucket, key, "written"):
            self._s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type)

    def upload(self, bucket: str, key: str, file: Path, content_type: str) -> None:
        """Put an object, in parts if it is large."""
        with _named(StorageFault, bucket, key, "written"):
            try:
                self._s3.upload_file(
                    str(file), bucket, key, ExtraArgs={"ContentType": content_type}
                )
            except S3UploadFailedError as error:
                raise StorageFault(f"{keys.uri(bucket, key)} can't be written.") from error

    def write_over(self, bucket: str, key: str, data: bytes, etag: str | None) -> bool:
        """Put an object under a condition: S3 compares the etag."""
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        with _named(StorageFault, bucket, key, "written"):
            try:
                self._s3.put_object(Bucket=bucket, Key=key, Body=data, **condition)
            except ClientError as error:
                if _code(error) in REPLACED:
                    return False
                raise
        return True

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object. S3 does not mind if it is not there."""
        with _named(StorageFault, bucket, key, "deleted"):
            self._s3.delete_object(Bucket=bucket, Key=key)

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """List the keys under a prefix, in S3's order."""
        return list(self.sizes(bucket, prefix))

    def sizes(self, bucket: str, prefix: str) -> dict[str, int]:
        """List keys under a prefix with their sizes in bytes, page by page."""
        with _named(StorageFault, bucket, prefix, "listed"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return {
                entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])
            }


def _range(start: int, end: int) -> str:
    return f"bytes={start}-{end - 1}"


def _versioned(version: str | None) -> dict[str, Any]:
    return {"VersionId": version} if version else {}


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _archived(error: ClientError, bucket: str, key: str) -> RecordingArchived:
    details = error.response["Error"]
    where = details.get("AccessTier") or details.get("StorageClass") or "an archive"
    return RecordingArchived(
        f"{keys.uri(bucket, key)} is archived ({where}) and can't be read at once. Restore it with "
        "`aws s3api restore-object`, wait until that is done, and start the execution again."
    )


@contextmanager
def _named(absent: type[Exception], bucket: str, key: str, done: str = "read") -> Iterator[None]:
    """Errors of S3 by our own names. `done` is what may be forbidden."""
    where = keys.uri(bucket, key)
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in ABSENT:
            raise absent(f"There is no {where}.") from None
        if code in TOO_SHORT:
            raise absent(f"{where} is shorter than it was written.") from None
        if code in FORBIDDEN:
            missing = "is not there, or " if done == "read" else ""
            raise absent(f"{where} {missing}may not be {done}.") from None
        if code in ARCHIVED and absent is RecordingNotFound:
            raise _archived(error, bucket, key) from None
        if code in REPLACED:
            raise StorageFault(f"{where} was replaced while it was read.") from None
        raise StorageFault(f"S3 answered {code} for {where}.") from error
    except BotoCoreError as error:
        kind = type(error).__name__
        raise StorageFault(f"S3 could not be reached for {where} ({kind}).") from error
