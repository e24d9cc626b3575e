"""Amazon Transcribe's JSON. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any

from fanscribe.documents.reading import Word
from fanscribe.documents.redaction import Kind, mark
from fanscribe.documents.speaker import speaker_label
from fanscribe.documents.wording import TaggedWord
from fanscribe.times import seconds
from fanscribe.transcript.build import Segment, Transcript, channel_label, joined
from fanscribe.transcript.captions.cues import channels_of
from fanscribe.transcript.captions.pieces import unbroken
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.json_text import printed
from fanscribe.transcript.redaction.apply import RedactedWord

# Punctuation to Unicode, but spoken, or part of a name: "50%", "C#", "R&D"
SPOKEN_MARKS = frozenset("%‰&@#*/\\_§")
LEADING_PARTS = frozenset(".-")  # punctuation that belongs to the word behind it: ".5", "-5"

REDACTED = "[PII]"
# Amazon's names, of Transcribe or else of Comprehend
TYPES: dict[Kind, str] = {
    "name": "NAME",
    "email": "EMAIL",
    "phone": "PHONE",
    "address": "ADDRESS",
    "card": "CREDIT_DEBIT_NUMBER",
    "bank-account": "BANK_ACCOUNT_NUMBER",
    "iban": "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "national-id": "SSN",
    "date-of-birth": "DATE_TIME",
    "password": "PASSWORD",
    "ip": "IP_ADDRESS",
    "url": "URL",
}

Item = dict[str, Any]


def as_transcribe_json(edition: Edition) -> str:
    """Amazon Transcribe's JSON, for programs that read that.

    `start_time` and the like are seconds, as text. The job's fields hold only what a transcript
    knows: as `jobName` the recording's, and no account.
    """
    transcript, numbers = edition.transcript, count()
    segments = transcript.segments
    tagging = transcript.filtered is not None and transcript.filtered.method == "tag"
    items = [
        [{"id": next(numbers), **item} for item in _items(segment, tagging=tagging)]
        for segment in segments
    ]
    missing = ", ".join(transcript.ledger.missing())
    return printed(
        {
            "jobName": transcript.recording.rsplit("/", 1)[-1],
            "accountId": "",
            **({"isRedacted": True} if edition.output.redact else {}),
            "status": "FAILED" if missing else "COMPLETED",
            **({"failureReason": f"Speech is missing at {missing}."} if missing else {}),
            "results": {
                **({} if transcript.language is None else {"language_code": transcript.language}),
                "transcripts": [{"transcript": " ".join(map(_text, segments))}],
                **(_channel_labels(transcript, items) if channels_of(transcript) else {}),
                **_speaker_labels(transcript, items),
                "items": list(chain.from_iterable(items)),
                "audio_segments": [
                    _audio_segment(i, segment, [item["id"] for item in inside])
                    for i, (segment, inside) in enumerate(zip(segments, items, strict=True))
                ],
            },
        }
    )


def _audio_segment(number: int, segment: Segment, items: list[int]) -> dict[str, Any]:
    return {
        "id": number,
        "transcript": _text(segment),
        **_span(segment.start, segment.end),
        **_voice(segment),
        "items": items,
    }


def _text(segment: Segment) -> str:
    return joined([_as_amazon_marks(word) for word in segment.words])


def _as_amazon_marks(word: Word) -> Word:
    if not isinstance(word, RedactedWord):
        return word
    return replace(word, text=word.text.replace(mark(word.kind), REDACTED))


def _channel_labels(transcript: Transcript, items: Sequence[Sequence[Item]]) -> dict[str, Any]:
    """The items once more, by channel."""
    by_segment = list(zip(transcript.segments, items, strict=True))
    channels = []
    for channel in channels_of(transcript):
        own = [inside for segment, inside in by_segment if segment.channel == channel]
        label = channel_label(channel)
        channels.append({"channel_label": label, "items": list(chain.from_iterable(own))})
    return {"channel_labels": {"channels": channels, "number_of_channels": len(channels)}}


def _speaker_labels(transcript: Transcript, items: Sequence[Sequence[Item]]) -> dict[str, Any]:
    """When each speaker says what is spoken. Labels, as readers know no names."""
    if transcript.speakers is None:
        return {}
    segments = [
        {**_span(segment.start, segment.end), **_speaker(segment), "items": _spoken(inside)}
        for segment, inside in zip(transcript.segments, items, strict=True)
        if segment.speaker is not None
    ]
    return {"speaker_labels": {"speakers": len(transcript.speakers), "segments": segments}}


def _spoken(items: Sequence[Item]) -> list[Item]:
    kept = ("start_time", "end_time", "speaker_label")
    return [
        {name: item[name] for name in kept} for item in items if item["type"] == "pronunciation"
    ]


def _items(segment: Segment, *, tagging: bool) -> Iterator[Item]:
    for words in unbroken(segment.words):
        if isinstance(words[0], RedactedWord):
            yield from _redacted_items(words[0], segment)
            continue
        confidence = str(round(min(word.probability for word in words), 4))
        times = _span(words[0].start, words[-1].end)
        tag = {"vocabularyFilterMatch": _tagged(words)} if tagging else {}
        # more than one token where Whisper has a dash as part of its word: " - Yes"
        for token in joined(words).split():
            before, spoken, after = _unpunctuated(token)
            yield from (_item("punctuation", mark, "0.0", segment) for mark in before)
            if spoken:
                yield times | _item("pronunciation", spoken, confidence, segment) | tag
            yield from (_item("punctuation", mark, "0.0", segment) for mark in after)


def _tagged(words: Sequence[Word]) -> bool:
    return any(isinstance(word, TaggedWord) for word in words)


def _redacted_items(word: RedactedWord, segment: Segment) -> Iterator[Item]:
    redaction = {"confidence": str(round(word.score, 4)), "type": TYPES[word.kind]}
    said = {"content": REDACTED, "redactions": [redaction | {"category": "PII"}]}
    yield {
        **_span(word.start, word.end),
        "type": "pronunciation",
        "alternatives": [said],
        **_voice(segment),
    }
    for sign in word.text.strip().removeprefix(mark(word.kind)):
        yield _item("punctuation", sign, "0.0", segment)


def _item(kind: str, content: str, confidence: str, segment: Segment) -> dict[str, Any]:
    return {
        "type": kind,
        "alternatives": [{"confidence": confidence, "content": content}],
    } | _voice(segment)


def _span(start: int, end: int) -> dict[str, str]:
    return {"start_time": str(seconds(start)), "end_time": str(seconds(end))}


def _voice(segment: Segment) -> dict[str, str]:
    channel = segment.channel
    label = {} if channel is None else {"channel_label": channel_label(channel)}
    return label | _speaker(segment)


def _speaker(segment: Segment) -> dict[str, str]:
    speaker = segment.speaker
    return {} if speaker is None else {"speaker_label": speaker_label(speaker)}


def _unpunctuated(text: str) -> tuple[str, str, str]:
    """A word and the marks around it: `“Hello,”` -> `“`, `Hello`, `,”`.

    Marks inside are the word's: `don't`, `3.5`.
    """
    punctuation = {sign for sign in text if unicodedata.category(sign).startswith("P")}
    marks = punctuation - SPOKEN_MARKS
    rest = text.rstrip("".join(marks))
    spoken = rest.lstrip("".join(marks - LEADING_PARTS))
    return rest[: len(rest) - len(spoken)], spoken, text[len(rest) :]
