"""A transcript as the files that people and players read. Pure: one function for each format."""

import html
import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from fanscribe.contracts import Word
from fanscribe.options import Format
from fanscribe.times import timestamp
from fanscribe.transcript import Transcript, joined, paragraphs, verbose_json

LINE = 42  # characters in a caption line, by broadcast custom
LINES = 2
LONGEST_CUE = 7_000  # ms


class Cue(NamedTuple):
    """What stands on the screen from `start` to `end` (ms)."""

    start: int
    end: int
    text: str


def cues(transcript: Transcript) -> Iterator[Cue]:
    """Each segment as one or more cues of at most LINES lines."""
    for segment in transcript.segments:
        first = 0
        for last in range(1, len(segment.words) + 1):
            if last == len(segment.words) or not _fits(segment.words[first : last + 1]):
                words = segment.words[first:last]
                yield Cue(words[0].start, words[-1].end, "\n".join(_lines(words)))
                first = last


def _fits(words: Sequence[Word]) -> bool:
    return len(_lines(words)) <= LINES and words[-1].end - words[0].start <= LONGEST_CUE


def _lines(words: Sequence[Word]) -> list[str]:
    return textwrap.wrap(joined(words), LINE, break_on_hyphens=False)


def as_json(transcript: Transcript) -> str:
    return json.dumps(verbose_json(transcript), ensure_ascii=False, indent=1) + "\n"


def as_text(transcript: Transcript) -> str:
    return "".join(f"{paragraph}\n" for paragraph in "\n\n".join(paragraphs(transcript)).splitlines())


def as_srt(transcript: Transcript) -> str:
    """SubRip: numbered from 1, a comma before the milliseconds."""
    blocks = (
        f"{number}\n{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues(transcript), start=1)
    )
    return "\n".join(blocks)


def as_vtt(transcript: Transcript) -> str:
    """WebVTT: `<` and `&` begin markup there, so they are escaped."""
    blocks = (
        f"{timestamp(cue.start)} --> {timestamp(cue.end)}\n{html.escape(cue.text, quote=False)}\n" for cue in cues(transcript)
    )
    return "\n".join(["WEBVTT\n", *blocks])


class Writer(NamedTuple):
    """How a format is written, and what it is called on the wire."""

    write: Callable[[Transcript], str]
    content_type: str


WRITERS: dict[Format, Writer] = {
    "json": Writer(as_json, "application/json"),
    "srt": Writer(as_srt, "application/x-subrip; charset=utf-8"),
    "vtt": Writer(as_vtt, "text/vtt; charset=utf-8"),
    "txt": Writer(as_text, "text/plain; charset=utf-8"),
}
