"""The transcript page, which offers its captions as files. Pure."""

from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt


def as_html(edition: Edition) -> str:
    """One page to read, hear, search and check the transcript with."""
    from fanscribe.transcript.page import render  # noqa: PLC0415  (jinja2: not in the image)

    return render(edition.transcript, {"srt": as_srt(edition), "vtt": as_vtt(edition)})
