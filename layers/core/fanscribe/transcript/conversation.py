"""A conversation: who says which word, and when people speak. Pure.

Speakers are numbered by their first word.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from fanscribe.documents.plan import Plan
from fanscribe.documents.reading import Reading, Word
from fanscribe.documents.speaker import Overlap, Recognized, Speaker
from fanscribe.speakers.assignment import Turn, overlaps, speakers_of_words
from fanscribe.transcript.sentences import ends_sentence, marked

NOBODY: Mapping[int, Recognized] = MappingProxyType({})
STRAY = 500  # ms: a shorter run of words within another's sentence is another's


class Said(NamedTuple):
    """The readings of a job."""

    plan: Plan
    readings: Mapping[int, Reading]


class Conversation(NamedTuple):
    """Turns and words of a conversation, by numbers."""

    speakers: tuple[Speaker, ...]
    turns: Mapping[int, Sequence[Turn]]  # by channel
    # by channel, of its words in order; None where nobody was heard to speak
    words: Mapping[int, Sequence[int | None]]
    notes: tuple[str, ...] = ()  # sentences on voices, for readers of the transcript

    def overlaps(self) -> Iterator[Overlap]:
        """Stretches in which several speak, channel by channel."""
        for channel, spoken in sorted(self.turns.items()):
            yield from overlaps(spoken, channel)


def conversation(
    turns: Mapping[int, Sequence[Turn]],
    said: Said,
    before: Iterable[Said] = (),
    recognized: Mapping[int, Recognized] = NOBODY,
) -> Conversation:
    """Speakers are numbered by their first words; those of the jobs that this one repairs, the
    first of them first, by their words in these. Who says no word is no speaker. Who was
    `recognized` has a name.
    """
    order: dict[int, None] = {}
    for earlier in before:
        order |= dict.fromkeys(_by_first_word(earlier, _speakers(earlier, turns)))
    found = _speakers(said, turns)
    order |= dict.fromkeys(_by_first_word(said, found))
    number = {speaker: i for i, speaker in enumerate(order)}
    numbered = {
        channel: [
            turn._replace(speaker=number[turn.speaker]) for turn in spoken if turn.speaker in number
        ]
        for channel, spoken in turns.items()
    }
    talk = Counter[int]()
    for turn in (turn for spoken in numbered.values() for turn in spoken):
        talk[turn.speaker] += turn.end - turn.start
    words = {
        channel: [None if each is None else number[each] for each in speakers]
        for channel, speakers in found.items()
    }
    speakers = tuple(
        _speaker(each, talk[each], recognized.get(speaker)) for speaker, each in number.items()
    )
    return Conversation(speakers, numbered, words)


def _speaker(number: int, talk: int, known: Recognized | None) -> Speaker:
    name, similarity = known or (None, None)
    return Speaker(number=number, talk=talk, name=name, similarity=similarity)


def _speakers(said: Said, turns: Mapping[int, Sequence[Turn]]) -> dict[int, list[int | None]]:
    """Of all words, by channel."""
    return {
        channel: speakers_of([word for word, _ in words_of(said, channel)], spoken)
        for channel, spoken in turns.items()
    }


def _by_first_word(said: Said, found: Mapping[int, Sequence[int | None]]) -> list[int]:
    """The speakers who say something, in the order in which they begin to."""
    firsts: dict[int, tuple[int, int]] = {}
    for channel, speakers in found.items():
        for (word, _), speaker in zip(words_of(said, channel), speakers, strict=True):
            if speaker is not None and speaker not in firsts:
                firsts[speaker] = (word.start, channel)
    return sorted(firsts, key=lambda speaker: firsts[speaker])


def speakers_of(words: Sequence[Word], spoken: Sequence[Turn]) -> list[int | None]:
    """Each word's speaker, without strays: a word or two within another's sentence are another's,
    too, unless they are a sentence themselves, as "Yes." is.
    """
    found = speakers_of_words(words, spoken)
    runs = [list(run) for _, run in groupby(range(len(words)), key=lambda i: found[i])]
    for before, run, after in zip(runs, runs[1:], runs[2:], strict=False):
        first, last = words[run[0]], words[run[-1]]
        alone = marked(last) or ends_sentence(words[before[-1]], first)
        if found[before[-1]] == found[after[0]] and last.end - first.start < STRAY and not alone:
            for i in run:
                found[i] = found[before[-1]]
    return found


def words_of(said: Said, channel: int) -> list[tuple[Word, Reading]]:
    """The words of a channel in order, each with its reading."""
    read = [
        said.readings[tile.index]
        for tile in said.plan.tiles
        if tile.channel == channel and tile.index in said.readings
    ]
    return [(word, reading) for reading in read for word in reading.words]
