"""OpenAI's `verbose_json`, and more. Pure."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Any

from fanscribe.documents.speaker import Overlap, Speaker, speaker_label
from fanscribe.documents.track import Track
from fanscribe.documents.wording import Correction, TaggedWord
from fanscribe.times import seconds
from fanscribe.transcript.build import Segment, Transcript, channel_label
from fanscribe.transcript.captions.cues import channels_of
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.json_text import printed

UNDETERMINED = "und"  # ISO 639-2's code, where nothing was said: `language` is a text there


def as_json(edition: Edition) -> str:
    """OpenAI's `verbose_json`, and more."""
    return printed(verbose_json(edition.transcript))


def verbose_json(transcript: Transcript) -> dict[str, Any]:
    """OpenAI's `verbose_json` (audio transcription object), then what Fanscribe adds. In seconds.

    For json_text.py: segments and words are iterators, made one by one as they are written.

    Nothing in it tells when or how it was made: the same recording and options give the same bytes.
    """
    segments = transcript.segments
    words = chain.from_iterable(map(_words_json, segments))
    tracks = [_track_json(track, transcript.track) for track in transcript.tracks]
    return {
        "task": transcript.task,
        "language": transcript.language or UNDETERMINED,
        "duration": seconds(transcript.duration),
        "text": transcript.text,
        "segments": (_segment_json(i, segment) for i, segment in enumerate(segments)),
        "words": words,
        **_speakers_json(transcript),
        **_wording_json(transcript),
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
    """`seek` is where Whisper looks from, in its frames of 10 ms: here, where the segment begins.

    All is decoded at `temperature` 0. Words are kept, and no tokens.
    """
    return {
        "id": number,
        "seek": segment.start // 10,
        "start": seconds(segment.start),
        "end": seconds(segment.end),
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": segment.avg_logprob,
        "no_speech_prob": segment.no_speech_prob,
        "compression_ratio": segment.compression_ratio,
        "language": segment.language,
        **_voice_json(segment),
    }


def _words_json(segment: Segment) -> Iterator[dict[str, Any]]:
    voice = _voice_json(segment)
    for word in segment.words:
        yield {
            "word": word.text.strip(),
            "start": seconds(word.start),
            "end": seconds(word.end),
            "probability": word.probability,
            **({"filtered": True} if isinstance(word, TaggedWord) else {}),
            **voice,
        }


def _voice_json(segment: Segment) -> dict[str, str]:
    """Labels, not names: a name may be given twice, and be another tomorrow."""
    channel, speaker = segment.channel, segment.speaker
    return {
        **({} if channel is None else {"channel": channel_label(channel)}),
        **({} if speaker is None else {"speaker": speaker_label(speaker)}),
    }


def _speakers_json(transcript: Transcript) -> dict[str, Any]:
    """Nothing where speakers were not asked for."""
    if transcript.speakers is None:
        return {}
    separate = bool(channels_of(transcript))
    return {
        "speakers": [_speaker_json(each) for each in transcript.speakers],
        "overlaps": [_overlap_json(each, separate=separate) for each in transcript.overlaps],
    }


def _wording_json(transcript: Transcript) -> dict[str, Any]:
    """Nothing where words were not edited."""
    corrections, filtered = transcript.corrections, transcript.filtered
    return {
        **({} if corrections is None else {"corrections": map(_correction_json, corrections)}),
        **({} if filtered is None else {"word_filter": filtered.model_dump()}),
    }


def _correction_json(correction: Correction) -> dict[str, Any]:
    channel = correction.channel
    return {
        "start": seconds(correction.start),
        "end": seconds(correction.end),
        "was": correction.was,
        "now": correction.now,
        "why": correction.why,
        "score": correction.score,
        **({} if channel is None else {"channel": channel_label(channel)}),
    }


def _speaker_json(speaker: Speaker) -> dict[str, Any]:
    named: dict[str, Any] = {"name": speaker.name} if speaker.name else {}
    if speaker.similarity is not None:
        named["similarity"] = speaker.similarity
    return {"speaker": speaker.label, **named, "talk_time": seconds(speaker.talk)}


def _overlap_json(overlap: Overlap, *, separate: bool) -> dict[str, Any]:
    return {
        "start": seconds(overlap.start),
        "end": seconds(overlap.end),
        "speakers": [speaker_label(number) for number in overlap.speakers],
        **({"channel": channel_label(overlap.channel)} if separate else {}),
    }
