"""Plain text, and a table with a row for each segment. Pure."""

from collections.abc import Callable

from fanscribe.transcript.captions.cues import channels_of
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.paragraphs import Entry, entries, paragraphs_of


def as_text(edition: Edition) -> str:
    """Paragraphs: a new one after PARAGRAPH of silence, for another channel or speaker, and for a
    gap.
    """
    parted = paragraphs_of(entries(edition.transcript))
    spelled = (
        edition.labels.before(paragraph[0].channel, paragraph[0].speaker)
        + " ".join(entry.text for entry in paragraph)
        for paragraph in parted
    )
    return "\n".join(f"{text}\n" for text in spelled)


def as_tsv(edition: Edition) -> str:
    """openai/whisper's table: a row for each segment, times in ms; channels and speakers in columns
    of their own, where there are any.
    """
    transcript, labels = edition.transcript, edition.labels
    columns: dict[str, Callable[[Entry], str]] = {
        "start": lambda entry: str(entry.start),
        "end": lambda entry: str(entry.end),
        "text": lambda entry: " ".join(entry.text.split()),
    }
    if channels_of(transcript):
        columns["channel"] = lambda entry: labels.of(entry.channel, None)
    if transcript.speakers is not None:
        columns["speaker"] = lambda entry: labels.of(None, entry.speaker)
    rows = [columns, *([of(entry) for of in columns.values()] for entry in entries(transcript))]
    return "".join("\t".join(row) + "\n" for row in rows)
