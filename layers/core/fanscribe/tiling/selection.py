"""The sound of a recording that is listened to: which track, mixed how, and how much louder for the
voice activity detection. Pure.

All three can only be known once a recording was decoded to its end. So it is decoded as usual
first, while its tracks and channels are measured. Where that shows that something else must be
taken, it is decoded once more. The choice depends on nothing but the recording and its options: not
on sections, nor on who decodes.
"""

from collections.abc import Collection, Sequence

import numpy as np

from fanscribe.audio.downmix import choose_downmix
from fanscribe.audio.tracks import choose_track
from fanscribe.documents.plan import Findings, Selection
from fanscribe.documents.track import Track
from fanscribe.tiling.frames import Frames

# dBFS of the loudest frames, below which Silero begins to miss speech; at -55 it hears none
QUIET_DB = -40
NORMAL_DB = -20  # the level that they are brought to: ordinary speech
NOTHING_DB = -90  # the last bits of 16: there is nothing to make louder
# one in this number of frames is among the loudest: two hundredths of a per cent would be clicks,
LOUDEST = 500
LEAST_LOUDEST = 31  # and so would be less than a second


def loudness(frames: Frames) -> int:
    """Measure how loud the loudest frames of a recording are, all channels together, in dBFS; -120:
    silence.
    """
    levels = np.sort(frames.values[:, 1].reshape(-1))[::-1]
    if not len(levels):
        return -120
    at = min(max(LEAST_LOUDEST, len(levels) // LOUDEST), len(levels) // 2)
    return round(max(-120.0, 20 * float(np.log10(max(levels[at], 1e-6)))))


def next_selection(
    taken: Selection, findings: Findings, loudest: int, tried: Collection[Selection] = ()
) -> Selection:
    """Say how the recording is to be decoded, given what was found when it was decoded as `taken`.

    `loudest` is its `loudness`. The same selection: nothing better is known. One that was `tried`
    before is not tried again.
    """
    better = _better(taken, findings, loudest)
    return taken if better in tried else better


def _better(taken: Selection, findings: Findings, loudest: int) -> Selection:
    if not taken.fixed and findings.track is not None:
        number = choose_track(findings.tracks)
        if number != findings.track:
            return Selection(track=str(number))
    downmix = choose_downmix(taken.downmix, findings.lost, findings.audible)
    if downmix != taken.downmix:
        return taken.model_copy(update={"downmix": downmix})
    if not taken.gain_db and NOTHING_DB < loudest < QUIET_DB:
        return taken.model_copy(update={"gain_db": NORMAL_DB - loudest})
    return taken


def together(every: Sequence[Findings], begins: Sequence[int]) -> Findings:
    """Put the findings of all sections together, in order.

    `begins` are the samples where they came to lie.
    """
    first = every[0]
    moved = [
        lost.model_copy(update={"start": lost.start + shift, "end": lost.end + shift})
        for each, shift in zip(
            every, (b - f.start for b, f in zip(begins, every, strict=True)), strict=True
        )
        for lost in each.undecodable
    ]
    return first.model_copy(
        update={
            "undecodable": tuple(sorted(moved, key=lambda lost: (lost.channel, lost.start))),
            "tracks": tuple(
                _loudest(tracks) for tracks in zip(*(each.tracks for each in every), strict=True)
            ),
            "lost": {name: sum(each.lost.get(name, 0.0) for each in every) for name in first.lost},
            "audible": sum(each.audible for each in every),
            "overlapped": sum(each.overlapped for each in every),
            "miscounted": max(each.miscounted for each in every),
            "unended": any(each.unended for each in every),
        }
    )


def _loudest(tracks: Collection[Track]) -> Track:
    return max(tracks, key=lambda track: -121 if track.level is None else track.level)
