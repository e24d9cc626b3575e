"""OpenAI's `diarized_json`. Pure."""

from typing import Any

from fanscribe.times import seconds
from fanscribe.transcript.build import Segment
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.json_text import printed
from fanscribe.transcript.naming import Labels

UNKNOWN = "unknown"  # `speaker` is a text there


def as_diarized_json(edition: Edition) -> str:
    """Write the JSON of OpenAI's models that tell speakers apart, for programs that read that.

    Times are seconds.

    `task` is always the same there. Where nobody knows the speaker, the channel stands for one.
    What is missing is added to it.
    """
    transcript = edition.transcript
    segments = enumerate(transcript.segments)
    missing = list(transcript.ledger.missing())
    return printed(
        {
            "task": "transcribe",
            "duration": seconds(transcript.duration),
            "text": transcript.text,
            "segments": (_segment(i, segment, edition.labels) for i, segment in segments),
            "usage": {"type": "duration", "seconds": seconds(transcript.duration)},
            "complete": transcript.ledger.complete,
            **({"missing": missing} if missing else {}),
        }
    )


def _segment(number: int, segment: Segment, labels: Labels) -> dict[str, Any]:
    return {
        "type": "transcript.text.segment",
        "id": f"seg_{number}",
        "start": seconds(segment.start),
        "end": seconds(segment.end),
        "text": segment.text,
        "speaker": labels.of(segment.channel, segment.speaker) or UNKNOWN,
    }
