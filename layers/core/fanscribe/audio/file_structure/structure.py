"""Facts on a file from its structure alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Structure:
    """A file's own statements. The defaults say nothing: the file is whole, or not known."""

    encrypted: str | None = None  # how its sound is, in words that fit "is encrypted (…)"
    missing: int = 0  # bytes that it promises beyond its end: it is cut off
    without_index: bool = False  # an mp4 whose table of contents (moov) is not there
    without_beginning: bool = False  # a piece of a streamed mp4, whose moov is in another one
    # an mp4 whose edit list has a segment without an end: FFmpeg would play none of it
    endless: bool = False
    joined: tuple[int, ...] = ()  # where other whole mp4 begin behind it
    behind: int = 0  # bytes behind the end that an mp3 names: another file, or no sound
    surplus: int = 0  # bytes of sound behind the end that a wav or a CAF names
