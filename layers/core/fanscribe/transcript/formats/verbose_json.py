"""OpenAI's `verbose_json`, and more. Pure."""

from dataclasses import asdict
from typing import Any

from fanscribe.documents.reading import Word
from fanscribe.documents.track import Track
from fanscribe.times import seconds
from fanscribe.transcript.build import Segment, Transcript, channel_label
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.json_text import printed


def as_json(edition: Edition) -> str:
    """OpenAI's `verbose_json`, and more."""
    return printed(verbose_json(edition.transcript))


def verbose_json(transcript: Transcript) -> dict[str, Any]:
    """OpenAI's `verbose_json` (audio transcription object), then what Fanscribe adds. In seconds.

    For json_text.py: segments and words are iterators, made one by one as they are written.

    Nothing in it tells when or how it was made: the same recording and options give the same bytes.
    """
    segments = transcript.segments
    words = ((word, segment.channel) for segment in segments for word in segment.words)
    tracks = [_track_json(track, transcript.track) for track in transcript.tracks]
    return {
        "task": transcript.task,
        "language": transcript.language,
        "duration": seconds(transcript.duration),
        "text": transcript.text,
        "segments": (_segment_json(i, segment) for i, segment in enumerate(segments)),
        "words": (_word_json(word, channel) for word, channel in words),
        "complete": transcript.ledger.complete,
        "model": transcript.model,
        "recording": transcript.recording,
        **({"notes": list(transcript.notes)} if transcript.notes else {}),
        **({"tracks": tracks} if tracks else {}),
        "ledger": transcript.ledger.model_dump(exclude_none=True),
    }


def _track_json(track: Track, taken: int | None) -> dict[str, Any]:
    """Levels in dBFS."""
    known = {name: value for name, value in asdict(track).items() if value is not None}
    return known | {"transcribed": taken in {None, track.number}}


def _segment_json(number: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": number,
        "start": seconds(segment.start),
        "end": seconds(segment.end),
        "text": segment.text,
        "avg_logprob": segment.avg_logprob,
        "no_speech_prob": segment.no_speech_prob,
        "compression_ratio": segment.compression_ratio,
        "language": segment.language,
        **_channel_json(segment.channel),
    }


def _word_json(word: Word, channel: int | None) -> dict[str, Any]:
    return {
        "word": word.text.strip(),
        "start": seconds(word.start),
        "end": seconds(word.end),
        "probability": word.probability,
        **_channel_json(channel),
    }


def _channel_json(channel: int | None) -> dict[str, str]:
    return {} if channel is None else {"channel": channel_label(channel)}
