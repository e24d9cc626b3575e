"""How a recording is cut, and what was found on the way.

Times are samples at 16 kHz, counted from the recording's start.
"""

from pydantic import Field

from fanscribe import keys
from fanscribe.contract import Contract
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.track import Track
from fanscribe.times import SAMPLES_PER_MS

Span = tuple[int, int]  # [start, end) in samples


class Recording(Contract):
    """The uploaded recording, and its length."""

    bucket: str
    key: str
    etag: str  # S3's name for the content: the same file uploaded twice is the same recording
    samples: int  # in each channel

    @property
    def uri(self) -> str:
        """The recording as `s3://bucket/key`."""
        return keys.uri(self.bucket, self.key)


class Tile(Contract):
    """One Whisper window: [start, end) in samples, at most WINDOW, with the speech that the VAD
    found in it.
    """

    index: int
    channel: int = 0  # always 0 where the channels were mixed
    start: int
    end: int
    speech: tuple[Span, ...] = ()

    @property
    def silent(self) -> bool:
        """True if no speech was detected in the tile."""
        return not self.speech

    @property
    def spoken(self) -> int:
        """Samples of speech in it."""
        return sum(end - start for start, end in self.speech)


class Chunk(Contract):
    """A run of consecutive tiles of a channel, `first` to `last` included: one child of the Map
    state.
    """

    first: int
    last: int
    voices: str = ""  # are wanted, too: by these models (speakers.models.identity)


class Redo(Contract):
    """The words that a job repairs: those of the job `base` in [start, end), in ms."""

    base: str
    start: int
    end: int


class Selection(Contract):
    """The part of a recording that is decoded (selection.py)."""

    track: str | None = None  # a number, a language, `all`; None: as players choose
    fixed: bool = False  # the track was asked for
    downmix: str = "usual"  # of its channels, by name (downmix.py)
    gain_db: int = 0  # how much louder it is made for the voice activity detection alone


class Undecodable(Contract):
    """A stretch of a channel, [start, end) in samples, of which nothing could be decoded: it holds
    silence.
    """

    channel: int = 0
    start: int
    end: int


class Findings(Contract):
    """The decoder's findings besides sound, once it has read a recording or a section to its end.

    Positions are samples from the recording's start, by the file's clock.
    """

    start: int  # where the section begins
    # False: the file has no timestamps, and a section begins where the one before ended
    clocked: bool
    undecodable: tuple[Undecodable, ...] = ()
    track: int | None = 1  # that was taken; None: all
    tracks: tuple[Track, ...] = ()
    # seconds that each downmix would lose, by its name
    lost: dict[str, float] = Field(default_factory=dict)
    audible: float = 0.0  # seconds that are no silence, where downmixes were compared
    overlapped: int = 0  # samples that were left out, as their time was there already
    miscounted: int = 0  # samples of silence that unbelievable timestamps would have made
    unended: bool = False  # nothing in the file says whether all of it is there


class StoredAudio(Contract):
    """The decoded recording (sound.py), in the folder of the job that read all of it."""

    job: str
    sections: tuple[Span, ...] = ()  # [start, end) of each, in samples; between them is silence
    selection: Selection = Selection()


class Origin(Contract):
    """The sound in the file, and the part of it that was taken, for readers of the transcript."""

    tracks: tuple[Track, ...] = ()
    track: int | None = None  # that was taken; None: all
    channels: int = 1  # of that track
    downmix: str = "usual"
    gain_db: int = 0
    loudness: int = 0  # dBFS of its loudest moments
    overlapped: int = 0  # samples that were left out, as their time was there already
    miscounted: int = 0  # samples of silence that unbelievable timestamps would have made
    unended: bool = False  # nothing in the file says whether all of it is there


class Plan(Contract):
    """How one recording is cut.

    The tiles partition it: every sample of a channel is in exactly one.

    Chunks are not in it: how tiles are shared out changes nothing in the transcript.
    """

    job: str
    recording: Recording
    options: ReadingOptions
    model: str
    tiles: tuple[Tile, ...]
    sound: StoredAudio
    undecodable: tuple[Undecodable, ...] = ()
    origin: Origin = Origin()
    redo: Redo | None = None  # None: the job reads all of the recording
    spent: tuple[BilledTime, ...] = ()  # by Split, also on each section

    @property
    def scope(self) -> tuple[Tile, ...]:
        """The tiles that the job is about: all of them, or those that its redo's range overlaps."""
        if self.redo is None:
            return self.tiles
        start, end = self.redo.start * SAMPLES_PER_MS, self.redo.end * SAMPLES_PER_MS
        return tuple(tile for tile in self.tiles if tile.start < end and start < tile.end)

    @property
    def channels(self) -> int:
        """How many channels are transcribed, each by itself; at least 1."""
        return len({tile.channel for tile in self.tiles}) or 1

    @property
    def samples(self) -> int:
        """Samples of audio in the job, in each channel."""
        return sum(tile.end - tile.start for tile in self.scope) // self.channels


class Sections(Contract):
    """How the file of a very long recording is shared out (sections.py), and what there is to know
    to decode a share.
    """

    bucket: str
    key: str
    etag: str
    version: str | None
    size: int  # bytes
    count: int
    separate: bool  # channels
    selection: Selection = Selection()
    tried: tuple[Selection, ...] = ()  # and found to be worse
    spent: BilledTime | None = None  # by Split, on sharing it out


class SectionResult(Contract):
    """Result of a finished section. Its sound and its frames (frames.py) are stored beside."""

    samples: int  # in each channel
    selection: Selection = Selection()  # that it was decoded as
    findings: Findings
    spent: BilledTime
