"""Plain text, and a table with a row for each segment. Pure."""

from fanscribe.transcript.build import channel_label
from fanscribe.transcript.captions.cues import channels_of, label
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.paragraphs import Entry, entries, paragraphs_of


def as_text(edition: Edition) -> str:
    """Paragraphs: a new one after PARAGRAPH of silence, for another channel, and for a gap."""
    parted = paragraphs_of(entries(edition.transcript))
    spelled = (
        label(paragraph[0].channel) + " ".join(entry.text for entry in paragraph)
        for paragraph in parted
    )
    return "\n".join(f"{text}\n" for text in spelled)


def as_tsv(edition: Edition) -> str:
    """openai/whisper's table: a row for each segment, times in ms; channels in a column."""
    separate = channels_of(edition.transcript)
    rows = [("start", "end", "text", "channel")]
    rows += map(_row, entries(edition.transcript))
    return "".join("\t".join(row if separate else row[:3]) + "\n" for row in rows)


def _row(entry: Entry) -> tuple[str, str, str, str]:
    channel = "" if entry.channel is None else channel_label(entry.channel)
    return str(entry.start), str(entry.end), " ".join(entry.text.split()), channel
