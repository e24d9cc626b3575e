"""A sound track of a media file, as every part of Fanscribe speaks of it."""

from dataclasses import dataclass

ALL = "all"  # tracks, each as a channel of its own
EMPTY_DB = -75  # dBFS of the loudest block; digital silence, or the noise of an open input


@dataclass(frozen=True)
class Track:
    """A sound track as the file describes it and as the decoder found it."""

    number: int  # from 1, among the tracks with sound
    codec: str | None  # None: FFmpeg knows no decoder for it
    channels: int = 1
    language: str | None = None  # as the file has it: `eng`, `en`, `fre`
    title: str | None = None
    default: bool = False  # players take it
    level: int | None = None  # dBFS of its loudest block; None: it was not decoded

    @property
    def empty(self) -> bool:
        """True if there is nothing to hear in it, as far as it was decoded."""
        return self.level is None or self.level <= EMPTY_DB

    def __str__(self) -> str:
        what = [self.language, f"“{self.title}”" if self.title else None]
        described = ", ".join(each for each in what if each)
        return f"track {self.number}" + (f" ({described})" if described else "")
