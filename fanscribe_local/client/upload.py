"""An upload that goes on where it was cut off.

The key holds a digest of the content (keys.upload): what S3 has under it, whole or in parts, is of
the same file.
"""

import hashlib
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from fanscribe import keys
from fanscribe.jobs.storage import ABSENT
from fanscribe_local.client.names import as_key, printable
from fanscribe_local.client.retry import retrying

SMALLEST_PART = 8 << 20  # bytes; S3 takes no less than 5 MiB, except as the last
MOST_PARTS = 10_000  # S3's limit
AT_ONCE = 4


class FileChanged(Exception):
    """The file was written to while it was sent."""


class UploadPart(NamedTuple):
    """A part of the file: `number` from 1, as S3 counts."""

    number: int
    start: int
    size: int


def pieces(size: int) -> list[UploadPart]:
    """The parts of a file of `size` bytes: the same each time, so that those sent before can be
    known by number and size.
    """
    part = SMALLEST_PART
    while part * MOST_PARTS < size:
        part *= 2
    return [
        UploadPart(1 + i, start, min(part, size - start))
        for i, start in enumerate(range(0, size, part))
    ]


def digest(file: Path) -> str:
    """32 hexadecimal digits of a file's SHA-256."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:32]


class _Sent(io.BytesIO):
    """A body that tells how much of it was taken, and ends the request when it should stop."""

    def __init__(self, data: bytes, report: Callable[[int], None], stop: threading.Event) -> None:
        super().__init__(data)
        self._report = report
        self._stop = stop

    def read(self, size: int | None = -1) -> bytes:
        if self._stop.is_set():
            raise InterruptedError
        data = super().read(size)
        self._report(self.tell())
        return data


@dataclass
class Upload:
    """One recording on its way into the work bucket.

    `report` is called with the number of bytes that S3 has taken.
    """

    s3: BaseClient
    bucket: str
    file: Path
    report: Callable[[int], None]
    name: str | None = None  # where it is not the file's
    _taken: dict[int, int] = field(default_factory=dict)  # bytes, by part

    @cached_property
    def key(self) -> str:
        """The key in the work bucket. The same content under the same name has the same key."""
        return keys.upload(digest(self.file), as_key(self.name or self.file.name))

    @property
    def taken(self) -> int:
        """Bytes that S3 has taken or is taking."""
        return sum(list(self._taken.values()))

    def run(self) -> None:
        """Send what is not there yet. Raises FileChanged.

        Where the connection is lost, it can be run again, in this process or in another.
        """
        before = self.file.stat()
        planned = pieces(before.st_size)
        if not self._is_there(before.st_size):
            self._send_parts(planned) if len(planned) > 1 else self._send_whole()
        after = self.file.stat()
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            named = printable(str(self.file))
            raise FileChanged(f"{named} changed while it was sent. Try again when it is finished.")

    def _is_there(self, size: int) -> bool:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=self.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return False
            raise
        return bool(head["ContentLength"] == size)

    def _send_whole(self) -> None:
        body = _Sent(self.file.read_bytes(), self.report, threading.Event())
        self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=body)

    def _send_parts(self, planned: list[UploadPart]) -> None:
        upload = self._begun() or self._begin()
        have = self._parts_of(upload)
        sent = {
            piece.number: have[piece.number][1]
            for piece in planned
            if have.get(piece.number, (0, ""))[0] == piece.size
        }
        missing = [piece for piece in planned if piece.number not in sent]
        self._taken = {piece.number: piece.size for piece in planned if piece.number in sent}
        self._tell()
        threads, stop = ThreadPoolExecutor(AT_ONCE), threading.Event()
        try:
            etags = threads.map(lambda piece: self._send_part(upload, piece, stop), missing)
            sent |= dict(zip((piece.number for piece in missing), etags, strict=True))
        except BaseException:
            stop.set()  # Ctrl-C should not wait for the parts on their way
            raise
        finally:
            threads.shutdown(cancel_futures=True)
        listed = [{"PartNumber": number, "ETag": sent[number]} for number in sorted(sent)]
        self.s3.complete_multipart_upload(
            Bucket=self.bucket, Key=self.key, UploadId=upload, MultipartUpload={"Parts": listed}
        )

    def _begun(self) -> str | None:
        """The upload that was cut off, if there is one."""
        found = self.s3.list_multipart_uploads(Bucket=self.bucket, Prefix=self.key).get(
            "Uploads", []
        )
        own = [
            (entry["Initiated"], entry["UploadId"]) for entry in found if entry["Key"] == self.key
        ]
        return max(own, default=(None, None))[1]

    def _begin(self) -> str:
        return str(self.s3.create_multipart_upload(Bucket=self.bucket, Key=self.key)["UploadId"])

    def _parts_of(self, upload: str) -> dict[int, tuple[int, str]]:
        pages = self.s3.get_paginator("list_parts").paginate(
            Bucket=self.bucket, Key=self.key, UploadId=upload
        )
        return {
            part["PartNumber"]: (part["Size"], part["ETag"])
            for page in pages
            for part in page.get("Parts", [])
        }

    def _send_part(self, upload: str, piece: UploadPart, stop: threading.Event) -> str:
        with self.file.open("rb") as content:
            content.seek(piece.start)
            body = _Sent(
                content.read(piece.size), lambda taken: self._tell(piece.number, taken), stop
            )
        where = {
            "Bucket": self.bucket,
            "Key": self.key,
            "UploadId": upload,
            "PartNumber": piece.number,
        }
        return str(self.s3.upload_part(**where, Body=body)["ETag"])

    def _tell(self, number: int = 0, taken: int = 0) -> None:
        self._taken[number] = taken
        self.report(self.taken)


def sent(s3: BaseClient, bucket: str, file: Path, name: str, what: str) -> str:
    """The URI of a small file, once S3 has it. `what` it is, people read while they wait.

    Raises FileChanged, OSError, GaveUp.
    """
    upload = Upload(s3, bucket, file, lambda _: None, name)
    retrying(upload.run, f"S3 to take {what}")
    return keys.uri(bucket, upload.key)
