"""Where the files of a recording go, and what is in their way: found out before any work."""

import errno
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from fanscribe.documents.options import FORMATS, Format
from fanscribe.transcript.formats.writers import WRITERS
from fanscribe_local.client.file_errors import reason
from fanscribe_local.client.files import try_writing
from fanscribe_local.client.names import printable, stem
from fanscribe_local.client.recordings import LocalRecording, WrongFiles

INCOMPLETE = ".incomplete"  # in the names of what was kept of a transcript that lacks speech
REPORT = "report.html"
NO_ROOM = "no folder can be made there"

Spelling = Callable[[str], str]


class Place(NamedTuple):
    """A folder, and the name of the recording whose files go there. `within` is what people call
    it, where that is not the name alone.
    """

    folder: Path
    recording: str
    within: str | None = None

    @property
    def shown(self) -> str:
        """The recording, for people and scripts."""
        return self.within or self.recording

    def file(self, extension: str, *, whole: bool = True) -> Path:
        """The file of one format. One that is not `whole` says so in its name."""
        kept = "" if whole else INCOMPLETE
        return self.folder / f"{stem(self.recording)}{kept}.{extension}"

    def files(self, formats: Iterable[Format] = FORMATS, *, report: bool = True) -> list[Path]:
        """All that may be written there."""
        extensions = [WRITERS[name].extension for name in formats]
        written = [self.file(each, whole=whole) for whole in (True, False) for each in extensions]
        return [*written, self.file(REPORT)] if report else written


class Wanted(NamedTuple):
    """Files that one part of a call is to write. `shown` is its name in the call."""

    shown: str
    files: Sequence[Path]


class InTheWay(NamedTuple):
    """A recording that is not begun, as its files can't be written."""

    recording: LocalRecording
    message: str


def place_of(recording: LocalRecording, out: Path) -> Place:
    """The place of a recording's transcript under `out`."""
    return Place(out / recording.folder, recording.name, recording.within)


def check_folder(folder: Path, option: str) -> Spelling:
    """Find how names are compared in a folder that is to be written to. Raises WrongFiles.

    macOS, for one, takes `Talk` and `talk` for one name, and both ways to write an é.
    """
    try:
        alike = try_writing(folder)
    except OSError as error:
        why = NO_ROOM if error.errno == errno.ENOENT else reason(error)
        problem = f"{printable(str(folder))} can't be written to: {why}"
        raise WrongFiles(f"{problem}. {option} names another folder.") from None
    return (lambda name: normalize("NFC", name).casefold()) if alike else str


def check_targets(
    recordings: Sequence[LocalRecording],
    out: Path,
    formats: Iterable[Format],
    *,
    report: bool,
) -> list[InTheWay]:
    """Check that nothing is written over an input or twice, and that every folder can be written
    to.

    Raises WrongFiles. Returns the recordings that must be left out, though others need not be.
    """
    formats = tuple(formats)
    places = [place_of(recording, out) for recording in recordings]
    spellings = {place.folder: check_folder(place.folder, "--out") for place in places}
    files = (place.files(formats, report=report) for place in places)
    shown = (recording.shown for recording in recordings)
    wanted = [Wanted(*each) for each in zip(shown, files, strict=True)]
    check_apart(wanted, lambda file: spellings[file.parent](file.name))
    _check_inputs([recording.file for recording in recordings if not recording.piped], wanted)
    return [
        InTheWay(recording, f"{printable(str(file))} {why}, or name another folder with --out.")
        for recording, each in zip(recordings, wanted, strict=True)
        for file, why in _obstacles(each.files)
    ]


def check_apart(wanted: Iterable[Wanted], spelled: Callable[[Path], str]) -> None:
    """Check that no two write the same file. Raises WrongFiles."""
    each = list(wanted)
    taken: dict[tuple[Path, str], int] = {}  # by which of them
    folders: dict[Path, Path] = {}
    for number, (shown, files) in enumerate(each):
        for file in files:
            folder = folders.setdefault(file.parent, file.parent.resolve())
            before = taken.setdefault((folder, spelled(file)), number)
            if before != number:
                raise WrongFiles(_clash(each[before].shown, shown, file))


def _clash(one: str, other: str, file: Path) -> str:
    if one == other:
        return f"{printable(one)} is named twice. Name it once."
    return (
        f"{printable(one)} and {printable(other)} would both be written to {printable(str(file))}. "
        "Rename one of them, or do them one by one, each with an --out of its own."
    )


def _check_inputs(inputs: Iterable[Path], wanted: Iterable[Wanted]) -> None:
    """By what the file system knows them by: whatever links lead there, however it is spelled."""
    theirs = {(known.st_dev, known.st_ino) for known in (file.stat() for file in inputs)}
    for shown, files in wanted:
        for file in files:
            try:
                known = file.stat()
            except OSError:  # nothing is there, or nothing that could be an input
                continue
            if (known.st_dev, known.st_ino) in theirs:
                raise WrongFiles(
                    f"{printable(str(file))} is a recording of this call, and the transcript of "
                    f"{printable(shown)} would be written over it. Rename it, or name another "
                    "folder with --out."
                )


def _obstacles(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The first file that can't be written though its folder can."""
    for file in files:
        try:
            if stat.S_ISDIR(file.stat().st_mode):
                yield file, "is a folder: rename it"
                return
        except FileNotFoundError:
            continue
        except OSError as error:
            yield file, f"can't be written: {reason(error)}. Rename the recording"
            return
