"""What crosses a boundary: execution inputs, task payloads, and the documents kept in S3. Frozen, typed, validated once.

Times are integers: samples (16 kHz) for audio, milliseconds for words. Both count from the recording's start.
"""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AliasPath,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from fanscribe.base import Contract, explain
from fanscribe.errors import InvalidInput
from fanscribe.options import OutputOptions, ReadingOptions
from fanscribe.times import SAMPLES_PER_MS, from_clock
from fanscribe.tracks import Track

# ── Inputs of an execution ───────────────────────────────────────────────────────────────────────────────────────────


class RedoRequest(Contract):
    """What of an earlier job is to be transcribed again: `{"job": …, "from": "12:10", "to": "12:40"}`."""

    job: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    start: Annotated[int, BeforeValidator(from_clock), Field(alias="from")]  # ms
    end: Annotated[int, BeforeValidator(from_clock), Field(alias="to")]
    model: str | None = None  # who names one wants no other

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.start >= self.end:
            raise ValueError("'to' is not after 'from'")
        return self


class UploadEvent(Contract):
    """EventBridge's "Object Created" event. Unlike an S3 notification's, its key is not URL-encoded: it is taken as it is."""

    # by alias only: the event has a `version` of its own, which is not the object's
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=False)
    source: Literal["aws.s3"]
    detail_type: Literal["Object Created"] = Field(alias="detail-type")
    bucket: Annotated[str, Field(min_length=1, validation_alias=AliasPath("detail", "bucket", "name"))]
    key: Annotated[str, Field(min_length=1, validation_alias=AliasPath("detail", "object", "key"))]
    version: str | None = Field(default=None, validation_alias=AliasPath("detail", "object", "version-id"))

    @property
    def options(self) -> dict[str, Any] | None:
        """None: they are in the object's metadata."""
        return None

    @property
    def redo(self) -> None:
        """An upload is transcribed whole."""
        return None


class ObjectInput(Contract):
    """Written by hand in the console: `{"bucket": …, "key": …, "options": {…}}`."""

    bucket: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)]
    version: str | None = None
    options: dict[str, Any] | None = None
    redo: RedoRequest | None = None  # None: all of it


class UriInput(Contract):
    """The same as one line: `{"uri": "s3://bucket/key", "options": {…}}`."""

    uri: Annotated[str, Field(pattern=r"^s3://[^/]+/.+$")]
    options: dict[str, Any] | None = None
    redo: RedoRequest | None = None
    version: None = None

    @property
    def bucket(self) -> str:
        return self.uri.removeprefix("s3://").split("/", 1)[0]

    @property
    def key(self) -> str:
        return self.uri.removeprefix("s3://").split("/", 1)[1]


def _kind(value: Any) -> str | None:
    fields = value if isinstance(value, dict) else {}
    return "event" if "detail" in fields else "uri" if "uri" in fields else "object" if "bucket" in fields else None


JobInput = Annotated[
    Annotated[UploadEvent, Tag("event")] | Annotated[ObjectInput, Tag("object")] | Annotated[UriInput, Tag("uri")],
    Discriminator(_kind),
]
_JOB_INPUT: TypeAdapter[UploadEvent | ObjectInput | UriInput] = TypeAdapter(JobInput)


def parse_job_input(value: Any) -> UploadEvent | ObjectInput | UriInput:
    """One of the three kinds, told apart by `detail`, `bucket` or `uri`. Raises InvalidInput."""
    try:
        return _JOB_INPUT.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "union_tag_not_found":
            given = f"the fields {', '.join(value)}" if isinstance(value, dict) and value else "no fields"
            reason = f"it has {given}"
        else:
            reason = explain(error, skip=1)
        raise InvalidInput(
            f"The execution's input can't be understood: {reason}. It is an S3 'Object Created' event, "
            '{"bucket": …, "key": …} or {"uri": "s3://bucket/key"}, the latter two with "options" and "redo" if you like.'
        ) from None


# ── Documents in the work bucket ─────────────────────────────────────────────────────────────────────────────────────

Span = tuple[int, int]  # [start, end) in samples


def _finite(value: Any) -> Any:
    """What a model that overflows gives, NaN and infinity, and the null that they are stored as, is 0.0: no JSON has them."""
    return 0.0 if value is None or (isinstance(value, float) and not math.isfinite(value)) else value


Score = Annotated[float, BeforeValidator(_finite)]  # a probability or the like, always a number


class Recording(Contract):
    """What was uploaded, and how long it is."""

    bucket: str
    key: str
    etag: str  # S3's name for the content: the same file uploaded twice is the same recording
    samples: int  # in each channel

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Tile(Contract):
    """One Whisper window: [start, end) in samples, at most WINDOW, with the speech that the VAD heard in it."""

    index: int
    channel: int = 0  # always 0 where the channels were mixed
    start: int
    end: int
    speech: tuple[Span, ...] = ()

    @property
    def silent(self) -> bool:
        return not self.speech

    @property
    def spoken(self) -> int:
        """Samples of speech in it."""
        return sum(end - start for start, end in self.speech)


