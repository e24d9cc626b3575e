"""Bare mp3, whose first frame may say how long the file is: in a Xing or Info tag, or in a VBRI tag.

The Xing header as LAME writes it (gabriel.mp3-tech.org/mp3infotag.html); VBRI is Fraunhofer's. A file to
which another was joined is longer than that, and lacks nothing.
"""

from fanscribe.file_structure.chunks import Reader
from fanscribe.file_structure.structure import Structure

ID3_HEADER = 10
FIRST_FRAME = 192  # bytes of it in which the tag stands, whatever the version and the channels are
HAS_FRAMES, HAS_BYTES = 1, 2


def read(reader: Reader) -> Structure:
    """Read an mp3, with an ID3v2 tag before it or not."""
    start = _sound_begins(reader)
    frame = reader.read(start, FIRST_FRAME)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return Structure()
    promised = _promised(frame)
    return Structure(missing=max(0, start + promised - reader.size) if promised else 0)


def _sound_begins(reader: Reader) -> int:
    head = reader.read(0, ID3_HEADER)
    if not head.startswith(b"ID3") or len(head) < ID3_HEADER or max(head[6:10]) > 127:
        return 0
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return ID3_HEADER + size + (ID3_HEADER if head[5] & 0x10 else 0)


def _promised(frame: bytes) -> int:
    """Bytes of sound, with the frame that says so; 0: it does not say."""
    for name in (b"Xing", b"Info"):
        at = frame.find(name)
        if at > 0 and len(frame) >= at + 16 and frame[at + 7] & HAS_BYTES:
            at += 12 if frame[at + 7] & HAS_FRAMES else 8
            return int.from_bytes(frame[at : at + 4], "big")
    if frame[36:40] == b"VBRI":
        return int.from_bytes(frame[46:50], "big")
    return 0
