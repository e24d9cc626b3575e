"""Which files a call is about: those named, and every recording in the folders named."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

# What FFmpeg opens and people record, by the end of its name. Not .ts: more of those are programs than films.
SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("3gp", "aac", "ac3", "aif", "aiff", "amr", "ape", "au", "avi", "caf", "flac", "flv", "m4a", "m4b", "m4v", "mka", "mkv"),
        *("mov", "mp2", "mp3", "mp4", "mpeg", "mpg", "mts", "oga", "ogg", "ogv", "opus", "w64", "wav", "webm", "wma", "wmv"),
    )
)


class WrongFiles(Exception):
    """What was named can't be transcribed. The message says why."""


class Recording(NamedTuple):
    """A file, and the folder under --out where its transcript belongs: as it lay in the folder that was named."""

    file: Path
    folder: Path = Path()

    @property
    def name(self) -> str:
        return self.file.name


def find_recordings(named: Sequence[Path], out: Path) -> list[Recording]:
    """Folders are searched to the bottom, hidden files left out. Raises WrongFiles."""
    found = [recording for path in named for recording in _of(path)]
    places = [recording.folder / recording.file.stem for recording in found]
    if twice := next((place for place in places if places.count(place) > 1), None):
        raise WrongFiles(f"Two recordings are called {twice}: their transcripts would overwrite each other in {out}.")
    return found


def _of(path: Path) -> Iterator[Recording]:
    if not path.exists():
        raise WrongFiles(f"{path}: there is no such file.")
    if not os.access(path, os.R_OK):
        raise WrongFiles(f"{path} may not be read by you.")
    if not path.is_dir():
        yield Recording(path)
        return
    inside = [file for file in sorted(path.rglob("*")) if _is_recording(file.relative_to(path)) and file.is_file()]
    if not inside:
        raise WrongFiles(f"{path} is a folder without recordings: no file in it ends in .mp3, .wav, .mp4 or the like.")
    for file in inside:
        yield Recording(file, file.parent.relative_to(path))


def _is_recording(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in path.parts)
