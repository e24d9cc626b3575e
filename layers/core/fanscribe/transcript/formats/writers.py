"""Every format: how it is written, and what its files are called."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from fanscribe import keys
from fanscribe.documents.options import Format
from fanscribe.transcript.formats.diarized_json import as_diarized_json
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.html_page import as_html
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt
from fanscribe.transcript.formats.text import as_text, as_tsv
from fanscribe.transcript.formats.transcribe_json import as_transcribe_json
from fanscribe.transcript.formats.verbose_json import as_json


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
    "diarized-json": Writer(as_diarized_json, "application/json", "diarized.json"),
}


def transcript_keys(recording_key: str, job: str, names: Iterable[Format]) -> dict[str, str]:
    """Where a job's transcript is, or will be: format -> key."""
    return {name: keys.transcript(recording_key, job, WRITERS[name].extension) for name in names}
