"""Captions: a transcript as cues that can be read, by the custom of broadcasters (BBC, Netflix). Pure.

For every transcript and every choice of options:

- A cue has at most `caption_lines` lines of at most `caption_line_length` characters. Lines and cues break between words.
- A cue lasts from 1 to 7 seconds. It never overlaps the next of its channel, nor leaves the recording, nor the order of words.
- No cue reaches over a pause of a second, nor over a gap in the transcript. A gap is a cue that says so.

What gives way, in this order, where not all can be had:

- A word longer than a line is cut, without a hyphen; its time is shared out by characters.
- A word longer than 7 seconds has left the screen when it ends.
- Cues that begin less than a second apart are moved, none further than it must: they show a little early or late.
- Where not even the fewest possible cues have a second each in the whole recording, each gets the same share of it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript, channel_label
from fanscribe.transcript.captions.division import divide, runs
from fanscribe.transcript.captions.gaps import Gap, gaps
from fanscribe.transcript.captions.lines import broken
from fanscribe.transcript.captions.pieces import Piece, pieces_of, unbroken
from fanscribe.transcript.captions.screen import LONGEST_CUE, SHORTEST_CUE, Screen
from fanscribe.transcript.captions.timing import times

__all__ = ["LONGEST_CUE", "SHORTEST_CUE", "Cue", "Gap", "channels_of", "cues", "gaps", "label", "unbroken"]


class Cue(NamedTuple):
    """What stands on the screen from `start` to `end` (ms). `text` has its line breaks, and no label."""

    start: int
    end: int
    text: str
    channel: int | None = None


def cues(transcript: Transcript, output: OutputOptions, *, labelled: bool = False) -> list[Cue]:
    """In order of their start. `labelled` leaves room for `label(cue)` in front of the text."""
    missing = gaps(transcript.ledger)
    shown: list[Cue] = []
    channels: Sequence[int | None] = channels_of(transcript) or [None]
    for channel in channels:
        indent = len(label(channel)) if labelled else 0
        screen = Screen(output.caption_line_length, output.caption_lines, indent)
        shown += _track(pieces_of(transcript, channel, missing, screen.room), screen, transcript.duration, channel)
    return sorted(shown, key=lambda cue: cue.start)


def channels_of(transcript: Transcript) -> list[int]:
    """The channels that were transcribed each by itself, even those on which nobody speaks; none where they were mixed."""
    return sorted({tile.channel for tile in transcript.ledger.tiles if tile.channel is not None})


def label(channel: int | None) -> str:
    """What stands before the words of a channel wherever people read them; nothing where channels were mixed."""
    return "" if channel is None else f"{channel_label(channel)}: "


def _track(pieces: Sequence[Piece], screen: Screen, duration: int, channel: int | None) -> Iterator[Cue]:
    """A channel's cues: never over a pause or around a gap; as good as can be, or the fewest where time is short."""
    parted = list(runs(pieces))
    untils = [*(run[0].start for run in parted), duration][1:]
    shown = [cue for run, until in zip(parted, untils, strict=True) for cue in divide(run, until, screen)]
    if len(shown) * SHORTEST_CUE > duration:
        shown = [cue for run, until in zip(parted, untils, strict=True) for cue in divide(run, until, screen, fewest=True)]
    for (start, end), cue in zip(times(shown, duration), shown, strict=True):
        yield Cue(start, end, broken(cue, screen), channel)
