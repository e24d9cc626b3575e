"""MP4, MOV, M4A and 3GP (ISO/IEC 14496-12, QuickTime File Format), whole or in fragments."""

from collections.abc import Iterator
from struct import Struct, iter_unpack, unpack_from

from fanscribe.audio.file_structure.chunks import FileChunk, Reader, chunk_of, find, walk, within
from fanscribe.audio.file_structure.structure import Structure

# The boxes that a file is made of. The length of no other is believed: what follows the last box
# may be anything, such as the tag of an mp3.
FIRST_BOXES = tuple(b"ftyp styp moov mdat moof sidx free skip wide pnot uuid".split())
BOXES = {*FIRST_BOXES, b"mfra", b"meta", b"udta", b"emsg", b"prft"}

FTYP_HEAD = 8  # bytes before its content

# Sample entries that are encrypted in one way only. ISO's own, enca, names its scheme.
ENTRIES = {b"drms": "FairPlay", b"aavd": "Audible"}
# Types of schemes: ISO/IEC 23001-7, and those registered at mp4ra.org
SCHEMES = {
    **dict.fromkeys((b"cenc", b"cens", b"cbc1", b"cbcs"), "Common Encryption"),
    b"piff": "PlayReady",
    b"itun": "FairPlay",
    b"odkm": "OMA DRM",
    b"adkm": "Adobe DRM",
}
# Bytes before the boxes of an entry: of ISO's, and of QuickTime's versions 1 and 2
ENTRY_FIELDS = (28, 44, 64)
# An edit's length and where it begins in the track, in the list's two versions
EDITS = (Struct(">Ii4x"), Struct(">Qq4x"))
MOST_EDITS = 64  # that are looked at; programs write one or two


def read(reader: Reader) -> Structure:
    """Read the boxes: what is promised, what is there, and how the sound is encrypted."""
    kinds: set[bytes] = set()
    index: FileChunk | None = None
    missing = 0
    joined: list[int] = []
    for box in walk(reader, header, 0, reader.size):
        if box.kind not in BOXES:
            continue
        # FFmpeg goes on by itself with fragments, whose clock may go on, too
        if box.kind == b"ftyp" and {b"moov", b"mdat"} <= kinds and b"moof" not in kinds:
            joined.append(box.start - FTYP_HEAD)
        kinds.add(box.kind)
        missing = max(missing, box.missing(reader.size))
        if box.kind == b"sidx" and not box.missing(reader.size):
            missing = max(missing, _indexed(reader, box).missing(reader.size))
        if box.kind == b"moov" and index is None:
            index = box
    sounds = list(_sounds(reader, index)) if index else []
    cut = index is not None and index.missing(reader.size) > 0
    never = b"mdat" in kinds and not kinds & {b"moov", b"moof"}
    return Structure(
        encrypted=sounds[0] if sounds and all(sounds) else None,
        missing=missing,
        without_index=never or (cut and not sounds),
        without_beginning=b"moof" in kinds and index is None,
        joined=tuple(joined),
        endless=index is not None and _has_endless_edit(reader, index),
    )


def header(reader: Reader, at: int) -> FileChunk | None:
    """Read a box's header: 32 or 64 bits for its length, or 0 for all that follows."""
    head = reader.read(at, 16)
    if len(head) < 8:
        return None
    length, kind, start = int.from_bytes(head[:4]), head[4:8], at + 8
    if length == 0:
        return chunk_of(kind, start, None, reader)
    if length == 1:
        if len(head) < 16:
            return None
        length, start = int.from_bytes(head[8:]), at + 16
    return chunk_of(kind, start, at + length - start, reader) if at + length >= start else None


def _indexed(reader: Reader, sidx: FileChunk) -> FileChunk:
    """Read a segment index (14496-12, 8.16.3): the fragments that it lists, as one chunk."""
    head = reader.exactly(sidx.start, 32)
    layout, at, entries = (">Q2xH", 20, 32) if head[0] else (">I2xH", 16, 24)
    first, count = unpack_from(layout, head, at)
    listed = iter_unpack(">I8x", reader.exactly(sidx.start + entries, 12 * count))
    length = first + sum(each & 0x7FFF_FFFF for (each,) in listed)
    return chunk_of(b"", sidx.after, length, reader)


def _sounds(reader: Reader, index: FileChunk) -> Iterator[str | None]:
    """Say of each track of sound that can be played how it is encrypted; None: not at all."""
    for track in within(reader, header, index):
        handler = find(reader, header, track, b"mdia", b"hdlr")
        tables = find(reader, header, track, b"mdia", b"minf", b"stbl")
        if not handler or not tables or reader.read(handler.start + 8, 4) != b"soun":
            continue
        if track.missing(reader.size) and not _is_whole(reader, tables):
            continue
        kinds = find(reader, header, tables, b"stsd")
        entries = within(reader, header, kinds, 8) if kinds else ()
        yield next(filter(None, (_encryption(reader, entry) for entry in entries)), None)


def _has_endless_edit(reader: Reader, index: FileChunk) -> bool:
    """Tell whether an edit lasts 0: to the end of its track (14496-12, 8.6.6)."""
    for track in within(reader, header, index):
        edits = find(reader, header, track, b"edts", b"elst")
        head = reader.read(edits.start, 8) if edits else b""
        if edits and len(head) == 8:
            edit, count = EDITS[head[0] & 1], int.from_bytes(head[4:])
            listed = reader.read(edits.start + 8, edit.size * min(count, MOST_EDITS))
            whole = listed[: len(listed) // edit.size * edit.size]
            if any(lasts == 0 and begins >= 0 for lasts, begins in edit.iter_unpack(whole)):
                return True
    return False


def _is_whole(reader: Reader, tables: FileChunk) -> bool:
    """Tell whether the tables are there that say where each sample is, and how long it takes."""
    boxes = within(reader, header, tables)
    kinds = {box.kind for box in boxes if not box.missing(reader.size)}
    one_of = ({b"stsd"}, {b"stts"}, {b"stsc"}, {b"stsz", b"stz2"}, {b"stco", b"co64"})
    return all(kinds & names for names in one_of)


def _encryption(reader: Reader, entry: FileChunk) -> str | None:
    """Say how the samples of an entry are encrypted (14496-12, 8.12)."""
    if entry.kind in ENTRIES:
        return ENTRIES[entry.kind]
    for fields in ENTRY_FIELDS:
        for box in within(reader, header, entry, fields):
            scheme = find(reader, header, box, b"schm") if box.kind == b"sinf" else None
            if scheme:
                return SCHEMES.get(reader.read(scheme.start + 4, 4), "an unknown scheme")
    return "Common Encryption" if entry.kind == b"enca" else None
