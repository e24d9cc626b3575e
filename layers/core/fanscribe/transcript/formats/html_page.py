"""The transcript page, which offers its captions as files. Pure."""

from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt, srt_with, vtt_with


def as_html(edition: Edition) -> str:
    """One page to read, hear, search and check the transcript with."""
    from fanscribe.transcript.page import render  # noqa: PLC0415  (jinja2: not in the image)

    return render(edition.transcript, captions_of(edition), edition.output)


def captions_of(edition: Edition) -> dict[str, str]:
    """Captions by extension. Where a reader may name speakers, marks stand for them
    (page/speakers.js).
    """
    if not edition.transcript.speakers:
        return {"srt": as_srt(edition), "vtt": as_vtt(edition)}
    labels = edition.labels

    def marked(channel: int | None, speaker: int | None) -> str:
        return labels.of(channel, None) if speaker is None else f"\0{speaker}\0"

    return {"srt": srt_with(edition, marked), "vtt": vtt_with(edition, marked)}
