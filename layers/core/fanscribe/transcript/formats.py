"""A transcript as the files that people, players and programs read. Pure: one function for each format."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from typing import Any, NamedTuple

from fanscribe import keys
from fanscribe.documents.options import Format, OutputOptions
from fanscribe.times import seconds, timestamp
from fanscribe.transcript.build import Segment, Transcript, channel_label, joined, verbose_json
from fanscribe.transcript.captions import Cue, channels_of, cues, label, unbroken
from fanscribe.transcript.json_text import printed
from fanscribe.transcript.paragraphs import Entry, entries, turns

# Punctuation to Unicode, but spoken, or part of a name: "50%", "C#", "R&D"
SPOKEN_MARKS = frozenset("%‰&@#*/\\_§")
APART = "\u200b"  # a space that nobody sees
TIMING = re.compile(r"-->|(?<=\n)(?=[0-9]+[,.:，．。：][0-9]+[,.:，．。：][0-9])")  # what parsers of SubRip take for times
LEADING_PARTS = frozenset(".-")  # punctuation that belongs to the word behind it: ".5", "-5"


@dataclass(frozen=True)
class Edition:
    """A transcript and how it is to be written. Its cues are found once, for all formats that show them."""

    transcript: Transcript
    output: OutputOptions = field(default_factory=OutputOptions)

    @cached_property
    def cues(self) -> list[Cue]:
        return cues(self.transcript, self.output)

    @cached_property
    def labelled_cues(self) -> list[Cue]:
        """With room for labels; the same where there are none."""
        return cues(self.transcript, self.output, labelled=True) if channels_of(self.transcript) else self.cues


def as_json(edition: Edition) -> str:
    """OpenAI's `verbose_json`, and more."""
    return printed(verbose_json(edition.transcript))


# ── Captions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_srt(edition: Edition) -> str:
    """SubRip: numbered from 1, a comma before the milliseconds. It knows no escapes, so words that look like times are parted."""
    blocks = (
        f"{number}\n{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}\n{_parted(label(cue.channel) + cue.text)}\n"
        for number, cue in enumerate(edition.labelled_cues, start=1)
    )
    return "\n".join(blocks)


def _parted(text: str) -> str:
    return TIMING.sub(lambda found: f"--{APART}>" if found[0] else APART, _without_nul(text))


def _without_nul(text: str) -> str:
    """As WebVTT and HTML have it. Parsers in C end there."""
    return text.replace("\0", "\ufffd")


def as_vtt(edition: Edition) -> str:
    """WebVTT: `<` and `&` begin markup there, so they are escaped; a channel is a voice, which players don't print."""
    blocks = (f"{timestamp(cue.start)} --> {timestamp(cue.end)}\n{_voiced(cue)}\n" for cue in edition.cues)
    return "\n".join(["WEBVTT\n", *_note(edition.transcript), *blocks])


def _voiced(cue: Cue) -> str:
    text = html.escape(_without_nul(cue.text), quote=False)
    return text if cue.channel is None else f"<v {channel_label(cue.channel)}>{text}"


def _note(transcript: Transcript) -> Iterator[str]:
    if missing := _lines(transcript.ledger.missing()):
        yield f"NOTE This transcript is incomplete. Missing:\n{missing}"
    if told := _lines(transcript.notes):
        yield f"NOTE\n{told}"


def _lines(sentences: Iterable[str]) -> str:
    """A line for each, none of them empty; a note can't hold "-->"."""
    return "".join(f"{html.escape(' '.join(sentence.split()), quote=False)}\n" for sentence in sentences)


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_text(edition: Edition) -> str:
    """Paragraphs: a new one after PARAGRAPH of silence, for another channel, and for a gap."""
    parted = turns(entries(edition.transcript))
    paragraphs = (f"{label(turn[0].channel)}{' '.join(entry.text for entry in turn)}" for turn in parted)
    return "\n".join(f"{paragraph}\n" for paragraph in paragraphs)


def as_tsv(edition: Edition) -> str:
    """openai/whisper's: a row for each segment, times in ms. Separate channels are a column of their own."""
    separate = channels_of(edition.transcript)
    rows = [("start", "end", "text", "channel")]
    rows += [(str(entry.start), str(entry.end), _cell(entry.text), _channel_cell(entry)) for entry in entries(edition.transcript)]
    return "".join("\t".join(row if separate else row[:3]) + "\n" for row in rows)


def _cell(text: str) -> str:
    return " ".join(text.split())


def _channel_cell(entry: Entry) -> str:
    return "" if entry.channel is None else channel_label(entry.channel)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_html(edition: Edition) -> str:
    """One page to read, hear, search and check the transcript with; it offers the captions too."""
    from fanscribe.transcript.page import render  # noqa: PLC0415  (jinja2: not in the image)

    return render(edition.transcript, {"srt": as_srt(edition), "vtt": as_vtt(edition)})


