"""Matroska and WebM (RFC 8794, RFC 9559)."""

from fanscribe.audio.file_structure.chunks import FileChunk, Reader, chunk_of, find, walk, within
from fanscribe.audio.file_structure.structure import Structure

EBML = bytes.fromhex("1a45dfa3")
SEGMENT = bytes.fromhex("18538067")
TRACKS = bytes.fromhex("1654ae6b")
TRACK_ENTRY = b"\xae"
TRACK_TYPE, SOUND = b"\x83", 2
CONTENT_ENCODINGS = bytes.fromhex("6d80")
CONTENT_ENCRYPTION = bytes.fromhex("5035")
CONTENT_ENC_ALGO, NOT_ENCRYPTED = bytes.fromhex("47e1"), 0  # 0, its default: signed, not encrypted


def read(reader: Reader) -> Structure:
    """Read the first Segment; players read no other."""
    for element in walk(reader, header, 0, reader.size):
        if element.kind == SEGMENT:
            tracks = find(reader, header, element, TRACKS)
            encrypted = tracks is not None and _is_encrypted(reader, tracks)
            return Structure(
                encrypted="Matroska content encryption" if encrypted else None,
                missing=element.missing(reader.size),
            )
    return Structure()


def header(reader: Reader, at: int) -> FileChunk | None:
    """Read an element's ID and length. The length is not known where all its bits are ones."""
    head = reader.read(at, 12)
    width = _width(head[:1])
    if not 1 <= width <= 4:
        return None
    more = _width(head[width : width + 1])
    if not more or len(head) < width + more:
        return None
    ones = (1 << 7 * more) - 1
    length = int.from_bytes(head[width : width + more]) & ones
    start = at + width + more
    return chunk_of(head[:width], start, None if length == ones else length, reader)


def _width(first: bytes) -> int:
    """Count the bytes of a number by the zeros that it begins with. 0: there is none."""
    return 9 - first[0].bit_length() if first and first[0] else 0


def _is_encrypted(reader: Reader, tracks: FileChunk) -> bool:
    """Tell whether all sound is."""
    sounds = [
        _has_encryption(reader, track)
        for track in within(reader, header, tracks)
        if track.kind == TRACK_ENTRY and _number(reader, track, TRACK_TYPE) == SOUND
    ]
    return bool(sounds) and all(sounds)


def _has_encryption(reader: Reader, track: FileChunk) -> bool:
    all_encodings = find(reader, header, track, CONTENT_ENCODINGS)
    encodings = within(reader, header, all_encodings) if all_encodings else ()
    encryptions = (find(reader, header, each, CONTENT_ENCRYPTION) for each in encodings)
    algorithms = (_number(reader, each, CONTENT_ENC_ALGO) for each in encryptions if each)
    return any(algorithm != NOT_ENCRYPTED for algorithm in algorithms)


def _number(reader: Reader, parent: FileChunk, kind: bytes) -> int:
    """Read a number in an element; 0 where it is not there."""
    found = find(reader, header, parent, kind)
    return int.from_bytes(reader.read(found.start, min(8, found.length or 0))) if found else 0
