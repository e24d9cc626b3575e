"""Notes of the batches that were begun: one stays behind if its worker does not survive it."""

import traceback
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fanscribe import keys
from fanscribe.documents.job import Attempt
from fanscribe.documents.plan import Tile
from fanscribe.errors import FanscribeError, ReadingFailed, StorageFault
from fanscribe.jobs.folder import JobFolder
from fanscribe.runtime.logs import logger


@contextmanager
def attempting(folder: JobFolder, batch: Sequence[Tile], execution: str) -> Iterator[None]:
    """Keep a note while the model works on a batch.

    The model's errors come out as ReadingFailed, and are in the note, without their message:
    that may quote the recording.
    """
    attempt = Attempt(first=batch[0].index, last=batch[-1].index, execution=execution)
    key = keys.attempt(folder.job, attempt.first, attempt.last, uuid.uuid4().hex[:12])
    folder.save(key, attempt)
    try:
        yield
    except FanscribeError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever the model raises)
        kind = type(error).__name__
        logger.error(
            "the model failed",
            extra={"error": kind, "trace": traceback.format_tb(error.__traceback__)},
        )
        folder.save(key, attempt.model_copy(update={"error": kind}))
        tiles = f"the tiles {attempt.first} to {attempt.last}"
        raise ReadingFailed(f"The model raised {kind} on {tiles}.") from None
    try:
        folder.storage.delete(folder.bucket, key)
    except StorageFault as fault:  # the note costs care, not words
        logger.warning("an attempt's note stays", extra={"reason": str(fault)})


def unfinished_attempts(folder: JobFolder) -> list[Attempt]:
    """Batches that were begun and not ended, by this or an earlier execution. None, normally."""
    found = folder.storage.keys(folder.bucket, keys.attempts(folder.job))
    read = folder.read_all(found, Attempt).values()
    return [attempt for attempt in read if isinstance(attempt, Attempt)]