# ── Amazon Transcribe's JSON ─────────────────────────────────────────────────────────────────────────────────────────


def as_transcribe_json(edition: Edition) -> str:
    """As Amazon Transcribe writes it, for what reads that. `start_time` and the like are seconds, as text.

    What it tells of the job is what a transcript knows: as `jobName` the recording's, and no account.
    """
    transcript, numbers = edition.transcript, count()
    items = [[{"id": next(numbers), **item} for item in _items(segment)] for segment in transcript.segments]
    missing = ", ".join(transcript.ledger.missing())
    return printed(
        {
            "jobName": transcript.recording.rsplit("/", 1)[-1],
            "accountId": "",
            "status": "FAILED" if missing else "COMPLETED",
            **({"failureReason": f"Speech is missing at {missing}."} if missing else {}),
            "results": {
                **({} if transcript.language is None else {"language_code": transcript.language}),
                "transcripts": [{"transcript": transcript.text}],
                **(_channel_labels(transcript, items) if channels_of(transcript) else {}),
                "items": list(chain.from_iterable(items)),
                "audio_segments": [
                    _audio_segment(i, segment, [item["id"] for item in items[i]]) for i, segment in enumerate(transcript.segments)
                ],
            },
        }
    )


def _audio_segment(number: int, segment: Segment, items: list[int]) -> dict[str, Any]:
    return {
        "id": number,
        "transcript": segment.text,
        **_span(segment.start, segment.end),
        **_channel(segment),
        "items": items,
    }


def _channel_labels(transcript: Transcript, items: Sequence[Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """The items once more, by channel."""
    channels = [
        {
            "channel_label": channel_label(channel),
            "items": [item for i, segment in enumerate(transcript.segments) if segment.channel == channel for item in items[i]],
        }
        for channel in channels_of(transcript)
    ]
    return {"channel_labels": {"channels": channels, "number_of_channels": len(channels)}}


def _items(segment: Segment) -> Iterator[dict[str, Any]]:
    for words in unbroken(segment.words):
        confidence = str(round(min(word.probability for word in words), 4))
        times = _span(words[0].start, words[-1].end)
        for token in joined(words).split():  # more than one where Whisper has a dash as part of its word: " - Yes"
            before, spoken, after = _unpunctuated(token)
            yield from (_item("punctuation", mark, "0.0", segment) for mark in before)
            if spoken:
                yield times | _item("pronunciation", spoken, confidence, segment)
            yield from (_item("punctuation", mark, "0.0", segment) for mark in after)


def _item(kind: str, content: str, confidence: str, segment: Segment) -> dict[str, Any]:
    return {"type": kind, "alternatives": [{"confidence": confidence, "content": content}]} | _channel(segment)


def _span(start: int, end: int) -> dict[str, str]:
    return {"start_time": str(seconds(start)), "end_time": str(seconds(end))}


def _channel(segment: Segment) -> dict[str, str]:
    return {} if segment.channel is None else {"channel_label": channel_label(segment.channel)}


def _unpunctuated(text: str) -> tuple[str, str, str]:
    """A word and the marks around it: `“Hello,”` -> `“`, `Hello`, `,”`. Marks inside are the word's: `don't`, `3.5`."""
    marks = {character for character in text if unicodedata.category(character).startswith("P")} - SPOKEN_MARKS
    rest = text.rstrip("".join(marks))
    spoken = rest.lstrip("".join(marks - LEADING_PARTS))
    return rest[: len(rest) - len(spoken)], spoken, text[len(rest) :]


# ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Writer(NamedTuple):
    """How a format is written, what it is called on the wire, and how its files end."""

    write: Callable[[Edition], str]
    content_type: str
    extension: str


WRITERS: dict[Format, Writer] = {
    "json": Writer(as_json, "application/json", "json"),
    "txt": Writer(as_text, "text/plain; charset=utf-8", "txt"),
    "srt": Writer(as_srt, "application/x-subrip; charset=utf-8", "srt"),
    "vtt": Writer(as_vtt, "text/vtt; charset=utf-8", "vtt"),
    "html": Writer(as_html, "text/html; charset=utf-8", "html"),
    "tsv": Writer(as_tsv, "text/tab-separated-values; charset=utf-8", "tsv"),
    "transcribe-json": Writer(as_transcribe_json, "application/json", "transcribe.json"),
}


def transcript_keys(recording_key: str, job: str, names: Iterable[Format]) -> dict[str, str]:
    """Where a job's transcript is, or will be: format -> key."""
    return {name: keys.transcript(recording_key, job, WRITERS[name].extension) for name in names}
