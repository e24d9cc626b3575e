"""Facts on a file from its structure alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Structure:
    """A file's own statements. The defaults say nothing: the file is whole, or not known."""

    encrypted: str | None = None  # how its sound is, in words that fit "is encrypted (…)"
    missing: int = 0  # bytes that it promises beyond its end: it is cut off
    without_index: bool = False  # an mp4 whose table of contents (moov) is not there
    sound_end: int | None = None  # where the sound of an mp3 ends by its header; None: not known
    surplus: int = 0  # bytes of sound after the end of a wav's `data`: its header names too few
