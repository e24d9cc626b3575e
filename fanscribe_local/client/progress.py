"""How far a job is, from its history, its Map run and what it has stored: the same for the embedded
engine and for AWS.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.payloads import Usage
from fanscribe.documents.plan import Plan, Tile
from fanscribe.errors import JobInProgress
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import spent_on
from fanscribe.jobs.storage import S3Storage
from fanscribe.runtime.usage import tally
from fanscribe.times import SAMPLE_RATE
from fanscribe_local.client.stack import DeployedStack

STAGES = {
    "Split": "splitting",
    "SplitSections": "splitting",
    "DetectLanguage": "finding the language",
    "TranscribeChunks": "transcribing",
    "FindPersonalData": "finding personal data",
    "Merge": "merging",
}
WAITING = "waiting: another execution is at the same job"


class Chunks(NamedTuple):
    """The children of the Map state."""

    waiting: int
    running: int
    done: int
    failed: int


@dataclass(frozen=True)
class Progress:
    """The progress of a job, in seconds of audio.

    `pace` is how many of them were read in each second since the fan-out began.
    """

    stage: str
    done: float = 0.0
    total: float | None = None  # None: Split has not said
    chunks: Chunks | None = None
    pace: float | None = None
    used: Usage | None = None  # so far, by what it has stored; None where nobody is billed

    @property
    def left(self) -> float | None:
        """Seconds until all is read, if it goes on as it did."""
        return (
            (self.total - self.done) / self.pace if self.total is not None and self.pace else None
        )


def seconds_of(tiles: Iterable[Tile], channels: int) -> float:
    """Seconds of the recording that tiles of all its channels amount to."""
    return sum(tile.end - tile.start for tile in tiles) / SAMPLE_RATE / channels


class SplitJob(NamedTuple):
    """The needed part of Split's answer (documents.payloads.Job), which another version's stack
    gives too.
    """

    name: str  # its folder in the work bucket
    chunks: int
    at_once: int  # of them
    output: Mapping[str, Any]  # how its transcript is to be written


class History(NamedTuple):
    """Progress as an execution's events show it."""

    stage: str
    fanned_out: datetime | None = None  # when the Map state began
    job: SplitJob | None = None
    map_run: str | None = None  # ARN of the last: one that could not read its list is repeated


BEGUN = History(STAGES["Split"])


def read_history(events: Iterable[Mapping[str, Any]], known: History = BEGUN) -> History:
    """Read events of GetExecutionHistory, in their order, on top of what earlier ones said."""
    for event in events:
        entered = event.get("stateEnteredEventDetails", {}).get("name")
        left = event.get("stateExitedEventDetails", {})
        if entered in STAGES:
            known = known._replace(stage=STAGES[entered])
        if entered == "TranscribeChunks":
            known = known._replace(fanned_out=event["timestamp"])
        if run := event.get("mapRunStartedEventDetails", {}).get("mapRunArn"):
            known = known._replace(map_run=run)
        if event.get("taskFailedEventDetails", {}).get("error") == JobInProgress.__name__:
            known = known._replace(stage=WAITING)
        answer = json.loads(left["output"]) if left.get("name") == "Split" else {}
        # not where its failure was caught, nor where it is asked again
        if "job" in answer and not answer.get("sections"):
            known = known._replace(
                job=SplitJob(
                    answer["job"],
                    answer["chunks"],
                    answer["max_concurrency"],
                    answer.get("output", {}),
                )
            )
    return known


