"""Bytes between two packets of sound: tags, other streams, or damage. Pure.

Demuxers pass over what they don't understand, often without a word. So where time is missing, the
bytes are looked at: if they are whole, nothing was lost in the file, and a recorder or a network
lost it before.
"""

from typing import BinaryIO

TS_PACKET, TS_SYNC = 188, b"\x47"
TAG_HEAD = 32  # bytes by which a tag is known
AT_ONCE = 1 << 16  # bytes
MOST_STEPS = 100_000  # chunks or tags that are walked over: a hostile file may have millions


def foreign_bytes(file: BinaryIO, first: int, last: int) -> int:
    """Count the bytes of tags in [first, last) of a file of raw frames.

    ID3v2 (id3.org), ID3v1 (128 bytes) and APEv2 lie between files that were joined.
    """
    place, found = first, 0
    for _ in range(MOST_STEPS):
        file.seek(place)
        size = min(tag_size(file.read(TAG_HEAD)), last - place)
        if size <= 0:
            return found
        place, found = place + size, found + size
    return found


def tag_size(head: bytes) -> int:
    """Say how long the tag is that begins with these TAG_HEAD bytes; 0: none does."""
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 128:
        size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        return 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == TAG_HEAD:
        size, flags = int.from_bytes(head[12:16], "little"), int.from_bytes(head[20:24], "little")
        return size + (32 if flags & 0x2000_0000 else 0)
    return 0


def filler_from(file: BinaryIO, size: int) -> int:
    """Say where one byte begins that is repeated to the end of a file: space that was set aside."""
    place, last = size, b""
    while place:
        begin = max(0, place - AT_ONCE)
        file.seek(begin)
        data = file.read(place - begin)
        last = last or data[-1:]
        place = begin + len(data.rstrip(last))
        if place > begin:
            break
    return place


def is_whole(form: str, file: BinaryIO, first: int, last: int) -> bool:
    """Say whether the bytes from a packet to the next one of its track are as the format demands.

    `form` is FFmpeg's name for it. In formats not known here, they are taken for whole.
    """
    if form == "flv":
        return _are_flv_tags(file, first, last)
    if form == "mpegts":
        return _are_ts_packets(file, first, last)
    return True


def _are_flv_tags(file: BinaryIO, first: int, last: int) -> bool:
    """Tags of sound, pictures and data, one after the other (Adobe's FLV specification, E.4.1)."""
    place = first
    for _ in range(MOST_STEPS):
        if place >= last:
            return place == last
        file.seek(place)
        head = file.read(4)
        if len(head) < 4 or head[0] not in {8, 9, 18}:
            return False
        place += 11 + int.from_bytes(head[1:4], "big") + 4
    return True


def _are_ts_packets(file: BinaryIO, first: int, last: int) -> bool:
    """Packets of 188 bytes that begin with 0x47 (ISO/IEC 13818-1, 2.4.3.2); others than of 188 are
    not judged.
    """
    file.seek(max(first, last - TS_PACKET * MOST_STEPS))
    data = file.read(min(last - first, TS_PACKET * MOST_STEPS))
    begins = data[len(data) % TS_PACKET :: TS_PACKET]
    file.seek(last)
    if file.read(1) != TS_SYNC or not begins:
        return True
    return begins.count(TS_SYNC) == len(begins)
