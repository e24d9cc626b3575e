"""A transcript's cues: what stands on the screen, and when. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript, channel_label
from fanscribe.transcript.captions.cue_limits import SHORTEST_CUE, CueLimits
from fanscribe.transcript.captions.division import divide, runs
from fanscribe.transcript.captions.gaps import gaps
from fanscribe.transcript.captions.lines import broken
from fanscribe.transcript.captions.pieces import CaptionPiece, pieces_of
from fanscribe.transcript.captions.timing import times


class Cue(NamedTuple):
    """Text on the screen from `start` to `end` (ms), with its line breaks and without a label."""

    start: int
    end: int
    text: str
    channel: int | None = None


def cues(transcript: Transcript, output: OutputOptions, *, labelled: bool = False) -> list[Cue]:
    """Cues by their start. `labelled` leaves room for `label(cue)` in front of the text."""
    missing = gaps(transcript.ledger)
    shown: list[Cue] = []
    channels: Sequence[int | None] = channels_of(transcript) or [None]
    for channel in channels:
        indent = len(label(channel)) if labelled else 0
        screen = CueLimits(output.caption_line_length, output.caption_lines, indent)
        shown += _track(
            pieces_of(transcript, channel, missing, screen.room),
            screen,
            transcript.duration,
            channel,
        )
    return sorted(shown, key=lambda cue: cue.start)


def channels_of(transcript: Transcript) -> list[int]:
    """The channels that were transcribed each by itself; none where they were mixed.

    Also those on which nobody speaks.
    """
    return sorted({tile.channel for tile in transcript.ledger.tiles if tile.channel is not None})


def label(channel: int | None) -> str:
    """Label before a channel's words wherever people read them. A mix has none."""
    return "" if channel is None else f"{channel_label(channel)}: "


def _track(
    pieces: Sequence[CaptionPiece],
    screen: CueLimits,
    duration: int,
    channel: int | None,
) -> Iterator[Cue]:
    """A channel's cues: never over a pause or around a gap.

    They are as good as can be, or the fewest where time is short.
    """
    parted = list(runs(pieces))
    untils = [*(run[0].start for run in parted), duration][1:]
    timed = list(zip(parted, untils, strict=True))
    shown = [cue for run, until in timed for cue in divide(run, until, screen)]
    if len(shown) * SHORTEST_CUE > duration:
        shown = [cue for run, until in timed for cue in divide(run, until, screen, fewest=True)]
    for (start, end), cue in zip(times(shown, duration), shown, strict=True):
        yield Cue(start, end, broken(cue, screen), channel)