@dataclass
class JobProgress:
    """Progress of one execution."""

    stack: DeployedStack
    execution: str  # ARN
    job: SplitJob | None = None
    plan: Plan | None = None
    billed: bool = True
    _history: History = BEGUN
    _last: int = 0  # event that was read
    _spent: dict[str, BilledTime | None] = field(default_factory=dict)  # on each part, by key

    def now(self) -> Progress:
        """The progress at this moment."""
        history = self._read_history()
        entered = history.fanned_out
        if self.plan is None or self.job is None:
            return Progress(history.stage)
        parts = self._parts()
        finished = {tile for key, _ in parts for tile in keys.tiles_of(key)}
        fresh = {
            tile
            for key, stored in parts
            if entered and stored >= entered
            for tile in keys.tiles_of(key)
        }
        channels = self.plan.channels
        read = [tile for tile in self.plan.scope if tile.silent or tile.index in finished]
        new = seconds_of(
            (tile for tile in self.plan.scope if not tile.silent and tile.index in fresh), channels
        )
        took = (datetime.now(UTC) - entered).total_seconds() if entered else 0
        return Progress(
            stage=history.stage,
            done=seconds_of(read, channels),
            total=self.plan.samples / SAMPLE_RATE,
            chunks=self._chunks(self.job, history),
            pace=new / took if took > 0 and new else None,
            used=self._used(self.plan, [key for key, _ in parts]) if self.billed else None,
        )

    @property
    def folder(self) -> JobFolder | None:
        """The job's folder in the work bucket, once it is known which."""
        return (
            JobFolder(S3Storage(self.stack.s3), self.stack.work, self.job.name)
            if self.job
            else None
        )

    def _read_history(self) -> History:
        """Goes on from where it was, and learns of the job and its plan on the way."""
        events = self.stack.history(self.execution, after=self._last)
        self._history = read_history(events, self._history)
        self._last = events[-1]["id"] if events else self._last
        self.job = self.job or self._history.job
        if self.plan is None and self.folder:
            self.plan = self.folder.find_plan()
        return self._history

    def _used(self, plan: Plan, parts: list[str]) -> Usage:
        """By what the parts say that they took: it is what Merge will count, it is there a batch
        after it was spent, and a part is read once. Transcribe's answers say the same later, each
        in a history of its own, of which AWS gives 20 a second.
        """
        new = [key for key in parts if key not in self._spent]
        if new and self.folder:
            self._spent |= spent_on(self.folder, new)
        return tally(
            plan, [spent for spent in self._spent.values() if spent], BilledTime(ms=0, memory_mb=0)
        )

    def _parts(self) -> list[tuple[str, datetime]]:
        return self._stored(keys.parts(self.job.name if self.job else ""))

    def _stored(self, prefix: str) -> list[tuple[str, datetime]]:
        """Keys with a prefix in the work bucket, and since when they are there."""
        pages = self.stack.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.stack.work, Prefix=prefix
        )
        return [
            (entry["Key"], entry["LastModified"])
            for page in pages
            for entry in page.get("Contents", [])
        ]

    def _chunks(self, job: SplitJob, history: History) -> Chunks | None:
        """None before the Map state began.

        Chunks that are not counted yet are waiting: moto counts a child when it begins.
        """
        if history.map_run is None:
            return None
        counts = self.stack.states.describe_map_run(mapRunArn=history.map_run)["itemCounts"]
        unread = counts["failed"] + counts["timedOut"] + counts["aborted"]
        waiting = job.chunks - counts["running"] - counts["succeeded"] - unread
        recorded = self._failures(job, history.fanned_out)
        done = max(0, counts["succeeded"] - recorded)
        return Chunks(max(0, waiting), counts["running"], done, unread + recorded)

    def _failures(self, job: SplitJob, entered: datetime | None) -> int:
        """Chunks of which it was recorded, since the Map state began, why they failed for good. For
        the Map run they are as good as others.
        """
        if entered is None:
            return 0
        since = entered.replace(microsecond=0)  # S3 counts whole seconds
        recorded = [
            keys.tiles_of(key)
            for key, stored in self._stored(keys.failures(job.name))
            if stored >= since
        ]
        chunks = self.folder.find_chunks() if self.folder and recorded else ()
        return len({range(chunk.first, chunk.last + 1) for chunk in chunks}.intersection(recorded))
