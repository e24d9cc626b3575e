"""Whatever happens to a recording's packets, its sound lies where the container's timestamps say.

A generated recording is four or five pieces of sound, each with a marker. Before each piece, and
in it, something happens. The recording as it was before gives the places; what happened moves them.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import (
    KINDS,
    Kind,
    Part,
    damaged,
    first_at,
    marked,
    moved,
    muxed,
    parts_of,
)
from tests.support.decoded_media import DecodedFile, decoded, decoded_both_ways
from tests.support.lanes import long_after

# More of them: MEDIA_SEEDS=50 pytest tests/media
SEEDS = range(int(os.environ.get("MEDIA_SEEDS", "2")))
WITHIN_S = 0.05
PIECE_S = (3.8, 5.0)
MARKER_S = (1.2, 1.8)  # into a piece


class Marked(NamedTuple):
    """A piece of sound, [begin, end), with a burst of a frequency (Hz) at a place."""

    begin: float
    end: float
    frequency: int
    marker: float


@dataclass
class Story:
    """What happened to a recording, and where its markers and its end must be for that (s)."""

    chance: random.Random
    kind: Kind
    whole: list[Part]
    events: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    pictures_s: float = 0
    stamped: float = 0  # how far the clock is from where it was,
    placed: float = 0  # and the sound
    shifts: dict[int, float] = field(default_factory=dict)  # by marker

    def __post_init__(self) -> None:
        self.began = max(self.whole[0].at, 0.0)  # an encoder's delay comes before

    def go_on(self, begin: float, end: float, frequency: int, marker: float) -> None:
        """Take the piece [begin, end), with its marker; make something happen to it."""
        piece = self.whole[first_at(self.whole, begin) if begin else 0 : first_at(self.whole, end)]
        if begin:
            self._come_to(piece[0], begin)
        elif self.chance.random() < 0.7:
            self._begin_late()
        self.shifts[frequency] = self.placed
        self.parts += moved(self._within(piece, marker + 0.6), self.stamped)

    def _begin_late(self) -> None:
        late = self.chance.uniform(0.2, 4)
        self.pictures_s = 1.0
        self.stamped = self.placed = late
        self.began += late
        self.events.append(f"late by {late:.3f}")

    def _come_to(self, first: Part, begin: float) -> None:
        what = self.chance.choice(["nothing", "gap", "overlap", "restart"])
        if what == "nothing" or (what != "gap" and not self.kind.backwards):
            return
        self.events.append(f"{what} at {begin:.3f}")
        if what == "restart":
            self.stamped = self.began - first.at
            if self.kind.format == "mp4":
                self.placed -= first.lasts  # FFmpeg's demuxer drops the packet with which it begins
            return
        step = self.chance.uniform(0.3, 6) if what == "gap" else -self.chance.uniform(0.1, 0.9)
        self.events[-1] += f" of {abs(step):.3f}"
        self.stamped, self.placed = self.stamped + step, self.placed + step

    def _within(self, piece: list[Part], place: float) -> list[Part]:
        what = self.chance.choice(["nothing", "lost", "noise", "twice"])
        first = first_at(piece, place)
        last = first_at(piece, place + self.chance.uniform(0.05, 0.8))
        if what != "nothing":
            self.events.append(f"{what} from {place:.3f}, {last - first} packets")
        if what == "lost":
            return piece[:first] + piece[last:]
        if what == "noise":
            noisy = [damaged(part, self.chance) for part in piece[first:last]]
            return piece[:first] + noisy + piece[last:]
        if what == "twice":
            again = moved(piece[first:], 0 if self.kind.backwards else 0.002)
            return piece[: first + 1] + again
        return piece


def a_recording(chance: random.Random, speech: Samples) -> tuple[Samples, list[Marked]]:
    """Sound in pieces, each with its marker."""
    pieces: list[Marked] = []
    end = 0.0
    for number in range(chance.choice([4, 5])):
        begin, end = end, end + chance.uniform(*PIECE_S)
        marker = round(begin + chance.uniform(*MARKER_S), 3)
        pieces.append(Marked(begin, end, 700 + 300 * number, marker))
    markers = {piece.frequency: piece.marker for piece in pieces}
    return marked(speech[: round(end * SAMPLE_RATE)], markers), pieces


def a_story(chance: random.Random, kind: Kind, whole: list[Part], pieces: list[Marked]) -> Story:
    story = Story(chance, kind, whole)
    for piece in pieces:
        story.go_on(*piece)
    return story


@pytest.mark.parametrize("seed", long_after(1, SEEDS))
@pytest.mark.parametrize("name", KINDS)
def test_sound_lies_where_the_timestamps_say_whatever_happened_to_it(
    tmp_path: Path, speech: Samples, name: str, seed: int
) -> None:
    chance, kind = random.Random(f"{name} {seed}"), KINDS[name]
    sound, pieces = a_recording(chance, speech)
    whole = parts_of(sound, kind)
    before = decoded(written(tmp_path / f"before.{name}", whole, kind))
    story = a_story(chance, kind, whole, pieces)
    path = written(tmp_path / f"after.{name}", story.parts, kind, story.pictures_s)
    was = before.places(*story.shifts)
    for how, after in decoded_both_ways(path).items():
        expect(story, how, after, was, before.seconds)


def written(path: Path, parts: Sequence[Part], kind: Kind, pictures_s: float = 0) -> Path:
    path.write_bytes(muxed(parts, kind, pictures_s))
    return path


def expect(
    story: Story, how: str, after: DecodedFile, was: dict[int, float | None], end: float
) -> None:
    found = (how, story.events, after.findings)
    for frequency, place in after.places(*was).items():
        right = (was[frequency] or -1) + story.shifts[frequency]
        assert place == pytest.approx(right, abs=WITHIN_S), (frequency, found)
    assert after.seconds == pytest.approx(end + story.placed, abs=WITHIN_S), found
