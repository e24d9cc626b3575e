"""Reference clips of known voices: files, or times in the recording itself."""

import re
from typing import NamedTuple

from fanscribe import keys
from fanscribe.times import clock, from_clock


class ClipTimes(NamedTuple):
    """[start, end) in the recording, in ms."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{clock(self.start)}-{clock(self.end)}"


def times_of(clip: str) -> ClipTimes | None:
    """Times such as `0:12-0:31`; None for a file. Raises ValueError if they end too early."""
    match = re.fullmatch(r"\s*(\d[\d:.]*)\s*-\s*(\d[\d:.]*)\s*", clip)
    if match is None:
        return None
    times = ClipTimes(from_clock(match[1]), from_clock(match[2]))
    if times.start >= times.end:
        raise ValueError(f"{clip!r} ends before it begins")
    return times


def place_of(clip: str, bucket: str) -> str:
    """The URI of a clip that is a file: by itself it is a key of the recording's bucket."""
    return clip if clip.startswith("s3://") else keys.uri(bucket, clip)


def checked(clip: str) -> str:
    """Check a clip as it is given. Raises ValueError if it is neither times nor a file."""
    clip = clip.strip()
    if times_of(clip) is None and clip.startswith("s3://") and not re.match(keys.URI, clip):
        raise ValueError(f"{clip!r} is no s3://bucket/key")
    return clip
