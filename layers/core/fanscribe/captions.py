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

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

from fanscribe.contracts import Word
from fanscribe.ledger import Ledger
from fanscribe.options import OutputOptions
from fanscribe.times import clock, milliseconds
from fanscribe.transcript import CLOSERS, PAUSE, Transcript, channel_label, joined

SHORTEST_CUE = 1_000  # ms; Netflix asks for 5/6 of a second
LONGEST_CUE = 7_000  # ms, Netflix's
HESITATION = 250  # ms between words that make a better break than none
SHORT_WORD = 3  # letters; such are mostly articles and prepositions, which belong to what follows ("the / hill")

# What it costs to break behind a word: nothing where a segment ends.
AT_PUNCTUATION, AT_HESITATION, ANYWHERE, AFTER_SHORT_WORD = 1, 2, 4, 5
# What a cue costs besides; its fullness, squared, costs up to 1, so that cues of one sentence are of a length.
SEGMENT_END_INSIDE = 5
SECOND_MISSING = 10  # a second that it lacks of its shortest time
LONELY = 8  # the less of a quarter of the screen it fills, if it is a part of a sentence: "and why."
TOO_MANY = 1_000_000  # more than all else: for each cue, where only the fewest will do
# What a line costs: its fullness, squared, and a break at 6 % of what it costs between cues, so that balance counts for more.
LINE_BREAK = 0.06
TOP_HEAVY = 0.1  # each line's fullness weighs a little more than the next one's: rather the longer line below

UNSPACED = {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "FULLWIDTH", "HALFWIDTH", "THAI", "LAO", "KHMER", "MYANMAR"}
OPENING = {"Ps", "Pi"}  # Unicode's categories
FOLLOWING = {"Pe", "Pf", "Pd", "Po", "Mn", "Mc", "Me"}  # what no line begins with, if no space is before it


class Cue(NamedTuple):
    """What stands on the screen from `start` to `end` (ms). `text` has its line breaks, and no label."""

    start: int
    end: int
    text: str
    channel: int | None = None


class Gap(NamedTuple):
    """Speech from `start` to `end` (ms) that could not be transcribed."""

    start: int
    end: int
    channel: int | None = None

    @property
    def text(self) -> str:
        return f"[missing {clock(self.start)}-{clock(self.end)}]"


class _Piece(NamedTuple):
    """What stays on one line: a word with what clings to it, or as much of it as a line holds."""

    text: str
    start: int
    end: int
    spaced: bool  # a space parts it from the piece before it, if they share a line
    ends_segment: bool = False
    in_gap: bool = False


class _Screen(NamedTuple):
    width: int
    lines: int
    indent: int  # characters that a label takes of the first line

    @property
    def room(self) -> int:
        """What fits on every line."""
        return self.width - self.indent


def cues(transcript: Transcript, output: OutputOptions, *, labelled: bool = False) -> list[Cue]:
    """In order of their start. `labelled` leaves room for `label(cue)` in front of the text."""
    missing = gaps(transcript.ledger)
    shown: list[Cue] = []
    channels: Sequence[int | None] = channels_of(transcript) or [None]
    for channel in channels:
        indent = len(label(channel)) if labelled else 0
        screen = _Screen(output.caption_line_length, output.caption_lines, indent)
        shown += _track(_pieces(transcript, channel, missing, screen.room), screen, transcript.duration, channel)
    return sorted(shown, key=lambda cue: cue.start)


def channels_of(transcript: Transcript) -> list[int]:
    """The channels that were transcribed each by itself, even those on which nobody speaks; none where they were mixed."""
    return sorted({tile.channel for tile in transcript.ledger.tiles if tile.channel is not None})


def label(channel: int | None) -> str:
    """What stands before the words of a channel wherever people read them; nothing where channels were mixed."""
    return "" if channel is None else f"{channel_label(channel)}: "


def gaps(ledger: Ledger) -> list[Gap]:
    """Runs of failed tiles, channel by channel."""
    runs = (list(run) for _, run in groupby(ledger.tiles, key=lambda tile: (tile.channel, tile.state)))
    return [
        Gap(milliseconds(run[0].start), milliseconds(run[-1].end), run[0].channel) for run in runs if run[0].state == "failed"
    ]


# ── Pieces: what no line break parts ─────────────────────────────────────────────────────────────────────────────────


def unbroken(words: Iterable[Word], room: float = math.inf) -> Iterator[list[Word]]:
    """Words, together with what clings to them where that fits into `room`: Whisper has "well-known" and "3.5" as two."""
    group: list[Word] = []
    for word in words:
        if group and not (_clings(group[-1].text, word.text) and len(joined([*group, word])) <= room):
            yield group
            group = []
        if word.text.strip():
            group.append(word)
    if group:
        yield group


