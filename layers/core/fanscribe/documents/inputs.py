"""Inputs that start an execution: an S3 event, or one written by hand."""

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

from fanscribe import keys
from fanscribe.contract import Contract, explain
from fanscribe.errors import InvalidInput
from fanscribe.times import from_clock


def _time(value: Any) -> int:
    """A time as people write it, or a number of seconds, as ms. Raises ValueError."""
    return from_clock(f"{value:.3f}" if isinstance(value, float) else str(value))


class RedoRequest(Contract):
    """The range of an earlier job to redo: `{"job": …, "from": "12:10", "to": "12:40"}`."""

    job: Annotated[str, Field(pattern=f"^{keys.JOB_ID}$")]
    start: Annotated[int, BeforeValidator(_time), Field(alias="from")]  # ms
    end: Annotated[int, BeforeValidator(_time), Field(alias="to")]
    model: str | None = None  # if one is named, it must be that

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.start >= self.end:
            raise ValueError("'to' is not after 'from'")
        return self


class RewriteRequest(Contract):
    """An earlier job whose transcript is to be written anew, with nothing read: `{"job": …}`."""

    job: Annotated[str, Field(pattern=f"^{keys.JOB_ID}$")]


class UploadEvent(Contract):
    """EventBridge's "Object Created" event.

    Unlike an S3 notification's, its key is not URL-encoded: it is taken as it is.
    """

    # by alias only: the event has a `version` of its own, which is not the object's
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=False)
    source: Literal["aws.s3"]
    detail_type: Literal["Object Created"] = Field(alias="detail-type")
    bucket: Annotated[
        str, Field(min_length=1, validation_alias=AliasPath("detail", "bucket", "name"))
    ]
    key: Annotated[str, Field(min_length=1, validation_alias=AliasPath("detail", "object", "key"))]
    version: str | None = Field(
        default=None, validation_alias=AliasPath("detail", "object", "version-id")
    )

    @property
    def options(self) -> dict[str, Any] | None:
        """Options are None, because they are in the object's metadata."""
        return None

    @property
    def redo(self) -> None:
        """An upload is transcribed whole."""
        return None

    @property
    def rewrite(self) -> None:
        """An upload is transcribed."""
        return None


class _ByHand(Contract):
    options: dict[str, Any] | None = None
    redo: RedoRequest | None = None  # None: all of it
    rewrite: RewriteRequest | None = None  # None: it is read

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.redo and self.rewrite:
            raise ValueError("'redo' reads and 'rewrite' does not: give one of them")
        return self


class ObjectInput(_ByHand):
    """Written by hand in the console: `{"bucket": …, "key": …, "options": {…}}`."""

    bucket: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)]
    version: str | None = None


class UriInput(_ByHand):
    """The same as one line: `{"uri": "s3://bucket/key", "options": {…}}`."""

    uri: Annotated[str, Field(pattern=keys.URI)]
    version: None = None

    @property
    def bucket(self) -> str:
        """The bucket that the URI names."""
        return keys.parse_uri(self.uri)[0]

    @property
    def key(self) -> str:
        """The key that the URI names."""
        return keys.parse_uri(self.uri)[1]


def _kind(value: Any) -> str | None:
    fields = value if isinstance(value, dict) else {}
    return (
        "event"
        if "detail" in fields
        else "uri"
        if "uri" in fields
        else "object"
        if "bucket" in fields
        else None
    )


JobInput = Annotated[
    Annotated[UploadEvent, Tag("event")]
    | Annotated[ObjectInput, Tag("object")]
    | Annotated[UriInput, Tag("uri")],
    Discriminator(_kind),
]


_JOB_INPUT: TypeAdapter[UploadEvent | ObjectInput | UriInput] = TypeAdapter(JobInput)


def parse_job_input(value: Any) -> UploadEvent | ObjectInput | UriInput:
    """One of the three kinds, distinguished by `detail`, `bucket` or `uri`. Raises InvalidInput."""
    try:
        return _JOB_INPUT.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "union_tag_not_found":
            given = (
                f"the fields {', '.join(value)}"
                if isinstance(value, dict) and value
                else "no fields"
            )
            reason = f"it has {given}"
        else:
            reason = explain(error, skip=1)
        raise InvalidInput(
            f"The execution's input can't be understood: {reason}. "
            "It is an S3 'Object Created' event, "
            '{"bucket": …, "key": …} or {"uri": "s3://bucket/key"}, '
            'the latter two with "options", "redo" or "rewrite" if you like.'
        ) from None
