"""Which files a call is about: those named, and every recording in the folders named."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fanscribe_local.client.file_errors import reason
from fanscribe_local.client.names import SUFFIXES, printable

STANDARD_INPUT = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
OPEN_FILES = frozenset({Path("/dev/fd"), Path("/proc/self/fd")})  # as shells name `<(command)`


class WrongFiles(Exception):
    """A named file can't be transcribed. The message says why."""


class LocalRecording(NamedTuple):
    """A file, and the folder under --out where its transcript belongs: as it lay in the folder
    that was named. A recording from a pipe has no name of its own: it is `called` something.
    """

    file: Path
    folder: Path = Path()
    called: str | None = None
    piped: bool = False

    @property
    def name(self) -> str:
        """The recording's name: the one given to a pipe, or the file's."""
        return self.called or self.file.name

    @property
    def within(self) -> str:
        """Its name, with the folders between it and the one that was named: `monday/01.mp3`."""
        return str(self.folder / self.name)

    @property
    def shown(self) -> str:
        """Its name in the call."""
        return self.called or str(self.file)


class LeftOut(NamedTuple):
    """A file or folder inside of a folder that can't be transcribed, and why. Its name is as
    LocalRecording.within.
    """

    name: str
    message: str


class Found(NamedTuple):
    """Recordings to transcribe, and files that are left out."""

    recordings: tuple[LocalRecording, ...]
    left_out: tuple[LeftOut, ...] = ()


def find_recordings(named: Sequence[str | Path]) -> Found:
    """Folders are searched to the bottom, hidden files left out. Raises WrongFiles."""
    found = [_of(str(each)) for each in named]
    return Found(
        tuple(recording for each in found for recording in each.recordings),
        tuple(left_out for each in found for left_out in each.left_out),
    )


def _of(named: str) -> Found:
    if named in STANDARD_INPUT:
        return Found((_standard_input(named),))
    if not named:  # a shell's variable that is not set; to Path it is this folder
        raise WrongFiles("A name is empty: it names no recording.")
    path = Path(named)
    kind = _kind(path)
    if not any(known(kind) for known in (stat.S_ISDIR, stat.S_ISREG, stat.S_ISFIFO)):
        raise WrongFiles(f"{printable(named)} is {_word(kind)}, not a recording.")
    if not os.access(path, os.R_OK | os.X_OK if stat.S_ISDIR(kind) else os.R_OK):
        raise WrongFiles(f"{printable(named)} may not be read by you.")
    if stat.S_ISDIR(kind):
        return _inside(path)
    called = f"fd-{path.name}" if path.parent in OPEN_FILES else None
    return Found((LocalRecording(path, called=called, piped=stat.S_ISFIFO(kind)),))


def _kind(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        problem = "its link leads nowhere" if path.is_symlink() else "there is no such file"
        raise WrongFiles(f"{printable(str(path))}: {problem}.") from None
    except OSError as error:
        raise WrongFiles(f"{printable(str(path))} can't be read: {reason(error)}.") from None


def _word(kind: int) -> str:
    if stat.S_ISSOCK(kind):
        return "a socket"
    return "a pipe" if stat.S_ISFIFO(kind) else "a device"


# ── Folders ──────────────────────────────────────────────────────────────────────────────────────


def _inside(folder: Path) -> Found:
    files, left_out = _search(folder)
    looked_at = [(file, _unreadable(file)) for file in files]
    if not looked_at and not left_out:
        named = f"{printable(str(folder))} is a folder without recordings"
        raise WrongFiles(f"{named}: no file in it ends in .mp3, .wav, .mp4 or the like.")
    readable = [file for file, why in looked_at if not why]
    refused = (LeftOut(str(file.relative_to(folder)), why) for file, why in looked_at if why)
    return Found(
        tuple(LocalRecording(file, file.parent.relative_to(folder)) for file in readable),
        (*left_out, *refused),
    )


def _search(folder: Path) -> tuple[list[Path], list[LeftOut]]:
    """Files named like recordings, in order, and folders that can't be read."""
    files, failed = list[Path](), list[OSError]()
    for here, inner, names in os.walk(folder, onerror=failed.append):
        inner[:] = [name for name in inner if not name.startswith(".")]
        shown = (name for name in names if not name.startswith("."))
        files += (Path(here, name) for name in shown if Path(name).suffix.lower() in SUFFIXES)
    unreadable = [(Path(os.fsdecode(error.filename)), reason(error)) for error in failed]
    left_out = [
        LeftOut(str(inner.relative_to(folder)), f"{printable(str(inner))} can't be read: {why}.")
        for inner, why in unreadable
    ]
    return sorted(files), left_out


def _unreadable(file: Path) -> str | None:
    """Why a file of a folder is left out; None: it can be transcribed."""
    try:
        kind = _kind(file)
    except WrongFiles as error:
        return str(error)
    if not stat.S_ISREG(kind):
        return f"{printable(str(file))} is {_word(kind)}, not a recording."
    return None if os.access(file, os.R_OK) else f"{printable(str(file))} may not be read by you."


# ── Pipes ────────────────────────────────────────────────────────────────────────────────────────


def _standard_input(named: str) -> LocalRecording:
    try:
        kind = os.fstat(0).st_mode
    except OSError:
        kind = stat.S_IFCHR  # it is closed
    if stat.S_ISCHR(kind) or stat.S_ISDIR(kind):
        example = "ffmpeg … | fanscribe transcribe -"
        raise WrongFiles(
            f"{named} is standard input, and no recording is piped into it: {example}",
        )
    return LocalRecording(Path("/dev/stdin"), called="stdin", piped=True)


@contextmanager
def at_hand(recording: LocalRecording) -> Iterator[Path]:
    """The file of a recording; of what comes through a pipe, a temporary one. Raises OSError."""
    if not recording.piped:
        yield recording.file
        return
    with tempfile.TemporaryDirectory(prefix="fanscribe-") as folder:
        file = Path(folder) / "recording"
        source = 0 if recording.called == "stdin" else recording.file
        with open(source, "rb", closefd=source != 0) as pipe, file.open("wb") as kept:
            shutil.copyfileobj(pipe, kept, 1 << 20)
        yield file
