"""Options of a transcript: the same set from a command, an execution's input or metadata."""

import difflib
import re
import unicodedata
from email.charset import Charset
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from fanscribe.contract import Contract
from fanscribe.documents.clips import checked
from fanscribe.documents.redaction import KINDS, Kind
from fanscribe.documents.track import ALL
from fanscribe.errors import InvalidOption

Format = Literal["json", "txt", "srt", "vtt", "html", "tsv", "transcribe-json", "diarized-json"]
FORMATS: tuple[Format, ...] = get_args(Format)
DEFAULT_FORMATS: tuple[Format, ...] = ("json", "srt", "vtt", "txt")
MULTILINGUAL = "multilingual"  # each tile in the language that is detected in it
# options that may differ in a part that is read again
REDOABLE = ("language", "beam_size", "initial_prompt", "hotwords")
# options that edit the words when they are written, and that an earlier job's transcript keeps
WORDING = (
    "vocabulary",
    "consistent_names",
    "replace",
    "word_filter",
    "word_filter_method",
    "redact",
)
LISTS = ("vocabulary", "replace", "word_filter")  # of these, files of words
MOST_HOTWORDS = 800  # characters
# Metadata of every upload by Uppy, which web pages upload with (github.com/transloadit/uppy#2380).
# It is no slip of `names`.
FILE_NAME = "name"
FROM_VOCABULARY = "@vocabulary"  # as hotwords: the terms of that list
ENGLISH = "en"  # the language of an English-only model
MOST_SPEAKERS = 30
MOST_SHOWN = 200  # characters of a wrong value in a message


def _listed(value: Any) -> Any:
    """`"srt, vtt"`, as S3 metadata and command lines have it -> `("srt", "vtt")`. Drops repeats."""
    if isinstance(value, str):
        value = re.split(r"[,\s]+", value.strip())
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return tuple(dict.fromkeys(value))
    return value


def _kinds(value: Any) -> Any:
    """Kinds of personal data in their usual order: `all`, or `pii`, is all of them, `off` none.

    Raises ValueError for one that is unknown.
    """
    listed = _listed(value)
    if not isinstance(listed, (list, tuple)):
        return value
    asked = {str(kind) for kind in listed}
    if asked & {"all", "pii"}:
        asked = asked - {"all", "pii"} | set(KINDS)
    if asked <= {"off", ""}:
        return ()
    if not asked <= set(KINDS):
        raise ValueError
    return tuple(kind for kind in KINDS if kind in asked)


def _by_label(value: Any) -> Any:
    """`"spk_0=Ada,spk_1=Bob"`, as metadata has it, or such texts one by one, as a command line has
    them -> `{"spk_0": "Ada", "spk_1": "Bob"}`. A name may hold commas.

    Raises ValueError for a label that is there twice.
    """
    if isinstance(value, str):
        value = re.split(rf",(?=\s*{LABEL}\s*=)", value) if value.strip() else []
    if not isinstance(value, (list, tuple)):
        return value
    named: dict[str, str] = {}
    for text in value:
        label, equals, name = str(text).partition("=")
        if not equals or label.strip() in named:
            raise ValueError
        named[label.strip()] = name
    return named


def _by_name(value: Any) -> Any:
    """`"Ada=ada.mp3,Ada=0:12-0:31,Bob=bob.mp3"`, as metadata and command lines have it ->
    `{"Ada": ["ada.mp3", "0:12-0:31"], "Bob": ["bob.mp3"]}`.

    Raises ValueError for a part without a name.
    """
    if not isinstance(value, str):
        return value
    clips: dict[str, list[str]] = {}
    for text in re.split(r",(?=[^,=]+=)", value) if value.strip() else []:
        name, equals, clip = text.partition("=")
        if not equals:
            raise ValueError
        clips.setdefault(" ".join(name.split()), []).append(clip)
    return clips


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _on_one_line(name: str) -> str:
    """Raises ValueError for what no file of text can hold."""
    line = " ".join(name.split())
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line):
        raise ValueError
    return line


