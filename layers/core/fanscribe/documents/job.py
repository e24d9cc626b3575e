"""Further records of a job: who is at it, what it took, what went wrong."""

from pydantic import ConfigDict, Field

from fanscribe.contract import Contract


class BilledTime(Contract):
    """Billed time of an invocation since it last stored something, as far as it can be seen from
    inside.
    """

    ms: int
    memory_mb: int  # that it has and is billed for; 0 where Lambda does not say


class InvocationTimes(BilledTime):
    """All of one invocation of Transcribe, for the run report.

    The rest of its `ms`, neither `load` nor `read`, went to S3.
    """

    # histories are read by commands of other versions
    model_config = ConfigDict(frozen=True, extra="ignore")
    cold: int = 0  # ms that its process had lived before: of a cold start; 0 in a warm process
    load: int = 0  # ms, the model
    read: int = 0  # ms, by the model
    tiles: int = 0  # that it read
    audio: int = 0  # ms of sound in them
    processor: str = ""  # on what: Lambda has several kinds


class Claim(Contract):
    """Which execution is at a job."""

    execution: str


class Language(Contract):
    """DetectLanguage's decision, once for a job."""

    language: str


class Attempt(Contract):
    """A batch of tiles that was begun: it is written before the model sees them and removed after,
    so one that is still there ended its worker, or the worker ended for another reason while it was
    at it.
    """

    first: int
    last: int
    execution: str
    error: str | None = None  # what the model raised, if the worker lived to tell

    @property
    def tiles(self) -> range:
        """Indexes of the batch's tiles."""
        return range(self.first, self.last + 1)


class Failure(Contract):
    """Why a chunk failed for good, as Step Functions caught it; or a tile, as Transcribe found."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    error: str = Field(alias="Error")
    cause: str = Field(default="", alias="Cause")
