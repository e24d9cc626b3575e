"""A transcript without the personal data that was found in it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic.dataclasses import dataclass

from fanscribe.contract import STRICT
from fanscribe.documents.reading import Word
from fanscribe.documents.redaction import Found, Kind, mark
from fanscribe.transcript.build import Segment, Transcript, by_channel

KEPT = ".,;:?!"  # marks after the last word: they end sentences and say nothing


@dataclass(frozen=True, slots=True, config=STRICT)
class RedactedWord(Word):
    """A mark in the place of words, from the start of the first to the end of the last."""

    kind: Kind
    score: float  # how sure it is that they were personal data


class Silence(NamedTuple):
    """A stretch of a channel to silence, [start, end) in ms."""

    channel: int | None
    start: int
    end: int


def redacted(transcript: Transcript, found: Iterable[Found]) -> Transcript:
    """The transcript with a mark such as `[NAME]` for each run of words. One that goes on in
    another segment has a mark in each. Corrections are left out, as they quote words.
    """
    places = _by_word(found)
    segments: dict[tuple[int | None, int], Segment] = {}
    for channel, own in by_channel(transcript).items():
        first = 0
        for segment in own:
            here = [places.get((channel, first + i)) for i in range(len(segment.words))]
            words = tuple(_replaced(segment.words, here))
            segments[channel, first] = segment.model_copy(update={"words": words})
            first += len(segment.words)
    shown = tuple(_in_order(transcript, segments))
    return transcript.model_copy(update={"segments": shown, "corrections": None})


def silences(transcript: Transcript, found: Iterable[Found]) -> list[Silence]:
    """Stretches of time in which the words that were found are said."""
    words = {
        channel: [word for segment in own for word in segment.words]
        for channel, own in by_channel(transcript).items()
    }
    return [
        Silence(
            each.channel,
            min(word.start for word in words[each.channel][each.first : each.last + 1]),
            max(word.end for word in words[each.channel][each.first : each.last + 1]),
        )
        for each in found
    ]


def _by_word(found: Iterable[Found]) -> Mapping[tuple[int | None, int], Found]:
    return {(each.channel, i): each for each in found for i in range(each.first, each.last + 1)}


def _in_order(
    transcript: Transcript, segments: Mapping[tuple[int | None, int], Segment]
) -> Iterator[Segment]:
    """The segments as the transcript has them: by number in their channel, channels interleaved."""
    counted: dict[int | None, int] = {}
    for segment in transcript.segments:
        first = counted.get(segment.channel, 0)
        yield segments[segment.channel, first]
        counted[segment.channel] = first + len(segment.words)


def _replaced(words: Sequence[Word], found: Sequence[Found | None]) -> Iterator[Word]:
    i = 0
    while i < len(words):
        here = found[i]
        end = i + 1
        if here is None:
            yield words[i]
            i = end
            continue
        while end < len(words) and found[end] is here:
            end += 1
        yield _mark(words[i:end], here)
        i = end


def _mark(words: Sequence[Word], found: Found) -> RedactedWord:
    first, last = words[0].text, words[-1].text.rstrip()
    space = first[: len(first) - len(first.lstrip())]
    ending = last[len(last.rstrip(KEPT)) :]
    return RedactedWord(
        text=f"{space}{mark(found.kind)}{ending}",
        start=min(word.start for word in words),
        end=max(word.end for word in words),
        probability=min(word.probability for word in words),
        kind=found.kind,
        score=found.score,
    )
