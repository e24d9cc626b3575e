"""How far a job is, from what it has stored: the same for the embedded engine and for AWS."""

import json
from dataclasses import dataclass

from botocore.client import BaseClient

from fanscribe import keys
from fanscribe.contracts import Job, Plan
from fanscribe.times import SAMPLE_RATE


@dataclass
class JobProgress:
    """Of one execution: its plan once there is one, and the audio seconds that are accounted for."""

    states: BaseClient
    s3: BaseClient
    work_bucket: str
    execution: str
    job: Job | None = None
    plan: Plan | None = None

    def planned(self) -> Plan | None:
        """The plan, or None while Split is at work."""
        if self.plan is None and (job := self._job()):
            body = self.s3.get_object(Bucket=self.work_bucket, Key=keys.plan(job.job))["Body"].read()
            self.job, self.plan = job, Plan.model_validate_json(body)
        return self.plan

    def seconds_done(self) -> float:
        """Seconds of audio that are silent, or that a stored part accounts for."""
        if self.plan is None or self.job is None:
            return 0.0
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.work_bucket, Prefix=keys.parts(self.job.job))
        parts = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        finished = {tile for key in parts for tile in keys.tiles_of(key)}
        done = [tile for tile in self.plan.tiles if tile.silent or tile.index in finished]
        channels = 1 + max((tile.channel for tile in self.plan.tiles), default=0)
        return sum(tile.end - tile.start for tile in done) / SAMPLE_RATE / channels

    def _job(self) -> Job | None:
        for event in self.states.get_execution_history(executionArn=self.execution, maxResults=100)["events"]:
            details = event.get("stateExitedEventDetails", {})
            if details.get("name") == "Split":
                return Job.model_validate(json.loads(details["output"]))
        return None
