"""Which format a file is of, and what it says about itself. Pure."""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from fanscribe.audio.file_structure import asf, lengths, matroska, mp3, mp4, mpegts, wav
from fanscribe.audio.file_structure.chunks import Reader, Unclear
from fanscribe.audio.file_structure.structure import Structure


class FileFormat(NamedTuple):
    """A format: what reads it, and how its files begin."""

    read: Callable[[Reader], Structure]
    begins: tuple[bytes, ...] = (b"",)
    kind: tuple[bytes, ...] = (b"",)
    kind_at: int = 8

    def is_of(self, head: bytes) -> bool:
        """True if a file that begins with `head` is of this format."""
        return head.startswith(self.begins) and head.startswith(self.kind, self.kind_at)


FORMATS = (
    FileFormat(mp4.read, kind=mp4.FIRST_BOXES, kind_at=4),
    FileFormat(wav.read_riff, (b"RIFF", b"RIFX", b"RF64", b"BW64"), (b"WAVE",)),
    FileFormat(wav.read_w64, (wav.W64_BEGINS,)),
    FileFormat(lengths.read_avi, (b"RIFF",), (b"AVI ",)),
    FileFormat(lengths.read_aiff, (b"FORM",), (b"AIFF", b"AIFC")),
    FileFormat(lengths.read_caf, (b"caff",)),
    FileFormat(lengths.read_au, (b".snd",)),
    FileFormat(matroska.read, (matroska.EBML,)),
    FileFormat(asf.read, (asf.HEADER,)),
    FileFormat(mp3.read, mp3.BEGINS),
    FileFormat(mpegts.read),  # it has no signature, so it comes last
)


def read_structure(file: BinaryIO, size: int) -> Structure:
    """Read what a file of `size` bytes says about itself.

    `file` can seek, and is left at any place. Whatever its bytes are, no error is raised.
    """
    reader = Reader(file, size)
    try:
        head = reader.read(0, 16)
        return next((form.read(reader) for form in FORMATS if form.is_of(head)), Structure())
    except Unclear:
        return Structure()