def _clings(before: str, after: str) -> bool:
    """No space is between them, and none of them is of a script that does without; or it is a mark that begins no line."""
    if before[-1].isspace() or after[:1].isspace():
        return False
    here, there = before[-1], after[:1] or " "
    if unicodedata.category(here) in OPENING or unicodedata.category(there) in FOLLOWING:
        return True
    return not (_unspaced(here) or _unspaced(there))


def _unspaced(character: str) -> bool:
    return unicodedata.name(character, "").split(" ")[0] in UNSPACED


def _pieces(transcript: Transcript, channel: int | None, missing: Iterable[Gap], room: int) -> list[_Piece]:
    """A channel's words and gaps, by time."""
    said = [_of_words(segment.words, room) for segment in transcript.segments if segment.channel == channel]
    unsaid = [_of_words(_said(gap), room) for gap in missing if gap.channel == channel]
    pieces = [piece for segment in said for piece in segment]
    pieces += [piece._replace(in_gap=True) for gap in unsaid for piece in gap]
    return sorted(pieces, key=lambda piece: (piece.start, piece.in_gap))


def _said(gap: Gap) -> list[Word]:
    """A gap as two words, which share the time that it may be on the screen."""
    first, second = gap.text.split(" ")
    end = min(gap.end, gap.start + LONGEST_CUE)
    middle = (gap.start + end) // 2
    return [
        Word(text=f" {first}", start=gap.start, end=middle, probability=1),
        Word(text=f" {second}", start=middle, end=end, probability=1),
    ]


def _of_words(words: Sequence[Word], room: int) -> list[_Piece]:
    """The pieces of one segment, which stands apart from others as it does in the transcript's text."""
    pieces = [piece for group in unbroken(words, room) for piece in _cut(group, room)]
    if pieces:
        pieces[0] = pieces[0]._replace(spaced=True)
        pieces[-1] = pieces[-1]._replace(ends_segment=True)
    return pieces


