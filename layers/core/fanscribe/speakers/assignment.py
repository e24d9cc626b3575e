"""Turns, made of the speakers of utterances, and a speaker for each word, by turns. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fanscribe.documents.reading import Word
from fanscribe.documents.speaker import Overlap
from fanscribe.times import SAMPLES_PER_MS

BRIDGED = 300  # ms of silence that don't end a turn
STAYS = 0.6  # of what the best has: then the speaker of the word before keeps a word
REACH = 1_000  # ms from a word to a turn that may be its own
OVERLAPPING = 200  # ms of two at once that are worth a line


class Turn(NamedTuple):
    """[start, end) in ms, in which a speaker speaks, with short pauses."""

    start: int
    end: int
    speaker: int


def turns(spoken: Iterable[tuple[int, int, int]]) -> list[Turn]:
    """Turns by start, made of (start, end, speaker), in samples, in any order."""
    in_ms = sorted(
        (speaker, start // SAMPLES_PER_MS, end // SAMPLES_PER_MS) for start, end, speaker in spoken
    )
    joined: list[Turn] = []
    for speaker, start, end in in_ms:
        last = joined[-1] if joined else None
        if last and last.speaker == speaker and start - last.end <= BRIDGED:
            joined[-1] = last._replace(end=max(last.end, end))
        else:
            joined.append(Turn(start, end, speaker))
    return sorted(joined)


def speakers_of_words(words: Sequence[Word], spoken: Sequence[Turn]) -> list[int | None]:
    """Each word goes to whoever speaks most of it, else to who speaks next to it.

    `spoken` is by start. None only where there are no turns at all.
    """
    found: list[int | None] = []
    before: int | None = None
    for word, near in _near(words, spoken):
        before = _speaker_of(word, near, before)
        found.append(before)
    first = next((speaker for speaker in found if speaker is not None), None)
    return [first if speaker is None else speaker for speaker in found]


def _near(words: Sequence[Word], spoken: Sequence[Turn]) -> Iterator[tuple[Word, list[Turn]]]:
    """Each word with the turns in its reach. Words are in order; turns come and go."""
    coming, near = iter(spoken), list[Turn]()
    following = next(coming, None)
    for word in words:
        while following and following.start < word.end + REACH:
            near.append(following)
            following = next(coming, None)
        near = [turn for turn in near if turn.end > word.start - REACH]
        yield word, near


def _speaker_of(word: Word, near: Sequence[Turn], before: int | None) -> int | None:
    if len(near) == 1:  # as with most words
        return near[0].speaker
    shares: dict[int, int] = {}
    for turn in near:
        if (share := min(turn.end, word.end) - max(turn.start, word.start)) > 0:
            shares[turn.speaker] = shares.get(turn.speaker, 0) + share
    if shares:
        best = max(shares, key=lambda speaker: (shares[speaker], -speaker))
        stays = before in shares and shares[before] >= STAYS * shares[best]
        return before if stays else best
    if not near:
        return before
    gaps = {turn: max(turn.start - word.end, word.start - turn.end) for turn in near}
    return min(near, key=lambda turn: (gaps[turn], turn)).speaker


def overlaps(spoken: Sequence[Turn], channel: int = 0) -> Iterator[Overlap]:
    """Stretches in which several speak, by start."""
    edges = sorted(
        edge
        for turn in spoken
        for edge in ((turn.start, 1, turn.speaker), (turn.end, 0, turn.speaker))
    )
    now: dict[int, int] = {}
    since = 0
    for at, begins, speaker in edges:
        if len(now) > 1 and at - since >= OVERLAPPING:
            yield Overlap(channel=channel, start=since, end=at, speakers=tuple(sorted(now)))
        if begins:
            now[speaker] = at
        else:
            now.pop(speaker, None)
        since = at
