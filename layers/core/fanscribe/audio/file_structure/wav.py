"""Wav: RIFF, RF64, BW64 and Sony's W64.

Specified in: Multimedia Programming Interface and Data Specifications 1.0 (RIFF), EBU Tech 3306
(RF64), ITU-R BS.2088 (BW64).
"""

from struct import Struct

from fanscribe.audio.file_structure.chunks import (
    IFF,
    RIFF,
    FileChunk,
    Plain,
    Reader,
    chunk_of,
    walk,
)
from fanscribe.audio.file_structure.lengths import read_before_sound
from fanscribe.audio.file_structure.structure import Structure

W64 = Plain(Struct("<16sQ"), aligned=8, counts_head=True)
W64_BEGINS = bytes.fromhex("726966662e91cf11a5d628db04c10000")
W64_DATA = b"data" + bytes.fromhex("f3acd3118cd100c04f8edb8a")
W64_HEADER = 40

# Chunks that may stand after the sound even where its own length is wrong: the sound has ended
# where its header says. Some programs put the tags of an mp3 there, which are no chunks.
FOLLOWERS = (b"LIST", b"id3 ", b"ID3", b"TAG", b"APETAGEX", b"bext", b"iXML", b"cue ", b"JUNK")

# Files are padded to blocks of up to 4 KiB, not always with one byte over and over. Less than that
# is no word: half a second of a telephone's 8 bits at 8 kHz.
LEAST_SURPLUS = 4096
PROBES = 16  # places at which a surplus is looked at


def read_riff(reader: Reader) -> Structure:
    """Read a RIFF, RIFX (the same, big-endian), RF64 or BW64 wav."""
    family = IFF if reader.read(0, 4) == b"RIFX" else RIFF
    long: int | None = None  # the length of the sound where 32 bits are too few for it
    for chunk in walk(reader, family.chunk, 12, reader.size):
        if chunk.kind == b"ds64":
            long = int.from_bytes(reader.read(chunk.start + 8, 8), "little")
        if chunk.kind == b"data":
            is_long = chunk.length is None and long is not None
            sound = chunk_of(b"data", chunk.start, long, reader) if is_long else chunk
            return _of_sound(reader, family, sound)
    return read_before_sound(reader, family)


def read_w64(reader: Reader) -> Structure:
    """Read a W64, whose kinds are GUIDs and whose lengths have 64 bits."""
    for chunk in walk(reader, W64.chunk, W64_HEADER, reader.size):
        if chunk.kind == W64_DATA:
            return _of_sound(reader, W64, chunk)
    return read_before_sound(reader, W64)


def _of_sound(reader: Reader, family: Plain, sound: FileChunk) -> Structure:
    if not sound.length:  # 0: written when the recording began, and never again
        return Structure()
    if missing := sound.missing(reader.size):
        return Structure(missing=missing)
    end = sound.end(reader.size)
    left = reader.size - end
    if left < LEAST_SURPLUS or reader.read(end, 8).startswith(FOLLOWERS):
        return Structure()
    places = (end, end + end % 2)  # some programs forget the padding
    if any(_are_chunks(reader, family, place) for place in places) or _is_filler(reader, end):
        return Structure()
    return Structure(surplus=left)


def _are_chunks(reader: Reader, family: Plain, at: int) -> bool:
    """Tell whether whole chunks reach from there to the end of the file, or nearly.

    A RIFF is none of them: it is a second wav, appended to the first.
    """
    for chunk in walk(reader, family.chunk, at, reader.size):
        named = family is W64 or (chunk.kind.isascii() and chunk.kind.decode().isprintable())
        another = chunk.kind in {b"RIFF", W64_BEGINS}
        if not named or another or chunk.length is None or chunk.missing(reader.size):
            break
        at = chunk.after
    return reader.size - at < LEAST_SURPLUS


def _is_filler(reader: Reader, start: int) -> bool:
    """Tell whether one byte is repeated to the end, as in space that was set aside, or on flash."""
    step = max(1, (reader.size - LEAST_SURPLUS - start) // (PROBES - 1))
    places = range(start, reader.size, step)[:PROBES]
    return len({byte for place in places for byte in reader.read(place, LEAST_SURPLUS)}) < 2