class Chunk(Contract):
    """A run of consecutive tiles of a channel, `first` to `last` included: one child of the Map state."""

    first: int
    last: int


class Spent(Contract):
    """What an invocation has used since it last stored something: billed time, as far as it can be seen from inside."""

    ms: int
    memory_mb: int  # that it has: what it is billed for; 0 where no host says


class Took(Spent):
    """All of one invocation of Transcribe, for the run report. What of its `ms` is neither `load` nor `read` went to S3."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # histories are read by commands of other versions
    cold: int = 0  # ms that its process had lived before: of a cold start; 0 in a warm process
    load: int = 0  # ms, the model
    read: int = 0  # ms, by the model
    tiles: int = 0  # that it read
    audio: int = 0  # ms of sound in them
    processor: str = ""  # on what: Lambda has several kinds


class Redo(Contract):
    """What a job repairs: the words of the job `base` in [start, end), in ms."""

    base: str
    start: int
    end: int


class Selection(Contract):
    """What of a recording is decoded (selection.py)."""

    track: str | None = None  # a number, a language, `all`; None: as players choose
    fixed: bool = False  # the track was asked for
    downmix: str = "usual"  # of its channels, by name (downmix.py)
    gain_db: int = 0  # how much louder it is made for the voice activity detection alone


class Undecodable(Contract):
    """A stretch of a channel, [start, end) in samples, of which nothing could be decoded: it holds silence."""

    channel: int = 0
    start: int
    end: int


class Findings(Contract):
    """What the decoder found besides sound, once it has read a recording or a section to its end.

    Positions are samples from the recording's start, by the file's clock.
    """

    start: int  # where the section begins
    clocked: bool  # False: the file has no timestamps, and a section begins where the one before ended
    undecodable: tuple[Undecodable, ...] = ()
    track: int | None = 1  # that was taken; None: all
    tracks: tuple[Track, ...] = ()
    lost: dict[str, float] = Field(default_factory=dict)  # seconds that each downmix would lose, by its name
    audible: float = 0.0  # seconds that are no silence, where downmixes were compared
    overlapped: int = 0  # samples that were left out, as their time was there already
    miscounted: int = 0  # samples of silence that unbelievable timestamps would have made
    unended: bool = False  # the file's format marks its end, and the file does not


class Sound(Contract):
    """Where the decoded recording is kept (sound.py): in the folder of the job that read all of it."""

    job: str
    sections: tuple[Span, ...] = ()  # [start, end) of each, in samples; between them is silence
    selection: Selection = Selection()


class Origin(Contract):
    """What there was to listen to in the file, and what of it was taken: for those who read the transcript."""

    tracks: tuple[Track, ...] = ()
    track: int | None = None  # that was taken; None: all
    channels: int = 1  # of that track
    downmix: str = "usual"
    gain_db: int = 0
    loudness: int = 0  # dBFS of its loudest moments
    overlapped: int = 0  # samples that were left out, as their time was there already
    miscounted: int = 0  # samples of silence that unbelievable timestamps would have made
    unended: bool = False  # the file's format marks its end, and the file does not


class Plan(Contract):
    """How one recording is cut. The tiles partition it: every sample of a channel is in exactly one.

    Chunks are not in it: how tiles are shared out changes nothing in the transcript.
    """

    job: str
    recording: Recording
    options: ReadingOptions
    model: str
    tiles: tuple[Tile, ...]
    sound: Sound
    undecodable: tuple[Undecodable, ...] = ()
    origin: Origin = Origin()
    redo: Redo | None = None  # None: the job reads all of the recording
    spent: tuple[Spent, ...] = ()  # by Split, also on each section

    @property
    def scope(self) -> tuple[Tile, ...]:
        """The tiles that the job is about: all of them, or those that its redo's range overlaps."""
        if self.redo is None:
            return self.tiles
        start, end = self.redo.start * SAMPLES_PER_MS, self.redo.end * SAMPLES_PER_MS
        return tuple(tile for tile in self.tiles if tile.start < end and start < tile.end)

    @property
    def samples(self) -> int:
        """Of audio that the job is about, in each channel."""
        channels = len({tile.channel for tile in self.tiles}) or 1
        return sum(tile.end - tile.start for tile in self.scope) // channels


class Sections(Contract):
    """How the file of a very long recording is shared out (sections.py), and what there is to know to decode a share."""

    bucket: str
    key: str
    etag: str
    version: str | None
    size: int  # bytes
    count: int
    separate: bool  # channels
    selection: Selection = Selection()
    tried: tuple[Selection, ...] = ()  # and found to be worse
    spent: Spent | None = None  # by Split, on sharing it out


class SectionHeard(Contract):
    """Of a section that is done: its sound and its frames (frames.py) are stored beside."""

    samples: int  # in each channel
    selection: Selection = Selection()  # that it was decoded as
    findings: Findings
    spent: Spent


