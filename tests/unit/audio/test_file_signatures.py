"""A file that is no recording is called by its name; one that may be is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.file_signatures import HEAD, recognise, refuse_other_files
from fanscribe.errors import UnreadableRecording

POINTS = "upload the audio that it points to"
UNPACK = "unpack it, and upload the recording that is in it"
OTHER = "upload the recording itself"


@pytest.mark.parametrize(
    ("head", "kind", "advice"),
    [
        (b"#EXTM3U\n#EXTINF:1,\na.ts\n", "a playlist (HLS)", POINTS),
        (b"\xef\xbb\xbf\r\n #extm3u\n", "a playlist (HLS)", POINTS),
        (b"[playlist]\nFile1=http://a/b.mp3\n", "a playlist (PLS)", POINTS),
        (b"[Reference]\nRef1=http://a/b.asf\n", "a playlist (ASX)", POINTS),
        (b"<ASX version='3'><entry/></ASX>", "a playlist (ASX)", POINTS),
        (
            b'<?xml version="1.0"?>\n<playlist xmlns="http://xspf.org/ns/0/">',
            "a playlist (XSPF)",
            POINTS,
        ),
        (b'<smil><body><audio src="a"/></body></smil>', "a playlist (SMIL)", POINTS),
        (
            b'<?xml version="1.0"?><!-- x -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
            "a manifest (DASH)",
            POINTS,
        ),
        (b"<ns0:MPD>", "a manifest (DASH)", POINTS),
        (
            b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>',
            "a server's error message (XML)",
            "fetch the recording once more",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "a pointer of Git LFS",
            "fetch the recording itself",
        ),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0", "a shortcut (Windows)", POINTS),
        (
            b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X",
            "what macOS keeps beside a file (AppleDouble)",
            "upload the file of that name without ._",
        ),
        (b"<SmoothStreamingMedia>", "a manifest (Smooth Streaming)", POINTS),
        (b"<AssetMap>", "a manifest (IMF)", POINTS),
        (b"<rss version='2.0'>", "a feed", POINTS),
        (b"ffconcat version 1.0\nfile a.mp3\n", "a concat script", POINTS),
        (b"file 'a.mp3'\nfile 'b.mp3'\n", "a concat script", POINTS),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "a session description (SDP)", POINTS),
        (b"file:///etc/passwd\n", "a reference to another file", POINTS),
        (b"http://example.org/a.mp3", "a reference to another file", POINTS),
        (b"subfile,,start,0,end,10,,:/etc/passwd", "a reference to another file", POINTS),
        (b"concat:a.mp3|b.mp3", "a reference to another file", POINTS),
        (b"PK\x03\x04\x14\x00", "an archive (zip; Office documents are such)", UNPACK),
        (b"\x1f\x8b\x08\x00", "an archive (gzip)", UNPACK),
        (b"7z\xbc\xaf\x27\x1c\x00", "an archive (7z)", UNPACK),
        (b"Rar!\x1a\x07\x01\x00", "an archive (rar)", UNPACK),
        (b"\xfd7zXZ\x00\x00", "an archive (xz)", UNPACK),
        (b"BZh91AY&SY", "an archive (bzip2)", UNPACK),
        (b"talk.wav".ljust(257, b"\0") + b"ustar\x0000", "an archive (tar)", UNPACK),
        (b"%PDF-1.7\n", "a document (PDF)", OTHER),
        (b"<!DOCTYPE html>\n<body>", "a web page (HTML)", OTHER),
        (b"  <HTML><head>", "a web page (HTML)", OTHER),
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)", OTHER),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture (JPEG)", OTHER),
        (b"GIF89a", "a picture (GIF)", OTHER),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a picture (WebP)", OTHER),
        (b"\x00\x00\x00\x18ftypheic", "a picture (HEIC)", OTHER),
        (b"MThd\x00\x00\x00\x06", "a score (MIDI)", "render it to sound, and upload that"),
    ],
)
def test_each_is_called_what_it_is_and_what_to_do_is_said(
    head: bytes, kind: str, advice: str
) -> None:
    with pytest.raises(UnreadableRecording) as refused:
        refuse_other_files(head, "talk.mp3")
    assert str(refused.value) == f"talk.mp3 is {kind}, not a recording: {advice}."


@pytest.mark.parametrize(
    "head",
    [
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"RIFF\x24\x00\x00\x00AVI LIST",
        b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xd8\xff",
        b"\xff\xfb\x90\x64",
        b"\xff\xf1\x50\x80",
        b"fLaC\x00\x00\x00\x22",
        b"OggS\x00\x02",
        b"\x00\x00\x00\x20ftypM4A ",
        b"\x00\x00\x00\x20ftypmp42",
        b"\x1a\x45\xdf\xa3",
        b"FORM\x00\x00\x00\x00AIFF",
        b"caff\x00\x01",
        b"#!AMR\n",
        b".snd",
        b"",
        b"File one was recorded by me. Data: none. v=0 it is.",
        b"<3 only words",
    ],
)
def test_what_may_be_a_recording_and_what_is_only_words_is_left_to_the_decoder(head: bytes) -> None:
    assert recognise(head) is None


@given(st.binary(max_size=HEAD))
def test_any_bytes_are_recognized_or_let_pass(head: bytes) -> None:
    assert recognise(head) is None or all(recognise(head) or ())
