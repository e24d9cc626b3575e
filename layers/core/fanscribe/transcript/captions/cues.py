"""A transcript's cues: what stands on the screen, and when. Pure."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.captions.cue_limits import SHORTEST_CUE, CueLimits
from fanscribe.transcript.captions.dialogue import DASH, Turns, in_dialogue
from fanscribe.transcript.captions.division import divide, runs
from fanscribe.transcript.captions.gaps import gaps
from fanscribe.transcript.captions.lines import broken, one_line
from fanscribe.transcript.captions.pieces import CaptionPiece, pieces_of
from fanscribe.transcript.captions.timing import times
from fanscribe.transcript.naming import Labels, labels_of

MARKS = len(": ")  # behind a name

Limits = Callable[[int | None], CueLimits]
"""The room for a cue of a speaker."""


class Reply(NamedTuple):
    """One line of another speaker."""

    text: str
    speaker: int | None


class Cue(NamedTuple):
    """Text on the screen from `start` to `end` (ms), with its line breaks and without a label."""

    start: int
    end: int
    text: str
    channel: int | None = None
    speaker: int | None = None
    reply: Reply | None = None  # where two share the cue, a line each


def cues(transcript: Transcript, output: OutputOptions, *, labelled: bool = False) -> list[Cue]:
    """Cues by their start. `labelled` leaves room for labels in front of the text."""
    missing = gaps(transcript.ledger)
    labels = caption_labels(transcript, output)
    shown: list[Cue] = []
    channels: Sequence[int | None] = channels_of(transcript) or [None]
    for channel in channels:

        def limits(speaker: int | None, of: int | None = channel) -> CueLimits:
            indent = len(labels.before(of, speaker)) if labelled else 0
            return CueLimits(output.caption_line_length, output.caption_lines, indent)

        shown += _track(
            pieces_of(transcript, channel, missing, lambda speaker: limits(speaker).room),
            limits,
            transcript.duration,
            channel,
        )
    return sorted(shown, key=lambda cue: cue.start)


def caption_labels(transcript: Transcript, output: OutputOptions) -> Labels:
    """Labels that leave half of a line to the words."""
    return labels_of(transcript)._replace(most=output.caption_line_length // 2 - MARKS)


def channels_of(transcript: Transcript) -> list[int]:
    """The channels that were transcribed each by itself; none where they were mixed.

    Also those on which nobody speaks.
    """
    return sorted({tile.channel for tile in transcript.ledger.tiles if tile.channel is not None})


def _track(
    pieces: Sequence[CaptionPiece],
    limits: Limits,
    duration: int,
    channel: int | None,
) -> Iterator[Cue]:
    """A channel's cues: never over a pause or around a gap.

    They are as good as can be, or the fewest where time is short.
    """
    shown = _divided(pieces, limits, duration)
    if len(shown) * SHORTEST_CUE > duration:
        shown = _divided(pieces, limits, duration, fewest=True)
    spans = times([list(chain.from_iterable(turns)) for turns in shown], duration)
    for (start, end), turns in zip(spans, shown, strict=True):
        first, *others = turns
        speaker = first[0].speaker
        text = one_line(first) if others else broken(first, limits(speaker))
        reply = Reply(one_line(others[0]), others[0][0].speaker) if others else None
        yield Cue(start, end, text, channel, speaker, reply)


def _divided(
    pieces: Sequence[CaptionPiece], limits: Limits, duration: int, *, fewest: bool = False
) -> list[Turns]:
    parted = list(runs(pieces))
    untils = [*(run[0].start for run in parted), duration][1:]
    shown = [
        cue
        for run, until in zip(parted, untils, strict=True)
        for cue in divide(run, until, limits(run[0].speaker), fewest=fewest)
    ]

    def fits(cue: Sequence[CaptionPiece]) -> bool:
        screen = limits(cue[0].speaker)
        return screen.lines > 1 and len(DASH) + len(one_line(cue)) <= screen.room

    return list(in_dialogue(shown, fits))
