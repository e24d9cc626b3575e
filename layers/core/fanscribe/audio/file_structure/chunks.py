"""A file's bytes, read at places, and the chunks (boxes, objects, elements) that they make up.

Whatever a file claims, no more than READS places and BYTES bytes of it are read. A walk always
moves forward, and nothing here calls itself.
"""

from collections.abc import Callable, Iterator
from struct import Struct
from typing import BinaryIO, NamedTuple

READS = 100_000  # half a second; ten hours of mp4 in fragments of two seconds have 40,000 boxes
BYTES = 8 << 20
LARGEST = 1 << 44  # 16 TiB: a longer chunk was given a placeholder for its length

# Lengths that a program writes in 32 bits where it can't know the length, or can't come back to
# write it: FFmpeg -1, GStreamer 0x7fff0000 (wavenc), SoX 0x7ffff000 and, in an aiff, 0x7f000000,
# arecord 0x80000000. The second range may be true lengths of whole files.
UNKNOWN = range(0xFFFF_0000, 1 << 32)
UNKNOWN_IF_CUT = range(0x7F00_0000, 0x8000_0001)


class Unclear(Exception):
    """The file is not what its format says, or has too many parts. Nothing is said of it."""


class Reader:
    """The bytes of a file, at places."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self._reads, self._bytes = READS, BYTES

    def read(self, at: int, count: int) -> bytes:
        """Read the bytes there: fewer at the end of the file, none beyond it."""
        count = min(count, self.size - at)
        if count <= 0:
            return b""
        self._reads -= 1
        self._bytes -= count
        if self._reads < 0 or self._bytes < 0:
            raise Unclear
        self._file.seek(at)
        return self._file.read(count)

    def exactly(self, at: int, count: int) -> bytes:
        """Read exactly `count` bytes there, or raise Unclear."""
        data = self.read(at, count)
        if len(data) < count:
            raise Unclear
        return data


class FileChunk(NamedTuple):
    """A part of a file, as its own header describes it. It may reach beyond the file."""

    kind: bytes
    start: int  # of its content
    length: int | None  # of its content; None where that is not known, and it goes on to the end
    after: int  # where the next one begins

    def end(self, limit: int) -> int:
        """Find where its content ends, at `limit` at the latest."""
        return limit if self.length is None else min(limit, self.start + self.length)

    def missing(self, size: int) -> int:
        """Count the bytes that it promises beyond the end of a file of `size` bytes."""
        return 0 if self.length is None else max(0, self.start + self.length - size)


# reads the chunk at a place; None: there is none
Header = Callable[[Reader, int], FileChunk | None]


def walk(reader: Reader, header: Header, start: int, end: int) -> Iterator[FileChunk]:
    """Go through the chunks that begin in [start, end), as far as there are any."""
    end = min(end, reader.size)
    while start < end and (chunk := header(reader, start)):
        yield chunk
        start = chunk.after


def within(
    reader: Reader, header: Header, parent: FileChunk, skipped: int = 0
) -> Iterator[FileChunk]:
    """Go through the chunks in a chunk, after `skipped` bytes of its own."""
    return walk(reader, header, parent.start + skipped, parent.end(reader.size))


def find(reader: Reader, header: Header, parent: FileChunk, *path: bytes) -> FileChunk | None:
    """Find the first of a kind in a chunk, in that the first of the next kind, and so on."""
    found: FileChunk | None = parent
    for kind in path:
        if found is None:
            break
        children = within(reader, header, found)
        found = next((child for child in children if child.kind == kind), None)
    return found


def chunk_of(
    kind: bytes, start: int, length: int | None, reader: Reader, pad: int = 0
) -> FileChunk:
    """Make a chunk whose length may be a placeholder, or not known."""
    if length is None or not 0 <= length <= LARGEST:
        return FileChunk(kind, start, None, reader.size)
    return FileChunk(kind, start, length, start + length + pad)


class Plain(NamedTuple):
    """A family whose chunks begin with a kind and a length."""

    head: Struct
    aligned: int = 1  # a chunk is followed by padding up to a multiple of so many bytes
    counts_head: bool = False  # in the length

    def chunk(self, reader: Reader, at: int) -> FileChunk | None:
        """The chunk whose head is at the byte `at`; None if the file ends in it."""
        head = reader.read(at, self.head.size)
        if len(head) < self.head.size:
            return None
        kind, length = self.head.unpack(head)
        start = at + self.head.size
        if self.counts_head:
            length -= self.head.size
            if length < 0:
                return None
        if self.head.size == 8 and self._is_placeholder(length, reader.size - start):
            length = None
        return chunk_of(kind, start, length, reader, pad=-(length or 0) % self.aligned)

    def _is_placeholder(self, length: int, left: int) -> bool:
        return length in UNKNOWN or (length in UNKNOWN_IF_CUT and length > left)


RIFF = Plain(Struct("<4sI"), aligned=2)
IFF = Plain(Struct(">4sI"), aligned=2)
