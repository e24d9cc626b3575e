"""The transcript: words in order, segments built from them, and the ledger. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from fanscribe.contract import Contract
from fanscribe.documents.plan import Plan
from fanscribe.documents.reading import Reading, Score, Word
from fanscribe.documents.speaker import Overlap, Speaker
from fanscribe.documents.track import Track
from fanscribe.documents.wording import Correction, Filtered
from fanscribe.times import milliseconds
from fanscribe.transcript.conversation import Conversation, Said, words_of
from fanscribe.transcript.ledger import Ledger
from fanscribe.transcript.notes import notes
from fanscribe.transcript.sentences import ends_sentence

PAUSE = 1_000  # ms of silence between words that end a segment, sentence or not
LONGEST_SEGMENT = 30_000  # ms; where nobody ends a sentence, a segment is cut at its longest pause


class Segment(Contract):
    """A sentence, or what was said between two pauses.

    Scores are those of its words' tiles, weighted by words.
    """

    words: tuple[Word, ...]
    language: str
    channel: int | None  # None where the channels were mixed
    avg_logprob: Score
    no_speech_prob: Score
    compression_ratio: Score
    speaker: int | None = None  # number; None: speakers were not asked for, or nobody knows

    @property
    def start(self) -> int:
        """The start of its first word, in ms."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """The end of its last word, in ms."""
        return self.words[-1].end

    @property
    def text(self) -> str:
        """Its words in one line."""
        return joined(self.words)


class Transcript(Contract):
    """All that is known of what was said. `language` is None where nothing was said."""

    recording: str  # s3://bucket/key
    model: str
    task: str  # transcribe or translate
    language: str | None
    duration: int  # ms
    segments: tuple[Segment, ...]
    ledger: Ledger
    notes: tuple[str, ...] = ()  # sentences on the recording, for whoever reads this
    tracks: tuple[Track, ...] = ()  # of the file, if it has more than one
    track: int | None = None  # that was taken; None: all, or there is but one
    speakers: tuple[Speaker, ...] | None = None  # by number; None: not asked for
    overlaps: tuple[Overlap, ...] = ()  # by start
    corrections: tuple[Correction, ...] | None = None  # by start; None: not asked for
    filtered: Filtered | None = None  # None: not asked for

    @property
    def words(self) -> list[Word]:
        """Words of all segments, in the segments' order."""
        return [word for segment in self.segments for word in segment.words]

    @property
    def text(self) -> str:
        """Everything that was said, in one line."""
        return " ".join(segment.text for segment in self.segments)


class _ReadWord(NamedTuple):
    word: Word
    reading: Reading
    speaker: int | None


def build_transcript(
    plan: Plan,
    readings: Mapping[int, Reading],
    ledger: Ledger,
    speaking: Conversation | None = None,
) -> Transcript:
    """Readings in the order of their tiles, whoever made them and when; channels interleaved by
    time. `speaking`: who says these words, if that was asked for.
    """
    separate = plan.options.separate
    segments = [
        _segment(run, channel if separate else None)
        for channel in range(plan.channels)
        for sentence in _sentences(_words_of(Said(plan, readings), channel, speaking))
        for run in _short_enough(sentence)
    ]
    origin = plan.origin
    several = len(origin.tracks) > 1
    return Transcript(
        notes=(
            *notes(plan, sum(len(segment.words) for segment in segments), complete=ledger.complete),
            *(speaking.notes if speaking else ()),
        ),
        tracks=origin.tracks if several else (),
        track=origin.track if several else None,
        recording=plan.recording.uri,
        model=plan.model,
        task=plan.options.task,
        language=_main_language(readings.values()),
        duration=milliseconds(plan.recording.samples),
        segments=in_order(segments),
        ledger=ledger,
        speakers=speaking.speakers if speaking else None,
        overlaps=tuple(speaking.overlaps()) if speaking else (),
    )


def in_order(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Segments as a transcript has them: by their start, channels interleaved."""
    return tuple(sorted(segments, key=lambda segment: (segment.start, segment.channel or 0)))


def by_channel(transcript: Transcript) -> dict[int | None, list[Segment]]:
    """The segments of each channel, in order. Words of a channel are numbered through them."""
    channels: dict[int | None, list[Segment]] = {}
    for segment in transcript.segments:
        channels.setdefault(segment.channel, []).append(segment)
    return channels


def _words_of(said: Said, channel: int, speaking: Conversation | None) -> list[_ReadWord]:
    read = words_of(said, channel)
    speakers = speaking.words[channel] if speaking else [None] * len(read)
    return [_ReadWord(*each, speaker) for each, speaker in zip(read, speakers, strict=True)]


def channel_label(channel: int) -> str:
    """The label of a channel, as Amazon Transcribe writes it: `ch_0`, `ch_1`."""
    return f"ch_{channel}"


def joined(words: Sequence[Word]) -> str:
    """Words carry their own leading space, or none in scripts without: joining is all there is to
    do.
    """
    return "".join([word.text for word in words]).strip()


def _main_language(readings: Iterable[Reading]) -> str | None:
    spoken = Counter[str]()
    for reading in readings:
        spoken[reading.language] += len(reading.words)
    return spoken.most_common(1)[0][0] if spoken.total() else None


def _sentences(words: Sequence[_ReadWord]) -> Iterator[Sequence[_ReadWord]]:
    first = 0
    for i, (here, following) in enumerate(pairwise(words), start=1):
        if ends_sentence(here.word, following.word) or _parted(here, following):
            yield words[first:i]
            first = i
    if words:
        yield words[first:]


def _parted(here: _ReadWord, following: _ReadWord) -> bool:
    pause = following.word.start - here.word.end
    return (
        pause >= PAUSE
        or here.reading.language != following.reading.language
        or here.speaker != following.speaker
    )


def _short_enough(words: Sequence[_ReadWord]) -> Iterator[Sequence[_ReadWord]]:
    if len(words) == 1 or words[-1].word.end - words[0].word.start <= LONGEST_SEGMENT:
        yield words
        return
    cut = max(range(1, len(words)), key=lambda i: words[i].word.start - words[i - 1].word.end)
    yield from _short_enough(words[:cut])
    yield from _short_enough(words[cut:])


def _segment(words: Sequence[_ReadWord], channel: int | None) -> Segment:
    def mean(values: Iterator[float]) -> float:
        return round(sum(values) / len(words), 4)

    return Segment(
        words=tuple(entry.word for entry in words),
        language=words[0].reading.language,
        channel=channel,
        avg_logprob=mean(entry.reading.avg_logprob for entry in words),
        no_speech_prob=mean(entry.reading.no_speech_prob for entry in words),
        compression_ratio=mean(entry.reading.compression_ratio for entry in words),
        speaker=words[0].speaker,
    )
