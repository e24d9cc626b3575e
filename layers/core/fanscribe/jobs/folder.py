"""A job's folder in the work bucket: every document of it, typed, behind one name each."""

import json
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from fanscribe import keys
from fanscribe.contract import Contract
from fanscribe.documents.job import Attempt, Claim, Failure, Language, Spent
from fanscribe.documents.plan import Chunk, Findings, Plan, SectionHeard, Sections, Selection, Tile
from fanscribe.documents.reading import Part, Reading
from fanscribe.errors import FanscribeError, JobInProgress, JobNotFound, ReadingFailed, StorageFault, WorkDamaged
from fanscribe.jobs.storage import Storage
from fanscribe.runtime.logs import logger
from fanscribe.runtime.usage import Meter
from fanscribe.transcript.overlay import Heard, lay_over

JSON, NPY = "application/json", "application/octet-stream"
READERS = 16  # threads reading parts: S3 answers in tens of ms, whatever their number

Document = TypeVar("Document", bound=Contract)


@dataclass(frozen=True)
class JobFolder:
    """What one job keeps while it runs. `bucket` is the work bucket."""

    storage: Storage
    bucket: str
    job: str
    meter: Meter = field(default_factory=Meter)  # a folder is opened when an invocation begins

    def claim(self, execution: str, runs: Callable[[str], bool]) -> None:
        """Make the job this execution's. Raises JobInProgress while another one that still `runs` is at it.

        By a conditional write: of two that come at once, one gets it.
        """
        key, claim = keys.claim(self.job), Claim(execution=execution)
        found = self.storage.look(self.bucket, key)
        held = _parsed(Claim, found)
        if held and held.execution == execution:
            return
        if held and runs(held.execution):
            raise JobInProgress(f"Waiting for {held.execution}, which is at the same job ({self.job}).")
        if not self.storage.write_over(self.bucket, key, claim.model_dump_json().encode(), found[1] if found else None):
            raise JobInProgress(f"Waiting for another execution, which has just begun the same job ({self.job}).")

    def await_end(self, runs: Callable[[str], bool]) -> None:
        """Raises JobInProgress while an execution that still `runs` is at the job."""
        held = self._find(keys.claim(self.job), Claim)
        if held and runs(held.execution):
            raise JobInProgress(f"Waiting for {held.execution}, which is at the job to redo ({self.job}).")

    def save_plan(self, plan: Plan, chunks: Sequence[Chunk]) -> None:
        """The plan, and as the list that the Map state reads the chunks that are still to be transcribed."""
        items = json.dumps([chunk.model_dump() for chunk in chunks])
        self._save(keys.plan(self.job), plan.model_copy(update={"spent": (*plan.spent, self.meter.lap())}))
        self.storage.write(self.bucket, keys.chunks(self.job), items.encode(), JSON)

    def plan(self) -> Plan:
        return self._read(keys.plan(self.job), Plan)

    def find_plan(self) -> Plan | None:
        """The plan of an earlier execution, if there is one."""
        return self._find(keys.plan(self.job), Plan)

    def lineage(self) -> dict[str, Plan]:
        """The plans of the job and of those that it repairs, by job; the last is of the job that read all of the recording.

        Raises JobNotFound if one of them is not there, or nothing of what that last one read.
        """
        plan = self.find_plan()
        if plan is None or (plan.redo is None and any(not tile.silent for tile in plan.tiles) and not self.finished_tiles()):
            raise JobNotFound(
                f"Of the job {self.job} nothing is kept: there was none, or its work has expired. "
                "Transcribe the recording again, and redo a part of that."
            )
        return {self.job: plan} | (replace(self, job=plan.redo.base).lineage() if plan.redo else {})

    def chunks(self) -> list[Chunk]:
        items = json.loads(self.storage.read(self.bucket, keys.chunks(self.job)))
        return [Chunk.model_validate(item) for item in items]

    def save_language(self, language: str) -> None:
        self._save(keys.language(self.job), Language(language=language))

    def find_language(self) -> str | None:
        """What an earlier execution heard, if one did."""
        found = self._find(keys.language(self.job), Language)
        return found.language if found else None

    def save_sections(self, sections: Sections) -> None:
        self._save(keys.sections(self.job), sections.model_copy(update={"spent": self.meter.lap()}))

    def sections(self) -> Sections:
        return self._read(keys.sections(self.job), Sections)

    def find_sections(self) -> Sections | None:
        """How the recording is shared out, if it is."""
        return self._find(keys.sections(self.job), Sections)

    def save_section(self, number: int, samples: int, frames: bytes, selection: Selection, findings: Findings) -> None:
        """What was heard in a section: its document comes last, and says that all of it is there."""
        self.storage.write(self.bucket, keys.frames(self.job, number), frames, NPY)
        heard = SectionHeard(samples=samples, selection=selection, findings=findings, spent=self.meter.lap())
        self._save(keys.section(self.job, number), heard)

    def find_section(self, number: int) -> SectionHeard | None:
        return self._find(keys.section(self.job, number), SectionHeard)

    def frames(self, number: int) -> bytes:
        return self.storage.read(self.bucket, keys.frames(self.job, number))

    @contextmanager
    def attempt(self, batch: Sequence[Tile], execution: str) -> Iterator[None]:
        """Around the model's work on a batch: a note that stays behind if the worker does not survive it.

        What the model raises comes out as ReadingFailed, and is in the note. Without its message: that may quote the recording.
        """
        attempt = Attempt(first=batch[0].index, last=batch[-1].index, execution=execution)
        key = keys.attempt(self.job, attempt.first, attempt.last, uuid.uuid4().hex[:12])
        self._save(key, attempt)
        try:
            yield
        except FanscribeError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever the model raises)
            kind = type(error).__name__
            logger.error("the model failed", extra={"error": kind, "trace": traceback.format_tb(error.__traceback__)})
            self._save(key, attempt.model_copy(update={"error": kind}))
            raise ReadingFailed(f"The model raised {kind} on the tiles {attempt.first} to {attempt.last}.") from None
        try:
            self.storage.delete(self.bucket, key)
        except StorageFault as fault:  # the note costs care, not words
            logger.warning("an attempt's note stays", extra={"reason": str(fault)})

    def attempts(self) -> list[Attempt]:
        """Batches that were begun and not ended, by this or an earlier execution. None, normally."""
        found = self.storage.keys(self.bucket, keys.attempts(self.job))
        return [attempt for attempt in self._read_all(found, Attempt).values() if isinstance(attempt, Attempt)]

    def save_part(self, readings: Sequence[Reading]) -> None:
        """Readings in the order of their tiles, as one part."""
        part = Part(first=readings[0].tile, last=readings[-1].tile, readings=tuple(readings), spent=self.meter.lap())
        self._save(keys.part(self.job, part.first, part.last), part)

    def finished_tiles(self) -> frozenset[int]:
        """The tiles that some part accounts for: known from the parts' keys alone."""
        parts = self.storage.keys(self.bucket, keys.parts(self.job))
        return frozenset(tile for key in parts for tile in keys.tiles_of(key))

    def readings(self) -> tuple[dict[int, Reading], dict[int, Failure], list[Spent]]:
        """Every reading there is, by tile; why there is none in a damaged part; and what the parts took.

        That part is removed: the next execution reads its tiles again.
        """
        readings: dict[int, Reading] = {}
        damaged: dict[int, Failure] = {}
        spent: list[Spent] = []
        for key, part in self._parts().items():
            if isinstance(part, WorkDamaged):
                damaged |= dict.fromkeys(keys.tiles_of(key), Failure(error=WorkDamaged.__name__, cause=str(part)))
                self.storage.delete(self.bucket, key)
            else:
                readings |= {reading.tile: reading for reading in part.readings}
                spent += [part.spent] if part.spent else []
        return readings, damaged, spent

    def readings_so_far(self) -> dict[int, Reading]:
        """Every reading that can be read now, by tile, for who only looks."""
        return {reading.tile: reading for part in self._parts().values() if isinstance(part, Part) for reading in part.readings}

    def spent(self, parts: Sequence[str]) -> dict[str, Spent | None]:
        """What parts took, by their keys; None where one does not say."""
        return {key: part.spent if isinstance(part, Part) else None for key, part in self._read_all(parts, Part).items()}

    def heard(self, plan: Plan) -> tuple[Heard, list[Spent]]:
        """All that the job knows, laid over the job that it repairs, if it repairs one; and what its own parts took."""
        readings, damaged, spent = self.readings()
        own = Heard(plan, readings, self.failures() | damaged)
        return self._over_base(own, lambda base: base.heard(base.plan())[0]), spent

    def heard_so_far(self, plan: Plan) -> Heard:
        """What can be read of that now, for who only looks."""
        return self._over_base(Heard(plan, self.readings_so_far(), self.failures()), lambda base: base.heard_so_far(base.plan()))

    def _over_base(self, own: Heard, hear: Callable[["JobFolder"], Heard]) -> Heard:
        return lay_over(hear(replace(self, job=own.plan.redo.base)), own) if own.plan.redo else own

    def _parts(self) -> Mapping[str, Part | WorkDamaged]:
        return self._read_all(self.storage.keys(self.bucket, keys.parts(self.job)), Part)

    def save_failure(self, tile: int, failure: Failure) -> None:
        self._save(keys.failure(self.job, tile, tile), failure)

    def failures(self) -> dict[int, Failure]:
        """Why chunks failed for good, by tile; what is known of a single tile goes before what is known of its chunk."""
        found = sorted(self.storage.keys(self.bucket, keys.failures(self.job)), key=lambda key: -len(keys.tiles_of(key)))
        failures = self._read_all(found, Failure)
        return {tile: failure for key, failure in failures.items() for tile in keys.tiles_of(key) if isinstance(failure, Failure)}

    def _save(self, key: str, document: Contract) -> None:
        self.storage.write(self.bucket, key, document.model_dump_json(by_alias=True).encode(), JSON)

    def _find(self, key: str, kind: type[Document]) -> Document | None:
        return _parsed(kind, self.storage.look(self.bucket, key))

    def _read(self, key: str, kind: type[Document]) -> Document:
        try:
            return _parse(kind, self.storage.read(self.bucket, key))
        except ValueError:
            # without the cause: a parser quotes what it can't read, and that may be the transcript
            raise WorkDamaged(f"s3://{self.bucket}/{key} is no whole {kind.__name__.lower()}.") from None

    def _read_all(self, found: Sequence[str], kind: type[Document]) -> Mapping[str, Document | WorkDamaged]:
        """In the order of the keys; for each its document, or what is wrong with it."""

        def read(key: str) -> Document | WorkDamaged:
            try:
                return self._read(key, kind)
            except WorkDamaged as damage:
                return damage

        with ThreadPoolExecutor(READERS) as threads:
            return dict(zip(found, threads.map(read, found), strict=True))


def _parsed(kind: type[Document], found: tuple[bytes, str] | None) -> Document | None:
    """None if it is missing or damaged: it will be made again."""
    try:
        return _parse(kind, found[0]) if found else None
    except ValueError:
        return None


def _parse(kind: type[Document], data: bytes) -> Document:
    """Raises ValueError. Step Functions' s3:putObject may write a string body as it is or once more as JSON: both are read."""
    value = json.loads(data)
    return kind.model_validate(json.loads(value) if isinstance(value, str) else value)
