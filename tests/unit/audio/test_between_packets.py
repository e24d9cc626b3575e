"""Bytes between two packets are whole if tags, chunks or packets fill them to the last one."""

import io
import struct

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.between_packets import AT_ONCE, filler_from, foreign_bytes, is_whole
from fanscribe.audio.file_structure.chunks import are_riff_chunks

contents = st.lists(st.binary(max_size=60), min_size=1, max_size=5)


def id3(content: bytes, *, footer: bool = False) -> bytes:
    """A tag of ID3v2: its length is four times seven bits, without head and footer."""
    size = bytes(len(content) >> shift & 127 for shift in (21, 14, 7, 0))
    flags, end = (b"\x10", b"3DI" + bytes(7)) if footer else (b"\0", b"")
    return b"ID3\x04\0" + flags + size + content + end


def ape(content: bytes) -> bytes:
    """A tag of APEv2 with a head of 32 bytes, which its length leaves out."""
    head = b"APETAGEX" + struct.pack("<4I", 2000, len(content), 0, 0x2000_0000)
    return head + bytes(8) + content


tags = st.one_of(
    st.builds(id3, st.binary(max_size=300), footer=st.booleans()),
    st.builds(ape, st.binary(max_size=60)),
    st.just(b"TAG" + bytes(125)),
)


@given(st.lists(tags, max_size=4), st.binary(max_size=20))
def test_tags_one_after_the_other_are_counted_and_nothing_behind_them(
    found: list[bytes], frames: bytes
) -> None:
    whole, head = b"".join(found), b"\xff\xfb" + bytes(40)
    file = io.BytesIO(b"frame" + whole + head + frames)
    assert foreign_bytes(file, 5, 5 + len(whole) + len(head) + len(frames)) == len(whole)


def test_a_tag_that_claims_more_than_there_is_ends_with_the_stretch() -> None:
    assert foreign_bytes(io.BytesIO(id3(bytes(100))), 0, 50) == 50


@given(
    st.binary(max_size=40),
    st.sampled_from([b"\0", b"\xff", b"\xaa"]),
    st.sampled_from([0, 1, 2, 500, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE]),
)
def test_one_byte_that_is_repeated_to_the_end_is_filler(
    begin: bytes, byte: bytes, count: int
) -> None:
    data = begin + byte * count
    expected = len(data.rstrip(data[-1:])) if data else 0
    assert filler_from(io.BytesIO(data), len(data)) == expected


@given(contents, st.integers(0, 1))
def test_flv_tags_are_whole_and_no_longer_if_one_of_them_is_cut(
    bodies: list[bytes], cut: int
) -> None:
    tag = b"".join(
        b"\x09" + len(body).to_bytes(3, "big") + bytes(7) + body + bytes(4) for body in bodies
    )
    file = io.BytesIO(tag[: len(tag) - cut] + b"\x08")
    assert is_whole("flv", file, 0, len(tag) - cut) is (cut == 0)
    assert not is_whole("flv", io.BytesIO(b"\x07" + tag[1:]), 0, len(tag)), "no kind of tag"


@given(st.integers(1, 6), st.data())
def test_transport_packets_are_whole_if_each_begins_with_its_mark(
    count: int, data: st.DataObject
) -> None:
    packets = bytearray((b"\x47" + bytes(187)) * (count + 1))
    last = 188 * count
    assert is_whole("mpegts", io.BytesIO(packets), 0, last)
    packets[188 * data.draw(st.integers(0, count - 1))] = 0
    assert not is_whole("mpegts", io.BytesIO(packets), 0, last)
    packets[last] = 0
    assert is_whole("mpegts", io.BytesIO(packets), 0, last), "its packets are not of 188 bytes"


def test_a_format_that_is_not_known_is_taken_for_whole() -> None:
    assert is_whole("matroska,webm", io.BytesIO(b"noise"), 0, 5)


@given(contents, st.booleans())
def test_riff_chunks_are_whole_with_their_padding_up_to_the_next_head(
    bodies: list[bytes], padded: bool
) -> None:
    chunks = b"".join(
        b"00dc" + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for body in bodies
    )
    listed = b"LIST" + struct.pack("<I", 4 + len(chunks)) + b"rec " + chunks
    before = b"\0" if padded else b""  # the end of the chunk before
    file = io.BytesIO(before + listed + b"01wb" + bytes(4))
    last = len(before + listed)
    assert are_riff_chunks(file, 0, last)
    assert are_riff_chunks(file, 0, last + 8), "up to the next one's data"
    noise = io.BytesIO(before + b"\xff\xfe" + listed[2:])
    assert not are_riff_chunks(noise, 0, last)
    assert not are_riff_chunks(io.BytesIO(before + listed), 0, last + 100), "the file ends before"
