"""Results of a job's tiles: parts hold their readings, failures say why there are none."""

from collections.abc import Sequence
from typing import NamedTuple

from fanscribe import keys
from fanscribe.documents.job import BilledTime, Failure
from fanscribe.documents.reading import Part, Reading
from fanscribe.errors import WorkDamaged
from fanscribe.jobs.folder import JobFolder


class StoredParts(NamedTuple):
    """All parts of a job: readings by tile, what they took, and by key those that can't be read."""

    readings: dict[int, Reading]
    spent: list[BilledTime]
    damaged: dict[str, WorkDamaged]


def save_part(folder: JobFolder, readings: Sequence[Reading], spent: BilledTime) -> None:
    """Save readings in the order of their tiles, as one part."""
    first, last = readings[0].tile, readings[-1].tile
    part = Part(first=first, last=last, readings=tuple(readings), spent=spent)
    folder.save(keys.part(folder.job, first, last), part)


def finished_tiles(folder: JobFolder) -> frozenset[int]:
    """The tiles that some part accounts for: known from the parts' keys alone."""
    return frozenset(tile for key in _part_keys(folder) for tile in keys.tiles_of(key))


def load_parts(folder: JobFolder) -> StoredParts:
    """Read all parts of a job. Damaged ones are kept apart, by key."""
    stored = StoredParts({}, [], {})
    for key, part in folder.read_all(_part_keys(folder), Part).items():
        if isinstance(part, WorkDamaged):
            stored.damaged[key] = part
        else:
            stored.readings.update({reading.tile: reading for reading in part.readings})
            stored.spent.extend([part.spent] if part.spent else [])
    return stored


def remove_damaged(folder: JobFolder, parts: StoredParts) -> dict[int, Failure]:
    """Remove the parts that can't be read, so that the next execution reads their tiles again.

    Returns what is wrong, by tile.
    """
    failures: dict[int, Failure] = {}
    for key, damage in parts.damaged.items():
        failure = Failure(error=WorkDamaged.__name__, cause=str(damage))
        failures |= dict.fromkeys(keys.tiles_of(key), failure)
        folder.storage.delete(folder.bucket, key)
    return failures


def spent_on(folder: JobFolder, parts: Sequence[str]) -> dict[str, BilledTime | None]:
    """Time that parts took, by their keys; None where one does not say."""
    read = folder.read_all(parts, Part).items()
    return {key: part.spent if isinstance(part, Part) else None for key, part in read}


def save_failure(folder: JobFolder, tile: int, failure: Failure) -> None:
    """Store why a tile is given up."""
    folder.save(keys.failure(folder.job, tile, tile), failure)


def load_failures(folder: JobFolder) -> dict[int, Failure]:
    """Why chunks failed for good, by tile. A failure of the tile itself goes before its chunk's."""
    found = folder.storage.keys(folder.bucket, keys.failures(folder.job))
    largest_first = sorted(found, key=lambda key: -len(keys.tiles_of(key)))
    failures: dict[int, Failure] = {}
    for key, failure in folder.read_all(largest_first, Failure).items():
        if isinstance(failure, Failure):
            failures |= dict.fromkeys(keys.tiles_of(key), failure)
    return failures


def _part_keys(folder: JobFolder) -> list[str]:
    return folder.storage.keys(folder.bucket, keys.parts(folder.job))