class Word(Contract):
    """A word as the model wrote it (with its leading space, if any), in ms from the recording's start."""

    text: str
    start: int
    end: int
    probability: Score


Reason = Literal["speech without words", "repetition", "unsure"]


class Scores(Contract):
    """What two looks are compared by."""

    words: int
    unaccounted: int  # ms of speech that no word accounts for
    avg_logprob: Score
    compression_ratio: Score


class SecondLook(Contract):
    """The evidence, for the ledger: why a tile was read again, both readings' scores, and which was kept."""

    reason: Reason
    first: Scores
    second: Scores
    kept: Literal["first", "second"]


class Reading(Contract):
    """What the model made of one tile. Scores as in faster-whisper's Segment."""

    tile: int
    language: str
    words: tuple[Word, ...]
    avg_logprob: Score
    no_speech_prob: Score
    compression_ratio: Score
    second_look: SecondLook | None = None  # None: the first was believed


class Part(Contract):
    """Readings of the speech tiles in `first..last`; the other tiles in it are silent."""

    first: int
    last: int
    readings: tuple[Reading, ...]
    spent: Spent | None = None  # by Transcribe, on these tiles: with the model's loading, if it came before them


class Claim(Contract):
    """Which execution is at a job."""

    execution: str


class Language(Contract):
    """What DetectLanguage decided, once for a job."""

    language: str


class Attempt(Contract):
    """A batch of tiles that was begun: it is written before the model sees them and removed after, so one that is still
    there ended its worker, or the worker ended for another reason while it was at it.
    """

    first: int
    last: int
    execution: str
    error: str | None = None  # what the model raised, if the worker lived to tell

    @property
    def tiles(self) -> range:
        return range(self.first, self.last + 1)


class Failure(Contract):
    """Why a chunk failed for good, as Step Functions caught it; or a tile, as Transcribe found."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    error: str = Field(alias="Error")
    cause: str = Field(default="", alias="Cause")


# ── Payloads of the tasks ────────────────────────────────────────────────────────────────────────────────────────────


class Task(Contract):
    """Base of what a state sends to a function. `execution` is the correlation id of every log line."""

    execution: str

    @classmethod
    def parse(cls, event: dict[str, Any]) -> Self:
        """Raises InvalidInput: only a hand-made payload can be wrong here."""
        try:
            return cls.model_validate(event)
        except ValidationError as error:
            raise InvalidInput(f"The payload is no {cls.__name__}: {explain(error)}.") from None


class Context(Contract):
    """`$$.Execution`, of Step Functions' context object. It is sent whole: moto's lacks the count,
    and a path to what is not there would fail the state.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    redrives: int = Field(default=0, alias="RedriveCount")  # of the execution, so far


class SplitTask(Task):
    input: Annotated[UploadEvent | ObjectInput | UriInput, BeforeValidator(parse_job_input)]
    context: Context = Context()


class SectionTask(Task):
    """For one section of a recording that is shared out."""

    job: str
    section: int


class Job(Task):
    """Split's answer, and all that the state machine carries: references, never audio or text.

    DetectLanguage takes one whose `language` is None, and answers it with the language.
    """

    job: str
    recording: str  # s3://bucket/key
    language: str | None
    chunks_key: str
    sections: tuple[int, ...] = ()  # that are still to be decoded: then Split is asked again
    chunks: int  # that are still to be transcribed
    max_concurrency: int
    output: OutputOptions
    keys: dict[str, str]  # format -> key, of the transcript that there will be
    redrives: int = 0  # of the execution, when this was laid out


class TranscribeTask(Task):
    job: str
    language: str  # the recording's; of a multilingual one, that of the tiles that leave it in doubt
    chunk: Chunk


class Progress(Contract):
    """Transcribe's answer: how many of the chunk's tiles still have no part. The state machine goes by that alone."""

    remaining: int
    took: Took | None = None


class MergeTask(Task):
    job: str
    output: OutputOptions
    redrives: int = 0  # when the chunks were laid out
    context: Context = Context()

    @property
    def redriven(self) -> bool:
        """Whether the execution was redriven since the chunks were laid out."""
        return self.context.redrives > self.redrives


class Usage(Contract):
    """What a job has used of Lambda, from what its invocations stored (usage.py), in whichever execution they did."""

    audio_s: float
    transcribe_s: float  # of all Transcribe invocations together
    rtf: float  # transcribe_s for a second of audio
    gb_seconds: float
    usd: float  # for the GB-seconds at list price
    prices: str  # the day of the list price, YYYY-MM-DD


class TranscriptReference(Contract):
    """Merge's answer, and the execution's output: where the transcript is."""

    job: str
    recording: str  # s3://bucket/key
    bucket: str
    keys: dict[str, str]  # format -> key
    duration: float  # seconds
    words: int
    complete: bool  # False: some speech is missing, no more than was tolerated
    message: str  # all of it in a sentence, and the notes
    notes: tuple[str, ...] = ()  # sentences on the recording: which track was taken, why there are no words
    usage: Usage