def _as_text(value: Any) -> Any:
    """A number as JSON has it, as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _unless_off(value: Any) -> Any:
    return None if isinstance(value, str) and value in {"off", ""} else value


def _no_truth(value: Any) -> Any:
    """Raises ValueError for `true` and `false`, which Python counts as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004  (pydantic passes no TypeError on as its own)
    return value


LABEL = r"spk_(?:0|[1-9]\d{0,2})"  # of a speaker (documents.speaker)
Name = Annotated[str, AfterValidator(_on_one_line), Field(max_length=60)]
Clip = Annotated[str, AfterValidator(checked), Field(min_length=1, max_length=1100)]
Whole = Annotated[int, BeforeValidator(_no_truth)]
Share = Annotated[float, BeforeValidator(_no_truth)]


class SpeakerCount(Contract):
    """How many people may be told apart: as many as there are, from `fewest` to `most`."""

    fewest: int
    most: int

    @classmethod
    def parse(cls, text: str) -> "SpeakerCount | None":
        """`auto`, `2` or `2-5`; None for `off`. Raises ValueError."""
        if text == "off":
            return None
        if text == "auto":
            return cls(fewest=1, most=MOST_SPEAKERS)
        match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", text)
        fewest, most = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= fewest <= most <= MOST_SPEAKERS:
            raise ValueError(f"{text!r} is no number of speakers")
        return cls(fewest=fewest, most=most)

    def __str__(self) -> str:
        if (self.fewest, self.most) == (1, MOST_SPEAKERS):
            return "auto"
        return str(self.fewest) if self.fewest == self.most else f"{self.fewest}-{self.most}"


def _counted(value: Any) -> Any:
    if value is None or isinstance(value, SpeakerCount):
        return value
    return SpeakerCount.parse(str(_as_text(value)))


def _as_given(count: SpeakerCount | None) -> str:
    return str(count or "off")


Speakers = Annotated[
    SpeakerCount | None, BeforeValidator(_counted), PlainSerializer(_as_given, return_type=str)
]

# A file of words: as a caller names it, or kept with the job, by its content (jobs.word_lists)
LISTED = (
    "'off', or a file: an s3:// URI, a key of the recording's bucket, or with the command a path"
)
WordList = Annotated[
    Annotated[str, Field(min_length=1, max_length=1200)] | None, BeforeValidator(_unless_off)
]


class ReadingOptions(Contract):
    """Options that decide the words. They identify a job: other options, other job."""

    language: Annotated[str | None, Field(pattern=rf"^([a-z]{{2,3}}|{MULTILINGUAL})$")] = Field(
        None,
        title="The language spoken",
        description=(
            f"a code such as 'en' or 'fr', or '{MULTILINGUAL}'; "
            "left out, it is detected once for the recording"
        ),
    )
    task: Literal["transcribe", "translate"] = Field(
        "transcribe", title="What to write", description="'transcribe', or 'translate' into English"
    )
    beam_size: Whole | None = Field(
        None,
        ge=1,
        le=10,
        title="How widely the model searches",
        description="a whole number from 1 to 10; left out, the model's shape decides",
    )
    initial_prompt: str | None = Field(
        None,
        max_length=800,
        title="What the model takes as said before",
        description="a text of at most 800 characters",
    )
    hotwords: str | None = Field(
        None,
        max_length=MOST_HOTWORDS,
        title="Names and terms to expect",
        description=(
            f"words of at most {MOST_HOTWORDS} characters in all, or '{FROM_VOCABULARY}' for the "
            "terms of 'vocabulary', as many as that"
        ),
    )
    vad_threshold: Share = Field(
        0.5,
        ge=0.05,
        le=0.95,
        title="How sure the detection of speech must be",
        description="a number from 0.05 to 0.95",
    )
    channels: Literal["mix", "separate"] = Field(
        "mix",
        title="How channels are transcribed",
        description="'mix', or 'separate' for each channel by itself",
    )
    track: Annotated[str | None, BeforeValidator(_as_text)] = Field(
        None,
        pattern=r"^([1-9]\d{0,2}|[a-z]{2,3}|all)$",
        title="Which sound track",
        description=(
            "the number of a sound track, its language ('en', 'fre'), "
            "or 'all' for each as a channel by itself"
        ),
    )

    def searching(self, usual: int) -> Self:
        """Take the model's usual beam where these options say none.

        So a job has the same identity whether its beam was asked for or not.
        """
        return self if self.beam_size else self.model_copy(update={"beam_size": usual})

    def written_in(self, spoken: str | None) -> str | None:
        """The language of the transcript of what is `spoken` (None: not known yet). None: not
        known, or each tile has its own.
        """
        if self.language == MULTILINGUAL:
            return None
        return ENGLISH if self.task == "translate" else spoken

    @property
    def separate(self) -> bool:
        """True if the transcript has channels."""
        return self.channels == "separate" or self.track == ALL


