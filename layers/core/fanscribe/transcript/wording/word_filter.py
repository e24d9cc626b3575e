"""The word filter: words that must not be shown. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter

from fanscribe.documents.reading import Word
from fanscribe.documents.wording import Filtered, Method, TaggedWord
from fanscribe.transcript.build import Segment, Transcript, by_channel, in_order
from fanscribe.transcript.sentences import SENTENCE_ENDS
from fanscribe.transcript.wording.phrases import Phrases
from fanscribe.transcript.wording.rewording import (
    Change,
    reworded,
    text_of,
    word_ends,
)
from fanscribe.transcript.wording.tokens import Key, tokens_of

MASK = "***"
Span = tuple[int, int]  # a place in the text of a segment


class WordFilter:
    """A list of phrases, and what is done where they stand."""

    def __init__(self, listed: Iterable[Key], method: Method) -> None:
        self._phrases = Phrases((key, None) for key in listed)
        self._method = method

    def filtered(self, transcript: Transcript) -> Transcript:
        """The transcript without words of the list, or with these marked."""
        matches, segments = 0, list[Segment]()
        for own in by_channel(transcript).values():
            count, places = self._found(own)
            matches += count
            segments += (
                self._edited(segment, places[i]) if i in places else segment
                for i, segment in enumerate(own)
            )
        corrections = transcript.corrections
        if corrections and self._method != "tag":
            corrections = tuple(
                each.model_copy(
                    update={"was": self._masked(each.was), "now": self._masked(each.now)}
                )
                for each in corrections
            )
        return transcript.model_copy(
            update={
                "segments": in_order(segment for segment in segments if segment.words),
                "corrections": corrections,
                "filtered": Filtered(method=self._method, matches=matches),
            }
        )

    def _found(self, segments: Sequence[Segment]) -> tuple[int, dict[int, list[Span]]]:
        """How many phrases stand in a channel, and where, by the number of the segment. A phrase
        may go over the end of segments, whoever speaks and after any pause: hiding too much is the
        smaller harm.
        """
        tokens = [
            (i, token)
            for i, segment in enumerate(segments)
            for token in tokens_of(text_of(segment.words))
        ]
        all_found = list(self._phrases.find([token for _, token in tokens]))
        places = defaultdict[int, list[Span]](list)
        for found in all_found:
            for i, part in groupby(tokens[found.first : found.last + 1], itemgetter(0)):
                own = [token for _, token in part]
                places[i].append((own[0].start, own[-1].end))
        return len(all_found), places

    def _spans(self, text: str) -> list[Span]:
        tokens = tokens_of(text)
        return [
            (tokens[found.first].start, tokens[found.last].end)
            for found in self._phrases.find(tokens)
        ]

    def _edited(self, segment: Segment, spans: Sequence[Span]) -> Segment:
        words = segment.words
        if self._method == "tag":
            edited = tuple(_tagged(words, spans))
        elif self._method == "mask":
            edited = reworded(words, [Change(start, end, MASK) for start, end in spans])
        else:
            edited = reworded(words, list(_removals(text_of(words), spans)))
        return segment.model_copy(update={"words": edited})

    def _masked(self, text: str) -> str:
        for start, end in reversed(self._spans(text)):
            text = text[:start] + MASK + text[end:]
        return text


def _tagged(words: Sequence[Word], spans: Sequence[Span]) -> Iterator[Word]:
    ends = word_ends(words)
    for word, end in zip(words, ends, strict=True):
        begin = end - len(word.text)
        hit = any(start < end and begin < stop for start, stop in spans)
        yield TaggedWord(**asdict(word)) if hit else word


# ── Removing ──────────────────────────────────────────────────────────────────────────────────────


def _removals(text: str, spans: Sequence[Span]) -> Iterator[Change]:
    """Words go with the marks around them, except marks that end a sentence: these go to the word
    before.
    """
    for start, end in _joined(text, spans):
        left, right = _edges(text, start, end)
        marks = text[left:start] + text[end:right]
        if any(sign.isalnum() for sign in marks.removesuffix("'s").removesuffix("’s")):
            yield Change(start, end, "")  # of a word that holds more: "-good"
            continue
        rest = text[:left].rstrip()
        kept = rest.rstrip(",;:–—-")
        closing = "".join(sign for sign in marks if sign in SENTENCE_ENDS)
        if closing and kept and not kept.endswith(tuple(SENTENCE_ENDS)):
            yield Change(len(kept) - 1, len(rest), kept[-1] + closing)
        yield Change(len(rest), right, "")


def _joined(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Spans with nothing but marks and spaces between them as one."""
    start, end = spans[0]
    for following in spans[1:]:
        if any(sign.isalnum() for sign in text[end : following[0]]):
            yield start, end
            start = following[0]
        end = following[1]
    yield start, end


def _edges(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without spaces that a span is in."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
