"""Finished work of a run, on this machine's disk. A run that was stopped, in whatever way, goes on
where it was, and a finished one can be redone.

The embedded S3 forgets everything when its process ends. So plans, languages, outputs, parts and
voices of the work bucket are also files, and come back when their job is begun again. Audio is not
kept: Split makes it anew.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from boto3.s3.transfer import TransferConfig
from pydantic import ValidationError

from fanscribe import keys
from fanscribe.contract import Contract
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Plan
from fanscribe_local.client.files import write_whole
from fanscribe_local.client.names import as_key

Kept = TypeVar("Kept", bound=Contract)

TRANSFER = TransferConfig()  # how boto3 uploads where nothing is said: 8 MB a part


def default_folder() -> Path:
    """The user's cache folder for Fanscribe, which need not exist yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fanscribe"


def etag(file: Path) -> str:
    """S3's ETag for a file that boto3 has uploaded: its MD5, or for several parts the MD5 of their
    MD5s, and their number.
    """
    with file.open("rb") as content:
        parts = [
            hashlib.md5(part, usedforsecurity=False)
            for part in iter(lambda: content.read(TRANSFER.multipart_chunksize), b"")
        ]
    if file.stat().st_size < TRANSFER.multipart_threshold:
        return (
            parts[0].hexdigest() if parts else hashlib.md5(b"", usedforsecurity=False).hexdigest()
        )
    digests = b"".join(part.digest() for part in parts)
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"


def _is_kept(key: str) -> bool:
    job = keys.job_of(key)
    if job is None:
        return False
    kept = (keys.parts(job), keys.all_voices(job), keys.word_lists(job))
    named = {keys.plan(job), keys.language(job), keys.output(job), keys.speakers(job)}
    return key in named or key.startswith(kept)


@dataclass(frozen=True)
class JobCache:
    """A folder with one folder for each job; `fresh` forgets what is there of a job when it is
    begun.
    """

    folder: Path
    fresh: bool = False

    def keep(self, key: str, data: bytes) -> None:
        """Store an object of the work bucket, if it is one to keep; of a claim, that its job was
        begun now.
        """
        job = keys.job_of(key)
        if job and key == keys.claim(job) and (folder := self.folder / keys.folder(job)).exists():
            os.utime(folder, ns=(time.time_ns(), time.time_ns()))
        if not _is_kept(key):
            return
        target = self.folder / key
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(target, data)

    def drop(self, key: str) -> None:
        """Remove an object, if it is one that is kept."""
        if _is_kept(key):
            (self.folder / key).unlink(missing_ok=True)

    def restore(self, job: str) -> Iterator[tuple[str, bytes]]:
        """Kept objects of a job, as keys and contents."""
        folder = self.folder / keys.folder(job)
        if self.fresh:
            shutil.rmtree(folder, ignore_errors=True)
        for file in sorted(folder.rglob("*.json")):
            yield file.relative_to(self.folder).as_posix(), file.read_bytes()

    def plan(self, job: str) -> Plan | None:
        """Plan of a job that was kept."""
        return self._document(keys.plan(job), Plan)

    def output(self, job: str) -> OutputOptions | None:
        """How the transcript of a job that was kept was written last."""
        return self._document(keys.output(job), OutputOptions)

    def _document(self, key: str, kind: type[Kept]) -> Kept | None:
        try:
            return kind.model_validate_json((self.folder / key).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def latest(self, recording: Path, name: str | None = None) -> Plan | None:
        """The plan of the job of a recording that was begun last, if there is one. `name`: where it
        is not the file's.
        """
        folders = sorted(
            self.folder.glob(f"{keys.JOBS}*"),
            key=lambda folder: folder.stat().st_mtime,
            reverse=True,
        )
        plans = (self.plan(folder.name) for folder in folders)
        ours = as_key(name or recording.name), etag(recording)
        return next(
            (plan for plan in plans if plan and (plan.recording.key, plan.recording.etag) == ours),
            None,
        )

    def remove(self, recording: Path, name: str) -> int:
        """Remove all jobs of a recording, and give how many there were."""
        count = 0
        while plan := self.latest(recording, name):
            shutil.rmtree(self.folder / keys.folder(plan.job))
            count += 1
        return count

    def forget(self, days: int) -> None:
        """Remove the jobs that nothing was added to for so long, as the work bucket's lifecycle
        does.
        """
        for job in self.folder.glob(f"{keys.JOBS}*"):
            newest = max((file.stat().st_mtime for file in job.rglob("*")), default=0.0)
            if newest < time.time() - days * 24 * 3600:
                shutil.rmtree(job, ignore_errors=True)
