"""MPEG transport streams (ISO/IEC 13818-1; the scrambling bits as in ETSI TS 101 154), M2TS too."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fanscribe.audio.file_structure.chunks import Reader
from fanscribe.audio.file_structure.structure import Structure

SYNC = 0x47
PACKET = 188
STEPS = (188, 192, 204)  # from packet to packet: plain; with times, as on disks; with parity
ALIKE = 5  # packets in a row by which a stream is known
READ = 512 << 10
PAT, FIRST_PID, NULL_PID = 0, 0x20, 0x1FFF  # what lies between them is sound, pictures or tables
PAT_TABLE, PMT_TABLE = 0, 2
SECTION = 4096 + 3  # bytes of a table's section, at most

# Sound, by its types in a PMT: MPEG-1 and -2, AAC (ADTS, LATM, raw), and AC-3, DTS-HD and the like
# as in ATSC A/53 and on Blu-ray. Those that others use for something else (0x80, 0x82, 0x86) are
# not here. Private data is sound where a descriptor says so (ETSI EN 300 468, annex D).
SOUND_TYPES = {0x03, 0x04, 0x0F, 0x11, 0x1C, 0x81, 0x83, 0x84, 0x85, 0x87}
PRIVATE = 0x06
SOUND_DESCRIPTORS = {0x6A, 0x7A, 0x7B, 0x7C, 0x81}  # AC-3, E-AC-3, DTS, AAC, AC-3
REGISTRATION = 0x05
SOUND_REGISTRATIONS = {b"Opus", b"AC-3", b"EAC3", b"DTS1", b"DTS2", b"DTS3", b"BSSD"}


class TransportPacket(NamedTuple):
    """A packet with a payload."""

    begins: bool  # a table, or a packet of a stream
    scrambled: bool
    payload: bytes


Packets = Mapping[int, list[TransportPacket]]  # by PID


def read(reader: Reader) -> Structure:
    """Read the beginning: it is scrambled where all its sound is, or all, if none is named."""
    packets = _packets(reader)
    tables = _program_tables(packets)
    pids = {pid for table in tables for pid in _sounds(table)}
    if not tables:
        pids = {pid for pid in packets if FIRST_PID <= pid < NULL_PID}
    scrambled = [_is_scrambled(packets[pid]) for pid in pids if pid in packets]
    return Structure("a scrambled transport stream" if scrambled and all(scrambled) else None)


def _packets(reader: Reader) -> Packets:
    """Read the packets by their PIDs; none where the file is no transport stream."""
    found: dict[int, list[TransportPacket]] = defaultdict(list)
    start, step = _rhythm(reader.read(0, max(STEPS) * (ALIKE + 1)))
    data = reader.read(start, READ) if step else b""
    for at in range(0, len(data) - PACKET + 1, step or 1):
        sync, first, pid, flags = data[at : at + 4]
        skipped = 4 + (1 + data[at + 4] if flags & 0x20 else 0)  # an adaptation field
        if sync == SYNC and flags & 0x10:
            packet = TransportPacket(
                first & 0x40 > 0, flags & 0x80 > 0, data[at + skipped : at + PACKET]
            )
            found[(first & 0x1F) << 8 | pid].append(packet)
    return found


def _rhythm(head: bytes) -> tuple[int, int]:
    """Find where the first packet begins, and how far it is to the next; 0 where there are none."""
    for step in STEPS:
        for start in range(step):
            if head[start : start + step * ALIKE : step] == bytes([SYNC]) * ALIKE:
                return start, step
    return 0, 0


def _is_scrambled(packets: list[TransportPacket]) -> bool:
    """Tell whether most are: a damaged packet can look like it."""
    return 2 * sum(packet.scrambled for packet in packets) > len(packets)


def _program_tables(packets: Packets) -> list[bytes]:
    """Read the program map tables that the program association table names."""
    association = _section(packets.get(PAT, []), PAT_TABLE)
    entries = (association[at : at + 4] for at in range(8, len(association) - 7, 4))
    pids = {int.from_bytes(entry[2:]) & 0x1FFF for entry in entries if any(entry[:2])}
    tables = (_section(packets.get(pid, []), PMT_TABLE) for pid in pids)
    return [table for table in tables if table]


def _section(packets: list[TransportPacket], table: int) -> bytes:
    """Gather a PID's first whole section; nothing where it is not of that table."""
    section = b""
    for packet in packets:
        if packet.begins:
            section = packet.payload[1 + (packet.payload[:1] or b"\0")[0] :]  # after a pointer
        elif 0 < len(section) < SECTION:
            section += packet.payload
        length = 3 + (int.from_bytes(section[1:3]) & 0x0FFF)
        if len(section) >= max(length, 12) and section[0] == table:
            return section[:length]
    return b""


def _sounds(table: bytes) -> Iterator[int]:
    """Read the PIDs of the sound that a program map table names."""
    at = 12 + (int.from_bytes(table[10:12]) & 0x0FFF)
    while at + 5 <= len(table) - 4:  # a checksum ends it
        length = int.from_bytes(table[at + 3 : at + 5]) & 0x0FFF
        descriptors = table[at + 5 : at + 5 + length]
        if table[at] in SOUND_TYPES or (table[at] == PRIVATE and _names_sound(descriptors)):
            yield int.from_bytes(table[at + 1 : at + 3]) & 0x1FFF
        at += 5 + length


def _names_sound(descriptors: bytes) -> bool:
    while len(descriptors) >= 2:
        tag, length = descriptors[:2]
        if tag in SOUND_DESCRIPTORS:
            return True
        if tag == REGISTRATION and descriptors[2:6] in SOUND_REGISTRATIONS:
            return True
        descriptors = descriptors[2 + length :]
    return False
