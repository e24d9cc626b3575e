"""Voices of a recording's tiles. They depend on the sound alone, so they lie with it, in the folder
of the job that read all of the recording, and serve every redo. `models` are those that took them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.plan import Plan
from fanscribe.documents.voices import TileVoices, Voices
from fanscribe.errors import WorkDamaged
from fanscribe.jobs.folder import JobFolder


class StoredVoices(NamedTuple):
    """All voices of a recording, by tile, and what they took."""

    tiles: dict[int, TileVoices]
    spent: list[BilledTime]


NO_VOICES = StoredVoices({}, [])


def voices_folder(folder: JobFolder, plan: Plan) -> JobFolder:
    """Where the voices of a job's recording are."""
    return folder.of(plan.sound.job)


def save_voices(
    folder: JobFolder, models: str, tiles: Sequence[TileVoices], spent: BilledTime
) -> None:
    """Save voices in the order of their tiles."""
    first, last = tiles[0].tile, tiles[-1].tile
    voices = Voices(first=first, last=last, tiles=tuple(tiles), spent=spent)
    folder.save(keys.voices(folder.job, models, first, last), voices)


def voiced_tiles(folder: JobFolder, models: str) -> frozenset[int]:
    """The tiles whose voices are known: by the keys alone."""
    return frozenset(tile for key in _keys(folder, models) for tile in keys.tiles_of(key))


def load_voices(folder: JobFolder, models: str) -> StoredVoices:
    """Load all voices. Files that can't be read are removed, so that the next execution takes
    them again.
    """
    stored = StoredVoices({}, [])
    for key, voices in folder.read_all(_keys(folder, models), Voices).items():
        if isinstance(voices, WorkDamaged):
            folder.storage.delete(folder.bucket, key)
        else:
            stored.tiles.update({each.tile: each for each in voices.tiles})
            stored.spent.extend([voices.spent] if voices.spent else [])
    return stored


def _keys(folder: JobFolder, models: str) -> list[str]:
    return folder.storage.keys(folder.bucket, keys.voices_by(folder.job, models))
