"""ASF: WMA and WMV (Advanced Systems Format Specification, revision 01.20)."""

from collections.abc import Iterator
from struct import Struct

from fanscribe.audio.file_structure.chunks import FileChunk, Plain, Reader, chunk_of, walk
from fanscribe.audio.file_structure.structure import Structure

ASF = Plain(Struct("<16sQ"), counts_head=True)

# GUIDs, as they are written: the first three numbers are little-endian
HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
HEADER_EXTENSION = bytes.fromhex("b503bf5f2ea9cf118ee300c00c205365")
FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
STREAM_PROPERTIES = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
AUDIO_MEDIA = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
ENCRYPTION = {
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),  # Content Encryption
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),  # Extended Content Encryption
    bytes.fromhex("338505438169e6499b74ad12cb86d58c"),  # Advanced Content Encryption
}

# Places in an object's content, and what stands before the objects in the two headers
FILE_SIZE, FILE_FLAGS, BROADCAST = 16, 64, 1
STREAM_FLAGS, ENCRYPTED = 48, 1 << 15
FIELDS, EXTENSION_FIELDS = 6, 22


def read(reader: Reader) -> Structure:
    """Read the header's objects. A stream is encrypted where an object says how, and flags whose.

    Where no stream has the flag, all are taken for encrypted.
    """
    protected, flagged, missing = False, set[bytes](), 0
    for part in _objects(reader):
        protected = protected or part.kind in ENCRYPTION
        if part.kind == FILE_PROPERTIES:
            missing = _missing(reader, part)
        if part.kind == STREAM_PROPERTIES and _number(reader, part, STREAM_FLAGS, 2) & ENCRYPTED:
            flagged.add(reader.read(part.start, 16))
    encrypted = protected and (AUDIO_MEDIA in flagged or not flagged)
    return Structure(encrypted="Windows Media DRM" if encrypted else None, missing=missing)


def _objects(reader: Reader) -> Iterator[FileChunk]:
    """Go through the header's objects, and those of its extension."""
    top = ASF.chunk(reader, 0)
    end = top.end(reader.size) if top else 0
    for part in walk(reader, ASF.chunk, ASF.head.size + FIELDS, end):
        yield part
        if part.kind == HEADER_EXTENSION:
            start = part.start + EXTENSION_FIELDS
            yield from walk(reader, ASF.chunk, start, part.end(reader.size))


def _missing(reader: Reader, properties: FileChunk) -> int:
    """Count what the file lacks of its own size, which a broadcast does not know."""
    if _number(reader, properties, FILE_FLAGS, 4) & BROADCAST:
        return 0
    whole = chunk_of(HEADER, 0, _number(reader, properties, FILE_SIZE, 8), reader)
    return whole.missing(reader.size)


def _number(reader: Reader, part: FileChunk, at: int, width: int) -> int:
    return int.from_bytes(reader.exactly(part.start + at, width), "little")
