"""All that a stack keeps of a recording while it works: found, and deleted in every version."""

from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from fanscribe import keys
from fanscribe.documents.job import Claim
from fanscribe.documents.plan import Plan
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import S3Storage
from fanscribe_local.client.stack import NO_SUCH_EXECUTION, DeployedStack

AT_ONCE = 1000  # keys that S3 deletes in a call


class NotDeleted(Exception):
    """Some of it is still there. The message says what."""


@dataclass(frozen=True)
class KeptWork:
    """The jobs of a recording in the work bucket, and the recording if the command uploaded it."""

    stack: DeployedStack
    recording: str  # s3://bucket/key
    jobs: tuple[str, ...]

    @classmethod
    def of(cls, stack: DeployedStack, plan: Plan) -> "KeptWork":
        """All jobs of the plan's recording: with other options or models, and repairs of others."""
        uri = plan.recording.uri
        found = (job for job, known in _plans(stack) if known and known.recording.uri == uri)
        return cls(stack, uri, tuple(found))

    def running(self) -> str | None:
        """An execution that is at one of the jobs now."""
        storage = S3Storage(self.stack.s3)
        for job in self.jobs:
            folder = JobFolder(storage, self.stack.work, job)
            claim = folder.find(keys.claim(job), Claim)
            try:
                if claim and self.stack.describe(claim.execution).running:
                    return claim.execution.rsplit(":", 1)[1]
            except ClientError as error:  # Step Functions keeps executions for 90 days
                if error.response["Error"]["Code"] not in NO_SUCH_EXECUTION:
                    raise
        return None

    def delete(self) -> int:
        """Delete it, and give how many objects there were. Raises NotDeleted."""
        bucket, key = keys.parse_uri(self.recording)
        prefixes = [keys.folder(job) for job in self.jobs]
        if bucket == self.stack.work and key.startswith(keys.UPLOADS):
            prefixes.append(key)
        prefixes += self._clips()
        versions = [each for prefix in prefixes for each in self._versions(prefix)]
        for first in range(0, len(versions), AT_ONCE):
            batch = {"Objects": versions[first : first + AT_ONCE], "Quiet": True}
            answer = self.stack.s3.delete_objects(Bucket=self.stack.work, Delete=batch)
            if errors := answer.get("Errors"):
                where = keys.uri(self.stack.work, errors[0]["Key"])
                raise NotDeleted(f"{where} is not deleted: {errors[0]['Message']}")
        return len({each["Key"] for each in versions})

    def _clips(self) -> Iterator[str]:
        """Keys of clips of known voices that the command sent."""
        storage = S3Storage(self.stack.s3)
        for job in self.jobs:
            basis = JobFolder(storage, self.stack.work, job).find_basis()
            for known in basis.clips if basis else ():
                bucket, key = keys.parse_uri(known.clip)
                if bucket == self.stack.work and key.startswith(keys.UPLOADS):
                    yield key

    def _versions(self, prefix: str) -> Iterator[dict[str, str]]:
        """Every version under a prefix, and every mark of a deletion."""
        pages = self.stack.s3.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self.stack.work, Prefix=prefix):
            for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                yield {"Key": entry["Key"], "VersionId": entry["VersionId"]}


def _plans(stack: DeployedStack) -> Iterator[tuple[str, Plan | None]]:
    """Every job of which something is kept, with its plan."""
    storage = S3Storage(stack.s3)
    pages = stack.s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=stack.work, Prefix=keys.JOBS, Delimiter="/"):
        for entry in page.get("CommonPrefixes", ()):
            job = entry["Prefix"].removeprefix(keys.JOBS).rstrip("/")
            yield job, JobFolder(storage, stack.work, job).find_plan()