class OutputOptions(Contract):
    """Options for how the words are written and what may be missing. Another choice needs no new
    reading.
    """

    formats: Annotated[tuple[Format, ...], BeforeValidator(_listed)] = Field(
        DEFAULT_FORMATS,
        min_length=1,
        title="Which files to write",
        description=f"one or more of {', '.join(FORMATS)}",
    )
    speakers: Speakers = Field(
        None,
        title="Whether to tell speakers apart",
        description=(
            "'off', 'auto', how many people speak, from 1 to 30, or a range such as '2-5'"
        ),
    )
    voices: Annotated[
        dict[
            Annotated[Name, Field(min_length=1)],
            Annotated[
                tuple[Clip, ...], BeforeValidator(_several), Field(min_length=1, max_length=4)
            ],
        ],
        BeforeValidator(_by_name),
    ] = Field(
        {},
        max_length=MOST_SPEAKERS,
        title="Whose voices are known",
        description=(
            "names, each with one to four clips: a file, or times in the recording: "
            "Ada=ada.mp3,Bob=0:12-0:31"
        ),
    )
    caption_line_length: Whole = Field(
        42,
        ge=16,
        le=120,
        title="How long a caption line may be",
        description="a whole number of characters from 16 to 120",
    )
    caption_lines: Whole = Field(
        2,
        ge=1,
        le=4,
        title="How many lines a caption may have",
        description="a whole number of lines from 1 to 4",
    )
    names: Annotated[
        dict[Annotated[str, Field(pattern=f"^{LABEL}$")], Name], BeforeValidator(_by_label)
    ] = Field(
        {},
        title="What speakers are called",
        description=(
            "each speaker's label once, with a name of at most 60 characters: spk_0=Ada,spk_1=Bob"
        ),
    )
    vocabulary: WordList = Field(
        None,
        title="How names and terms are written",
        description=f"{LISTED}; one term a line",
    )
    consistent_names: bool = Field(
        False,
        title="Whether a name that recurs is always written alike",
        description="'true' or 'false'",
    )
    replace: WordList = Field(
        None,
        title="What to write in place of what",
        description=f"{LISTED}; one rule a line, with a tab before what is to be written",
    )
    word_filter: WordList = Field(
        None,
        title="Words that must not be shown",
        description=f"{LISTED}; one word or phrase a line",
    )
    word_filter_method: Literal["mask", "remove", "tag"] = Field(
        "mask",
        title="What is done with words of the filter",
        description="'mask' (***), 'remove', or 'tag' in the JSON formats",
    )
    redact: Annotated[tuple[Kind, ...], BeforeValidator(_kinds)] = Field(
        (),
        title="Which personal data must not be shown",
        description=f"'off', 'all', or one or more of {', '.join(KINDS)}",
    )
    redact_audio: Literal["off", "wav", "flac"] = Field(
        "off",
        title="Whether to write the recording without the personal data",
        description="'off', or with 'redact' the format of its sound: 'wav' or 'flac'",
    )
    tolerated_loss: Share = Field(
        0.0,
        ge=0,
        le=1,
        title="Tolerated loss",
        description="the share of speech that may be missing, from 0 to 1",
    )

    @field_validator("redact_audio")
    @classmethod
    def _of_what(cls, value: str, info: ValidationInfo) -> str:
        if value != "off" and not info.data.get("redact"):
            raise ValueError("what is to be silenced is not said")
        return value


