"""Bare mp3, whose first frame may say how long the file is: in a Xing or Info tag, or in a VBRI
tag.

The Xing header as LAME writes it (gabriel.mp3-tech.org/mp3infotag.html); VBRI is Fraunhofer's. A
file to which another was joined is longer than that, and lacks nothing.
"""

from fanscribe.audio.between_packets import TAG_HEAD, tag_size
from fanscribe.audio.file_structure.chunks import Reader
from fanscribe.audio.file_structure.structure import Structure

# A tag, or a frame of layer III: of MPEG 2.5 (8 to 12 kHz), 2 and 1, with a checksum and without
BEGINS = (b"ID3", *(bytes([0xFF, second]) for second in (0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB)))
FIRST_FRAME = 192  # bytes of it in which the tag stands, whatever the version and the channels are
HAS_FRAMES, HAS_BYTES = 1, 2


def read(reader: Reader) -> Structure:
    """Read an mp3, with tags before it or not."""
    start = 0
    while size := tag_size(reader.read(start, TAG_HEAD)):
        start += size
    frame = reader.read(start, FIRST_FRAME)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return Structure()
    if not (promised := _promised(frame)):
        return Structure()
    end = start + promised
    return Structure(missing=max(0, end - reader.size), behind=max(0, reader.size - end))


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
