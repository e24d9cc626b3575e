"""Voices in tiles: when each speaks, within a few seconds, and how it sounds."""

from typing import Annotated

from pydantic import Field

from fanscribe.contract import Contract
from fanscribe.documents.job import BilledTime
from fanscribe.documents.plan import Span


class Utterance(Contract):
    """About two seconds in which one of a window's voices speaks."""

    window: int  # where its window begins, in samples of the recording
    voice: Annotated[int, Field(ge=0, le=2)]  # which of the window's
    active: tuple[Span, ...]  # when it speaks, in samples of the recording
    alone: int  # samples behind the voice print in which nobody else speaks
    voice_print: str | None  # base64 of 192 signed bytes; None: too short to tell


class TileVoices(Contract):
    """All utterances of a tile. None where the models failed on it, twice."""

    tile: int
    utterances: tuple[Utterance, ...]
    failed: str | None = None  # why


class KnownVoice(Contract):
    """A voice as a clip has it."""

    voice_print: str
    narrow: bool = False  # by telephone: all people sound more alike there


class KnownClip(Contract):
    """The voice in a reference clip."""

    clip: str  # s3://bucket/key
    etag: str
    voice: KnownVoice


class SpeakerBasis(Contract):
    """Models that tell a job's speakers apart, and clips of voices that are known."""

    models: str  # by which its voices are taken
    clips: tuple[KnownClip, ...] = ()


class Voices(Contract):
    """Voices of the speech tiles in `first..last`; the other tiles in it are silent."""

    first: int
    last: int
    tiles: tuple[TileVoices, ...]
    spent: BilledTime | None = None  # by Transcribe, on these
