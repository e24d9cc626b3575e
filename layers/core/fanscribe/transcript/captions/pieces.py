"""Pieces: what no line break parts. A word, with what clings to it."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from fanscribe.documents.reading import Word
from fanscribe.transcript.build import Transcript, joined
from fanscribe.transcript.captions.cue_limits import LONGEST_CUE
from fanscribe.transcript.captions.gaps import Gap

UNSPACED = {
    "CJK",
    "IDEOGRAPHIC",
    "HIRAGANA",
    "KATAKANA",
    "FULLWIDTH",
    "HALFWIDTH",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
}
OPENING = {"Ps", "Pi"}  # Unicode's categories
# no line begins with these, if no space is before them
FOLLOWING = {"Pe", "Pf", "Pd", "Po", "Mn", "Mc", "Me", "Lm"}
SMALL_KANA = "LETTER SMALL"  # in Unicode's names: these neither
JOINER = "\u200d"  # of emoji
# Signs of Thai and Lao that are a syllable's first and its last, and what puts a letter of Khmer or
# Burmese below another (UAX #14 leaves these scripts to dictionaries, but no word parts there)
LEADING = frozenset(f"เแโใไເແໂໃໄ\u17d2\u1039{JOINER}")
TRAILING = frozenset(f"ะาำๅະາຳ{JOINER}🏻🏼🏽🏾🏿")


class CaptionPiece(NamedTuple):
    """An unbroken piece of a line: a word and what clings to it, or as much as a line holds."""

    text: str
    start: int
    end: int
    spaced: bool  # a space parts it from the piece before it, if they share a line
    ends_segment: bool = False
    in_gap: bool = False
    speaker: int | None = None


def unbroken(words: Iterable[Word], room: float = math.inf) -> Iterator[list[Word]]:
    """Words, together with what clings to them where that fits into `room`: Whisper has
    "well-known" and "3.5" as two.
    """
    group: list[Word] = []
    for word in words:
        if group and not (
            _clings(group[-1].text, word.text) and len(joined([*group, word])) <= room
        ):
            yield group
            group = []
        if word.text.strip():
            group.append(word)
    if group:
        yield group


def _clings(before: str, after: str) -> bool:
    """No space is between them, and none of them is of a script that does without; or it is a mark
    that begins no line.
    """
    if before[-1].isspace() or after[:1].isspace():
        return False
    here, there = before[-1], after[:1] or " "
    return _inseparable(here, there) or not (_unspaced(here) or _unspaced(there))


@cache
def _inseparable(here: str, there: str) -> bool:
    """No line ends with the one sign and goes on with the other."""
    if here in LEADING or unicodedata.category(here) in OPENING:
        return True
    small = SMALL_KANA in unicodedata.name(there, "")
    return small or there in TRAILING or unicodedata.category(there) in FOLLOWING


@cache
def _unspaced(character: str) -> bool:
    return unicodedata.name(character, "").split(" ")[0] in UNSPACED


def pieces_of(
    transcript: Transcript,
    channel: int | None,
    missing: Iterable[Gap],
    room: Callable[[int | None], int],
) -> list[CaptionPiece]:
    """A channel's words and gaps, by time. `room` is on a line of a speaker."""
    said = [
        _of_words(segment.words, room(segment.speaker), segment.speaker)
        for segment in transcript.segments
        if segment.channel == channel
    ]
    unsaid = [_of_words(_said(gap), room(None)) for gap in missing if gap.channel == channel]
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


def _of_words(words: Sequence[Word], room: int, speaker: int | None = None) -> list[CaptionPiece]:
    """The pieces of one segment, which stands apart from others as it does in the transcript's
    text.
    """
    pieces = [piece for group in unbroken(words, room) for piece in _cut(group, room, speaker)]
    if pieces:
        pieces[0] = pieces[0]._replace(spaced=True)
        pieces[-1] = pieces[-1]._replace(ends_segment=True)
    return pieces


def _cut(words: Sequence[Word], room: int, speaker: int | None) -> Iterator[CaptionPiece]:
    text = " ".join(joined(words).split())
    start, length = words[0].start, words[-1].end - words[0].start
    if len(text) <= room:
        spaced = words[0].text[0].isspace()
        yield CaptionPiece(text, start, start + length, spaced, speaker=speaker)
        return
    last = 0
    while (first := last) < len(text):
        last = _filled(text, first, room)
        spaced = first == 0 and words[0].text[0].isspace()
        yield CaptionPiece(
            text[first:last].strip(),
            start + length * first // len(text),
            start + length * last // len(text),
            spaced,
            speaker=speaker,
        )


def _filled(text: str, first: int, room: int) -> int:
    """Where a line is full that begins with the sign `first`, and no two signs are parted that
    belong together, if that is possible.
    """
    last = first + room
    if last >= len(text):
        return len(text)
    ends = (at for at in range(last, first, -1) if text[first:at].strip())
    return next((at for at in ends if not _inseparable(text[at - 1], text[at])), last)


def written(pieces: Iterable[CaptionPiece]) -> list[int]:
    """How many characters there are before each piece, and in all: spaces included, also where
    lines begin.
    """
    return list(accumulate((piece.spaced + len(piece.text) for piece in pieces), initial=0))