class Options(ReadingOptions, OutputOptions):
    """All options of a job."""

    @property
    def reading(self) -> ReadingOptions:
        """The options that decide how tiles are read; with the model they identify a job."""
        return ReadingOptions(**{name: getattr(self, name) for name in ReadingOptions.model_fields})

    @property
    def output(self) -> OutputOptions:
        """The options that decide what is written of it."""
        return OutputOptions(**{name: getattr(self, name) for name in OutputOptions.model_fields})

    def tolerating(self, loss: float) -> Self:
        """Take the deployment's tolerated loss where these options say none."""
        return (
            self
            if "tolerated_loss" in self.model_fields_set
            else self.model_copy(update={"tolerated_loss": loss})
        )

    def naming_too(self, names: dict[str, str]) -> Self:
        """These options, with earlier names of the speakers to whom they give none."""
        return self.model_copy(update={"names": names | self.names})

    def worded_as(self, last: OutputOptions) -> Self:
        """These options, with those of an earlier transcript that edit words and are not given."""
        kept = {name: getattr(last, name) for name in WORDING if name not in self.model_fields_set}
        return self.model_copy(update=kept)

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Self:
        """Raises InvalidOption, naming the option, what was given and what is possible."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise InvalidOption(_refusal(str(first["loc"][0]), first["input"])) from None

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> Self:
        """Read an S3 object's user metadata. Raises InvalidOption.

        `beam-size` is `beam_size`, and text may be encoded as S3's console does it. Other tools
        keep theirs there too (rclone its `mtime`), so only our names count, and what looks like a
        slip of one.
        """
        values = {name.replace("-", "_"): value for name, value in metadata.items()}
        return cls.parse(
            {
                name: _decoded(value)
                for name, value in values.items()
                if name != FILE_NAME and difflib.get_close_matches(name, cls.model_fields, 1, 0.8)
            }
        )


def as_metadata(values: dict[str, Any]) -> dict[str, str]:
    """Options as an upload's metadata, which S3 wants in ASCII; with dashes, as servers drop
    headers with underscores.
    """
    return {name.replace("_", "-"): _encoded(_spelled(value)) for name, value in values.items()}


def _encoded(text: str) -> str:
    """Text as a header carries it: encoded (RFC 2047), unless it is plain ASCII and stays so.

    On the way, headers lose line breaks and spaces at their ends.
    """
    plain = text.isascii() and text.isprintable() and text == text.strip() and "=?" not in text
    return text if plain else Charset("utf-8").header_encode(text)


def _decoded(value: str) -> str:
    """Text from a header. What only looks encoded stays as it is: programs that keep emails put
    their subjects into metadata, also in character sets that nobody knows.
    """
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _spelled(value: Any) -> str:
    if isinstance(value, dict):
        value = [
            f"{label}={each}"
            for label, said in value.items()
            for each in ([said] if isinstance(said, str) else said)
        ]
    return ",".join(value) if isinstance(value, (list, tuple)) else str(value)


def _refusal(name: str, given: Any) -> str:
    if name not in Options.model_fields:
        options = ", ".join(Options.model_fields)
        return f"There is no option {name[:MOST_SHOWN]!r}. The options are {options}."
    if isinstance(given, tuple):  # words of a command line
        given = " ".join(map(str, given))
    shown = repr(given)
    if len(shown) > MOST_SHOWN:
        shown = f"{shown[:MOST_SHOWN]}…"
    return (
        f"The option {name!r} can't be {shown}: it takes {Options.model_fields[name].description}."
    )
