"""Files that are no recordings. Each is recognized by its first kilobyte and refused as what it is.

FFmpeg would open what playlists, manifests and scripts point at; it is not given them. (It could
not: decoder.py gives it one file and no protocols.) Archives and pictures it would only call
invalid data.
"""

import re
from dataclasses import dataclass

from fanscribe.errors import UnreadableRecording

HEAD = 1024  # bytes that are looked at

POINTS = "upload the audio that it points to"
UNPACK = "unpack it, and upload the recording that is in it"
OTHER = "upload the recording itself"


@dataclass(frozen=True)
class FileSignature:
    """A kind of file, and what to do instead."""

    kind: str
    advice: str
    begins: bytes
    at: int = 0

    def is_in(self, head: bytes) -> bool:
        """True if a file that begins with `head` is of this kind."""
        return head.startswith(self.begins, self.at)


# Signatures: https://www.iana.org/assignments/media-types and each format's own specification
BINARY = (
    FileSignature("an archive (zip; Office documents are such)", UNPACK, b"PK\x03\x04"),
    FileSignature("an archive (zip, empty)", UNPACK, b"PK\x05\x06"),
    FileSignature("an archive (gzip)", UNPACK, b"\x1f\x8b\x08"),
    FileSignature("an archive (7z)", UNPACK, b"7z\xbc\xaf\x27\x1c"),
    FileSignature("an archive (rar)", UNPACK, b"Rar!\x1a\x07"),
    FileSignature("an archive (xz)", UNPACK, b"\xfd7zXZ\x00"),
    FileSignature("an archive (bzip2)", UNPACK, b"BZh"),
    FileSignature("an archive (zstd)", UNPACK, b"\x28\xb5\x2f\xfd"),
    FileSignature("an archive (tar)", UNPACK, b"ustar", at=257),
    FileSignature("a document (PDF)", OTHER, b"%PDF-"),
    FileSignature("a document (Office)", OTHER, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    FileSignature("a picture (PNG)", OTHER, b"\x89PNG\r\n"),
    FileSignature("a picture (JPEG)", OTHER, b"\xff\xd8\xff"),
    FileSignature("a picture (GIF)", OTHER, b"GIF8"),
    FileSignature("a picture (TIFF)", OTHER, b"II*\x00"),
    FileSignature("a picture (TIFF)", OTHER, b"MM\x00*"),
    FileSignature("a picture (WebP)", OTHER, b"WEBP", at=8),
    FileSignature("a picture (HEIC)", OTHER, b"ftyphei", at=4),
    FileSignature("a picture (HEIC)", OTHER, b"ftypmif1", at=4),
    FileSignature("a picture (AVIF)", OTHER, b"ftypavif", at=4),
    FileSignature("a picture (Photoshop)", OTHER, b"8BPS"),
    FileSignature("a score (MIDI)", "render it to sound, and upload that", b"MThd"),
    FileSignature("a shortcut (Windows)", POINTS, b"L\0\0\0\x01\x14\x02\0"),
    FileSignature(
        "what macOS keeps beside a file (AppleDouble)",
        "upload the file of that name without ._",
        b"\x00\x05\x16\x07",
    ),
)

# A text's first line, lower case
LINES = (
    ("a playlist (HLS)", POINTS, re.compile(r"#extm3u")),
    ("a playlist (PLS)", POINTS, re.compile(r"\[playlist\]")),
    ("a playlist (ASX)", POINTS, re.compile(r"\[reference\]")),
    ("a pointer of Git LFS", "fetch the recording itself", re.compile(r"version https://git-lfs")),
    ("a concat script", POINTS, re.compile(r"ffconcat version|file\s+('|\S+\s*$)")),
    ("a session description (SDP)", POINTS, re.compile(r"v=0\s*$")),
    (
        "a reference to another file",
        POINTS,
        re.compile(r"[a-z][a-z0-9+.-]*:/|(subfile|concatf?|crypto|data|pipe)[:,]\S"),
    ),
)

# The first element of XML or HTML, without its namespace
ELEMENTS = {
    "mpd": ("a manifest (DASH)", POINTS),
    "smoothstreamingmedia": ("a manifest (Smooth Streaming)", POINTS),
    "assetmap": ("a manifest (IMF)", POINTS),
    "compositionplaylist": ("a manifest (IMF)", POINTS),
    "playlist": ("a playlist (XSPF)", POINTS),
    "asx": ("a playlist (ASX)", POINTS),
    "smil": ("a playlist (SMIL)", POINTS),
    "rss": ("a feed", POINTS),
    "feed": ("a feed", POINTS),
    "error": ("a server's error message (XML)", "fetch the recording once more"),
    "html": ("a web page (HTML)", OTHER),
    "svg": ("a picture (SVG)", OTHER),
}


def refuse_other_files(head: bytes, name: str) -> None:
    """Raises UnreadableRecording if the file that begins with `head` is surely something else than
    a recording.
    """
    if found := recognise(head):
        kind, advice = found
        raise UnreadableRecording(f"{name} is {kind}, not a recording: {advice}.")


def recognise(head: bytes) -> tuple[str, str] | None:
    """The kind of file, and what to do instead. None if it may be a recording."""
    for signature in BINARY:
        if signature.is_in(head):
            return signature.kind, signature.advice
    text = head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n").lower()
    if text.startswith("<"):
        element = re.search(
            r"<(?:[a-z][\w.-]*:)?([a-z]\w*)", text.replace("<!doctype html", "<html")
        )
        return ELEMENTS.get(element[1]) if element else None
    first = text.partition("\n")[0]
    return next(((kind, advice) for kind, advice, line in LINES if line.match(first)), None)
