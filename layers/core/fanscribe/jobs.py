"""A job's folder in the work bucket: every document of it, typed, behind one name each."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from fanscribe import keys
from fanscribe.base import Contract
from fanscribe.contracts import Chunk, Failure, Part, Plan, Reading
from fanscribe.errors import WorkDamaged
from fanscribe.storage import Storage

JSON, WAV = "application/json", "audio/wav"
READERS = 16  # threads reading parts: S3 answers in tens of ms, whatever their number

Document = TypeVar("Document", bound=Contract)


@dataclass(frozen=True)
class JobFolder:
    """What one job keeps while it runs. `bucket` is the work bucket."""

    storage: Storage
    bucket: str
    job: str

    def save_plan(self, plan: Plan, chunks: Sequence[Chunk]) -> None:
        """The plan, and the chunks as the list that the Map state reads."""
        items = json.dumps([chunk.model_dump() for chunk in chunks])
        self.storage.write(self.bucket, keys.plan(self.job), plan.model_dump_json().encode(), JSON)
        self.storage.write(self.bucket, keys.chunks(self.job), items.encode(), JSON)

    def plan(self) -> Plan:
        return self._read(keys.plan(self.job), Plan)

    def chunks(self) -> list[Chunk]:
        items = json.loads(self.storage.read(self.bucket, keys.chunks(self.job)))
        return [Chunk.model_validate(item) for item in items]

    def save_audio(self, chunk: Chunk, wav: bytes) -> None:
        self.storage.write(self.bucket, keys.chunk_audio(self.job, chunk.first, chunk.last), wav, WAV)

    def audio(self, chunk: Chunk) -> bytes:
        return self.storage.read(self.bucket, keys.chunk_audio(self.job, chunk.first, chunk.last))

    def save_part(self, readings: Sequence[Reading]) -> None:
        """Readings in the order of their tiles, as one part."""
        part = Part(first=readings[0].tile, last=readings[-1].tile, readings=tuple(readings))
        self.storage.write(self.bucket, keys.part(self.job, part.first, part.last), part.model_dump_json().encode(), JSON)

    def finished_tiles(self) -> frozenset[int]:
        """The tiles that some part accounts for: known from the parts' keys alone."""
        parts = self.storage.keys(self.bucket, keys.parts(self.job))
        return frozenset(tile for key in parts for tile in keys.tiles_of(key))

    def readings(self) -> dict[int, Reading]:
        """Every reading there is, by tile."""
        parts = self._read_all(self.storage.keys(self.bucket, keys.parts(self.job)), Part)
        return {reading.tile: reading for part in parts for reading in part.readings}

    def failures(self) -> dict[int, Failure]:
        """Why chunks failed for good, by tile."""
        found = self.storage.keys(self.bucket, keys.failures(self.job))
        failures = zip(found, self._read_all(found, Failure), strict=True)
        return {tile: failure for key, failure in failures for tile in keys.tiles_of(key)}

    def _read_all(self, found: Sequence[str], kind: type[Document]) -> Iterable[Document]:
        with ThreadPoolExecutor(READERS) as threads:
            return list(threads.map(lambda key: self._read(key, kind), found))

    def _read(self, key: str, kind: type[Document]) -> Document:
        data = self.storage.read(self.bucket, key)
        try:
            value = json.loads(data)
            # Step Functions' s3:putObject may write a string body as it is or once more as JSON: both are read
            return kind.model_validate(json.loads(value) if isinstance(value, str) else value)
        except (ValidationError, ValueError) as error:
            raise WorkDamaged(f"s3://{self.bucket}/{key} is no whole {kind.__name__.lower()}.") from error
