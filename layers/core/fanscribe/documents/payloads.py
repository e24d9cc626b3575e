"""Requests of states to functions, and the answers: references, never audio or text."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from fanscribe.contract import Contract, explain
from fanscribe.documents.inputs import ObjectInput, UploadEvent, UriInput, parse_job_input
from fanscribe.documents.job import InvocationTimes
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Chunk
from fanscribe.errors import InvalidInput


class Task(Contract):
    """Base of what a state sends to a function.

    `execution` is the correlation id of every log line.
    """

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
    """The input of Split: a recording, however it was named, and the execution that asks for it."""

    input: Annotated[UploadEvent | ObjectInput | UriInput, BeforeValidator(parse_job_input)]
    context: Context = Context()


class SectionTask(Task):
    """The input of Split for one section of a very long recording."""

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
    """The input of Transcribe: a chunk of a job."""

    job: str
    # the recording's; of a multilingual one, that of the tiles that leave it in doubt
    language: str
    chunk: Chunk


class ChunkProgress(Contract):
    """Transcribe's answer: how many of the chunk's tiles still have no part.

    The state machine goes by that alone.
    """

    remaining: int
    took: InvocationTimes | None = None


class PersonalDataTask(Task):
    """The input of FindPersonalData: a job whose chunks have ended, and what is to be redacted."""

    job: str
    output: OutputOptions


class MergeTask(Task):
    """The input of Merge: a job whose chunks have ended, read or not."""

    job: str
    output: OutputOptions
    redrives: int = 0  # when the chunks were laid out
    context: Context = Context()

    @property
    def redriven(self) -> bool:
        """True if the execution was redriven since the chunks were laid out."""
        return self.context.redrives > self.redrives


class Usage(Contract):
    """A job's use of Lambda, added up from all that its invocations stored (usage.py), in any
    execution.
    """

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
    keys: dict[str, str]  # format -> key; `sound`: the recording without personal data
    duration: float  # seconds
    words: int
    complete: bool  # False: some speech is missing, no more than was tolerated
    message: str  # all of it in a sentence, and the notes
    # sentences on the recording: which track was taken, why there are no words
    notes: tuple[str, ...] = ()
    usage: Usage
