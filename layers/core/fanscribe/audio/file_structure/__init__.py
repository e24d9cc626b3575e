"""What a media file says about itself, read without decoding: whether its sound is encrypted, and
whether the file is as long as it says. Pure, and quick to import.

A file may claim anything. Little of it is read, whatever its bytes are (chunks.py has the bounds),
and nothing is said of a file that is not understood.

Not here, because they name no length in bytes and no encryption: Ogg, FLAC, FLV, MPEG program
streams, and bare aac, ac3 and amr.
"""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from fanscribe.audio.file_structure import asf, lengths, matroska, mp3, mp4, mpegts, wav
from fanscribe.audio.file_structure.chunks import Reader, Unclear
from fanscribe.audio.file_structure.structure import Structure

__all__ = ["Structure", "read_structure"]


class Format(NamedTuple):
    """A format: what reads it, and how its files begin."""

    read: Callable[[Reader], Structure]
    begins: tuple[bytes, ...] = (b"",)
    kind: tuple[bytes, ...] = (b"",)
    kind_at: int = 8

    def is_of(self, head: bytes) -> bool:
        return head.startswith(self.begins) and head.startswith(self.kind, self.kind_at)


FORMATS = (
    Format(mp4.read, kind=mp4.FIRST_BOXES, kind_at=4),
    Format(wav.read_riff, (b"RIFF", b"RIFX", b"RF64", b"BW64"), (b"WAVE",)),
    Format(wav.read_w64, (wav.W64_BEGINS,)),
    Format(lengths.read_avi, (b"RIFF",), (b"AVI ",)),
    Format(lengths.read_aiff, (b"FORM",), (b"AIFF", b"AIFC")),
    Format(lengths.read_caf, (b"caff",)),
    Format(lengths.read_au, (b".snd",)),
    Format(matroska.read, (matroska.EBML,)),
    Format(asf.read, (asf.HEADER,)),
    Format(mp3.read, (b"ID3", b"\xff\xf2", b"\xff\xf3", b"\xff\xfa", b"\xff\xfb")),
    Format(mpegts.read),  # it has no signature, so it comes last
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
