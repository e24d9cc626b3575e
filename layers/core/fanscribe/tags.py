"""Bytes of a media file that are neither sound nor damage: tags among raw frames, chunks of a RIFF. Pure."""

import struct
from typing import BinaryIO

CHUNK = struct.Struct("<4sI")
MOST_STEPS = 100_000  # chunks or tags that are walked over: a hostile file may have millions


def foreign_bytes(file: BinaryIO, first: int, last: int) -> int:
    """Count the bytes of tags in [first, last) of a file of raw frames.

    ID3v2 (id3.org), ID3v1 (128 bytes), APEv2 and Lyrics3 lie between files that were joined.
    """
    place, found = first, 0
    for _ in range(MOST_STEPS):
        file.seek(place)
        size = min(_tag(file.read(32)), last - place)
        if size <= 0:
            return found
        place, found = place + size, found + size
    return found


def _tag(head: bytes) -> int:
    """The size of the tag that begins so; 0: none does."""
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 128:
        size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        return 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        size, flags = int.from_bytes(head[12:16], "little"), int.from_bytes(head[20:24], "little")
        return size + (32 if flags & 0x2000_0000 else 0)
    return 0


def is_riff_chunks(file: BinaryIO, first: int, last: int) -> bool:
    """Say whether the bytes between two chunks' data are whole chunks, up to the next one's header."""
    place = first
    for _ in range(MOST_STEPS):
        if last - CHUNK.size - 1 <= place <= last:
            return True
        file.seek(place)
        head = file.read(CHUNK.size)
        if len(head) < CHUNK.size:
            return False
        name, size = CHUNK.unpack(head)
        if name[:1] == b"\0":  # the byte that makes a chunk's length even
            place += 1
            continue
        if not name.replace(b" ", b"a").isalnum():
            return False
        place += CHUNK.size + 4 if name in {b"LIST", b"RIFF"} else CHUNK.size + size + size % 2
    return False
