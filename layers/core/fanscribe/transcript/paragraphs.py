"""A transcript as people read it: segments and gaps in order, and the paragraphs that they make.

Pure.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fanscribe.transcript.build import Segment, Transcript
from fanscribe.transcript.captions.gaps import gaps

PARAGRAPH = 2_000  # ms of silence that begin a new paragraph


class Entry(NamedTuple):
    """A segment, or a gap where there is none. Times in ms."""

    start: int
    end: int
    text: str
    channel: int | None = None
    segment: Segment | None = None

    @property
    def missing(self) -> bool:
        """True if it is a gap."""
        return self.segment is None

    @property
    def speaker(self) -> int | None:
        """Number of who speaks; None in a gap, or where nobody knows."""
        return self.segment.speaker if self.segment else None


def entries(transcript: Transcript) -> list[Entry]:
    """Segments in the transcript's order, gaps where they are."""
    said = [
        Entry(segment.start, segment.end, segment.text, segment.channel, segment)
        for segment in transcript.segments
    ]
    unsaid = [Entry(gap.start, gap.end, gap.text, gap.channel) for gap in gaps(transcript.ledger)]
    return sorted([*said, *unsaid], key=lambda entry: (entry.start, entry.missing))


def paragraphs_of(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """A new one after PARAGRAPH of silence, for another channel or speaker, and for a gap."""
    paragraph: list[Entry] = []
    for entry in entries:
        if paragraph and _parted(paragraph[-1], entry):
            yield paragraph
            paragraph = []
        paragraph.append(entry)
    if paragraph:
        yield paragraph


def _parted(here: Entry, following: Entry) -> bool:
    return _voice(here) != _voice(following) or following.start - here.end >= PARAGRAPH


def _voice(entry: Entry) -> tuple[int | None, int | None, bool]:
    return entry.channel, entry.speaker, entry.missing