def _cut(words: Sequence[Word], room: int) -> Iterator[_Piece]:
    text = " ".join(joined(words).split())
    start, length = words[0].start, words[-1].end - words[0].start
    for first in range(0, len(text), room):
        last = min(first + room, len(text))
        spaced = first == 0 and words[0].text[0].isspace()
        yield _Piece(text[first:last].strip(), start + length * first // len(text), start + length * last // len(text), spaced)


# ── Cues: where they break ───────────────────────────────────────────────────────────────────────────────────────────


def _track(pieces: Sequence[_Piece], screen: _Screen, duration: int, channel: int | None) -> Iterator[Cue]:
    runs = list(_runs(pieces))
    untils = [*(run[0].start for run in runs), duration][1:]
    shown = [cue for run, until in zip(runs, untils, strict=True) for cue in _divided(run, until, screen)]
    if len(shown) * SHORTEST_CUE > duration:
        shown = [cue for run, until in zip(runs, untils, strict=True) for cue in _divided(run, until, screen, fewest=True)]
    for (start, end), cue in zip(_times(shown, duration), shown, strict=True):
        yield Cue(start, end, _text(cue, screen), channel)


def _runs(pieces: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """Parted at pauses and around gaps, which no cue may hold."""
    first = 0
    for i, (here, following) in enumerate(pairwise(pieces), start=1):
        if following.start - here.end >= PAUSE or here.in_gap != following.in_gap:
            yield pieces[first:i]
            first = i
    if pieces:
        yield pieces[first:]


def _divided(run: Sequence[_Piece], until: int, screen: _Screen, *, fewest: bool = False) -> list[Sequence[_Piece]]:
    """The cheapest way to divide a run into cues, of all ways: a shortest path. `until` is when the next run begins."""
    starts = [*(piece.start for piece in run), until]
    breaks = _reluctances(run)
    best: list[tuple[float, int]] = [(0, 0)] + [(math.inf, 0)] * len(run)  # up to each piece: cost, and the last cue's first
    for first in range(len(run)):
        ends_inside = 0
        for last, fullness in _reach(run, first, screen):
            whole = run[last - 1].ends_segment and (first == 0 or run[first - 1].ends_segment)
            cost = (
                TOO_MANY * fewest
                + breaks[last - 1]
                + fullness**2
                + SEGMENT_END_INSIDE * ends_inside
                + SECOND_MISSING * max(0, SHORTEST_CUE - (starts[last] - starts[first])) / 1000
                + (0 if whole else LONELY * max(0, 1 - 4 * fullness))
            )
            best[last] = min(best[last], (best[first][0] + cost, first))
            ends_inside += run[last - 1].ends_segment
    return _followed_back(run, [first for _, first in best])


def _followed_back(run: Sequence[_Piece], origins: Sequence[int]) -> list[Sequence[_Piece]]:
    cues, last = [], len(run)
    while last:
        cues.append(run[origins[last] : last])
        last = origins[last]
    return cues[::-1]


def _reluctances(pieces: Sequence[_Piece]) -> list[int]:
    """How little each piece invites to break behind it."""
    return [*(_reluctance(here, following) for here, following in pairwise(pieces)), 0]


def _reluctance(here: _Piece, following: _Piece) -> int:
    if here.ends_segment:
        return 0
    if unicodedata.category((here.text.rstrip(CLOSERS) or here.text)[-1]) in {"Po", "Pd"}:
        return AT_PUNCTUATION
    if following.start - here.end >= HESITATION:
        return AT_HESITATION
    return AFTER_SHORT_WORD if following.spaced and len(here.text) <= SHORT_WORD else ANYWHERE


def _reach(run: Sequence[_Piece], first: int, screen: _Screen) -> Iterator[tuple[int, float]]:
    """Behind which pieces a cue that begins with `first` may end, and how full it is then. One piece always fits."""
    characters = 0
    rest = (run[i] for i in range(first, len(run)))
    for last, line in enumerate(_first_fit(rest, screen), start=first + 1):
        here = run[last - 1]
        if last > first + 1 and (line > screen.lines or here.end - run[first].start > LONGEST_CUE):
            return
        characters += here.spaced + len(here.text)
        yield last, characters / (screen.width * screen.lines)


def _first_fit(pieces: Iterable[_Piece], screen: _Screen) -> Iterator[int]:
    """The line (from 1) on which each piece stands if every line takes what it can: the fewest lines there can be."""
    line, used = 1, 0
    for piece in pieces:
        grown = used + (piece.spaced and used > 0) + len(piece.text)
        if used and grown > (screen.room if line == 1 else screen.width):
            line, grown = line + 1, len(piece.text)
        used = grown
        yield line


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(pieces: Sequence[_Piece], screen: _Screen) -> str:
    """A cue on the fewest lines that hold it, broken where it costs least."""
    breaks = _reluctances(pieces)
    count = max(_first_fit(pieces, screen))
    best: dict[int, tuple[float, list[int]]] = {0: (0, [0])}  # pieces on the lines so far: cost, and where the lines end
    for number in range(count):
        room = screen.width if number else screen.room
        reached: dict[int, tuple[float, list[int]]] = {}
        for first, (cost, ends) in best.items():
            for last, fullness in _line_ends(pieces, first, room):
                weight = 1 + TOP_HEAVY * (count - number)
                more = weight * fullness**2 + LINE_BREAK * breaks[last - 1]
                reached[last] = min(reached.get(last, (math.inf, [])), (cost + more, [*ends, last]))
        best = reached
    return "\n".join(_line(pieces[first:last]) for first, last in pairwise(best[len(pieces)][1]))


def _line_ends(pieces: Sequence[_Piece], first: int, room: int) -> Iterator[tuple[int, float]]:
    """Behind which pieces a line that begins with `first` may end, and how full it is then."""
    used = 0
    for last in range(first + 1, len(pieces) + 1):
        piece = pieces[last - 1]
        used += (piece.spaced and used > 0) + len(piece.text)
        if used > room:
            return
        yield last, used / room


def _line(pieces: Sequence[_Piece]) -> str:
    return "".join(f" {piece.text}" if piece.spaced else piece.text for piece in pieces).strip()


# ── Times ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _times(shown: Sequence[Sequence[_Piece]], duration: int) -> Iterator[tuple[int, int]]:
    """When each cue comes and goes: as long as its words, or longer if they are too short, into the free time after them."""
    starts = _apart(_into_free_time(shown, duration), duration)
    for cue, start, until in zip(shown, starts, [*starts, duration][1:], strict=True):
        yield start, min(max(cue[-1].end, start + SHORTEST_CUE), until, start + LONGEST_CUE)


def _into_free_time(shown: Sequence[Sequence[_Piece]], duration: int) -> Iterator[int]:
    """Starts: of a cue that has too little time until the next one, earlier, as far as there was nothing before it."""
    free = 0
    untils = [*(cue[0].start for cue in shown), duration][1:]
    for cue, until in zip(shown, untils, strict=True):
        start = cue[0].start
        yield min(start, max(free, until - SHORTEST_CUE))
        free = max(cue[-1].end, start + SHORTEST_CUE)


def _apart(starts: Iterable[int], duration: int) -> list[int]:
    """Starts a second apart, or an equal share of the recording, each moved no further than the furthest must be.

    Halfway between pushing all later and pulling all earlier: isotonic regression under the maximum norm.
    """
    wished = list(starts)
    apart = min(SHORTEST_CUE, duration // max(1, len(wished)))
    later = accumulate(wished, lambda before, start: max(start, before + apart))
    earlier = reversed(list(accumulate(reversed(wished), lambda after, start: min(start, after - apart))))
    between = ((late + early) // 2 for late, early in zip(later, earlier, strict=True))
    return [
        max(i * apart, min(start, duration - (len(wished) - i) * apart))  # inside the recording
        for i, start in enumerate(between)
    ]
