"""Typed documents in a bucket: stored and read as JSON, each by its key."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from fanscribe import keys
from fanscribe.contract import Contract
from fanscribe.errors import WorkDamaged
from fanscribe.jobs.storage import CONNECTIONS, Storage

JSON = "application/json"
# Threads reading documents: S3 answers in tens of ms, whatever their number
READERS = CONNECTIONS

Document = TypeVar("Document", bound=Contract)


@dataclass(frozen=True)
class DocumentStore:
    """The documents in one bucket."""

    storage: Storage
    bucket: str

    def save(self, key: str, document: Contract) -> None:
        """Write a document over what is there. Raises StorageFault."""
        self.storage.write(self.bucket, key, _as_json(document), JSON)

    def save_over(self, key: str, document: Contract, etag: str | None) -> bool:
        """Save it if what is there has this etag; with None, if nothing is there.

        False if somebody else was first.
        """
        return self.storage.write_over(self.bucket, key, _as_json(document), etag)

    def find(self, key: str, kind: type[Document]) -> Document | None:
        """Read a document that may not be there. A damaged one counts as none: it is made again."""
        return self.find_with_etag(key, kind)[0]

    def find_with_etag(self, key: str, kind: type[Document]) -> tuple[Document | None, str | None]:
        """The same, with the etag of what is there, damaged or not."""
        found = self.storage.find(self.bucket, key)
        if found is None:
            return None, None
        try:
            return _parse(kind, found[0]), found[1]
        except ValueError:
            return None, found[1]

    def read(self, key: str, kind: type[Document]) -> Document:
        """Read a document that must be there. Raises WorkDamaged."""
        try:
            return _parse(kind, self.storage.read(self.bucket, key))
        except ValueError:
            # without the cause: a parser quotes what it can't read, and that may be the transcript
            where = keys.uri(self.bucket, key)
            raise WorkDamaged(f"{where} is no whole {kind.__name__.lower()}.") from None

    def read_all(
        self,
        found: Sequence[str],
        kind: type[Document],
    ) -> Mapping[str, Document | WorkDamaged]:
        """Read documents by their keys, in that order; for a damaged one, what is wrong with it."""

        def read(key: str) -> Document | WorkDamaged:
            try:
                return self.read(key, kind)
            except WorkDamaged as damage:
                return damage

        with ThreadPoolExecutor(READERS) as threads:
            return dict(zip(found, threads.map(read, found), strict=True))


def _as_json(document: Contract) -> bytes:
    return document.model_dump_json(by_alias=True).encode()


def _parse(kind: type[Document], data: bytes) -> Document:
    """Raises ValueError.

    Step Functions' s3:putObject may write a string body as it is or once more as JSON: both are
    read.
    """
    written_twice = data.startswith(b'"')
    return kind.model_validate_json(json.loads(data) if written_twice else data)
