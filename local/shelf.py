"""What a run has finished, on this machine's disk: a run that was stopped, however, goes on where it was.

The embedded S3 forgets everything when its process ends. So plans, languages and parts of the work bucket are also files,
and come back when their job is begun again. Audio is not kept: Split makes it anew.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.files import write_whole

KEPT = re.compile(r"^jobs/[0-9a-f]{16}/(plan\.json|language\.json|parts/[\d-]+\.json)$")


def default_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fanscribe"


@dataclass(frozen=True)
class Shelf:
    """A folder with one folder for each job; `fresh` forgets what is there of a job when it is begun."""

    folder: Path
    fresh: bool = False

    def keep(self, key: str, data: bytes) -> None:
        """Store an object of the work bucket, if it is one to keep."""
        if not KEPT.match(key):
            return
        target = self.folder / key
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(target, data)

    def drop(self, key: str) -> None:
        if KEPT.match(key):
            (self.folder / key).unlink(missing_ok=True)

    def restore(self, job: str) -> Iterator[tuple[str, bytes]]:
        """What was kept of a job, as keys and contents."""
        folder = self.folder / "jobs" / job
        if self.fresh:
            shutil.rmtree(folder, ignore_errors=True)
        for file in sorted(folder.rglob("*.json")):
            yield file.relative_to(self.folder).as_posix(), file.read_bytes()

    def forget(self, days: int) -> None:
        """Remove the jobs that nothing was added to for so long, as the work bucket's lifecycle does."""
        for job in self.folder.glob("jobs/*"):
            newest = max((file.stat().st_mtime for file in job.rglob("*")), default=0.0)
            if newest < time.time() - days * 24 * 3600:
                shutil.rmtree(job, ignore_errors=True)
