r"""Names of files: their stems, and names that are no text made fit for people, keys and JSON.

A name is bytes; Python has those of it that are no UTF-8 as surrogates. People and S3 get them as
`\xe9` instead, and a key can be turned back into the name.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# Files that FFmpeg opens and people record, by the end of the name: .3ga is Samsung's, .3gpp older
# Android's, .qta Apple's voice memos', .weba Chrome's, .mpga what mp3 is named after its type. Not
# .ts: more of those are programs than films.
SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("3ga", "3gp", "3gpp", "aac", "ac3", "aif", "aiff", "amr", "ape", "au", "avi", "awb"),
        *("caf", "flac", "flv", "m4a", "m4b", "m4v", "mka", "mkv", "mov", "mp2", "mp3", "mp4"),
        *("mpeg", "mpg", "mpga", "mts", "oga", "ogg", "ogv", "opus", "qta", "w64", "wav", "wave"),
        *("weba", "webm", "wma", "wmv"),
    )
)
# All that is no part of a name. These are too rare, or mean too much else, to be searched for.
MEDIA = SUFFIXES | frozenset(
    f".{name}"
    for name in (
        *("3g2", "aifc", "asf", "ds2", "dss", "dts", "dv", "eac3", "f4v", "gsm", "m2ts", "m2v"),
        *("m4r", "mp1", "mpa", "mpc", "mxf", "nut", "qt", "ra", "rm", "rmvb", "snd", "spx", "ts"),
        *("tta", "vob", "voc", "wv"),
    )
)

LONGEST = 255  # bytes in a name, on almost every file system
LONGEST_ENDING = len(
    ".incomplete.transcribe.json"
)  # longest of the files that are written for a recording
MARK = len("~012345")

NO_TEXT = re.compile(r"[\x00-\x1f\x7f\udc80-\udcff\ufffe\uffff]")  # nor can XML hold them
SURROGATE = re.compile(r"[\ud800-\udfff]")


def stem(name: str) -> str:
    """The name that all files of a recording share, before their own ending.

    Only a media suffix is left out: `1.1 Lesson name` is a whole name. A name too long for a file
    system is cut, and gets a digest.
    """
    before, dot, suffix = name.rpartition(".")
    whole = before if before.strip(".") and f"{dot}{suffix}".lower() in MEDIA else name
    data = whole.encode(errors="surrogateescape")
    if len(data) <= LONGEST - LONGEST_ENDING:
        return whole
    mark = hashlib.sha256(data).hexdigest()[: MARK - 1]
    return f"{_begun(whole, LONGEST - LONGEST_ENDING - MARK)}~{mark}"


def _begun(name: str, most: int) -> str:
    """As many characters of a name as `most` bytes hold."""
    sizes = (len(character.encode(errors="surrogateescape")) for character in name)
    end = room = 0
    for size in sizes:
        room += size
        if room > most:
            break
        end += 1
    return name[:end]


# ── Names that are no text ───────────────────────────────────────────────────────────────────────


def printable(text: str) -> str:
    """A name, or a line with names in it, as one line that a terminal shows as it is."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    if NO_TEXT.match(character):
        return _escaped(character)
    return character.encode("unicode_escape").decode()


def _escaped(character: str) -> str:
    data = character.encode(errors="surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in data)


def as_key(name: str) -> str:
    r"""A name as part of an S3 key, which is text: what is none, as `\xe9`."""
    unlike = re.sub(r"\\(?=x[0-9a-f]{2})", lambda _: r"\x5c", name)  # what only looks like it
    return NO_TEXT.sub(lambda match: _escaped(match[0]), unlike)


def from_key(key: str) -> str:
    """The name that `as_key` made that of."""
    escaped = re.compile(rb"\\x([0-9a-f]{2})")
    data = escaped.sub(lambda match: bytes.fromhex(match[1].decode()), key.encode())
    # no name leads out of its folder, even from a key that somebody else made up
    return data.decode(errors="surrogateescape").replace("/", "_").replace("\0", "_")


def json_line(document: Mapping[str, Any]) -> str:
    r"""One line of JSON. Bytes of a name that are no text are `\udce9`: Python, for one, has them
    back from that.
    """
    text = json.dumps(document, ensure_ascii=False)
    return SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
