"""AVI, AIFF, CAF and AU, which say nothing here but their length."""

from struct import Struct

from fanscribe.audio.file_structure.chunks import IFF, RIFF, FileChunk, Plain, Reader, walk
from fanscribe.audio.file_structure.structure import Structure

CAF = Plain(Struct(">4sq"))  # -1: not known (Apple's Core Audio Format specification)
CAF_HEADER = 8
CAFF = b"caff"  # how a file begins: another is joined
CAF_SOUND = {b"data", b"pakt"}  # pakt: where its packets are
AU = Struct(">4sII")  # a signature, where the sound begins, and how long it is (SunOS, audio(5))
AU_UNKNOWN = 0xFFFF_FFFF


def read_avi(reader: Reader) -> Structure:
    """Read an AVI: one RIFF after another (OpenDML AVI File Format Extensions)."""
    missing = 0
    for riff in walk(reader, RIFF.chunk, 0, reader.size):
        if riff.kind != b"RIFF":
            break
        missing = riff.missing(reader.size)
    return Structure(missing=missing)


def read_aiff(reader: Reader) -> Structure:
    """Read an AIFF or AIFF-C (Apple's specifications of 1989 and 1991)."""
    for chunk in walk(reader, IFF.chunk, 12, reader.size):
        if chunk.kind == b"SSND":
            return Structure(missing=chunk.missing(reader.size))
    return read_before_sound(reader, IFF)


def read_before_sound(reader: Reader, family: Plain) -> Structure:
    """Read a file that ends before its sound: the length of the whole says what it lacks.

    Elsewhere that length is not believed: programs that add to a file, or take from it, forget it.
    """
    whole = family.chunk(reader, 0)
    return Structure(missing=whole.missing(reader.size) if whole else 0)


def read_caf(reader: Reader) -> Structure:
    """Read a CAF. Its packet table may follow its sound, and nothing plays without it."""
    chunks = list(walk(reader, CAF.chunk, CAF_HEADER, reader.size))
    promised = (chunk.missing(reader.size) for chunk in chunks if chunk.kind in CAF_SOUND)
    another = (reader.size - chunk.start + CAF.head.size for chunk in chunks if chunk.kind == CAFF)
    return Structure(missing=max(promised, default=0), surplus=next(another, 0))


def read_au(reader: Reader) -> Structure:
    """Read an AU: three numbers, then the sound."""
    _, start, length = AU.unpack(reader.exactly(0, AU.size))
    known = None if length == AU_UNKNOWN else length
    return Structure(missing=FileChunk(b".snd", start, known, reader.size).missing(reader.size))
