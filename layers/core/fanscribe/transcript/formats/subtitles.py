"""SubRip and WebVTT. Pure."""

import html
import re
from collections.abc import Iterable, Iterator

from fanscribe.times import timestamp
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.captions.cues import Cue, caption_labels
from fanscribe.transcript.captions.dialogue import DASH
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.naming import Labels

APART = "\u200b"  # a space that nobody sees
# parsers of SubRip take these for times
TIMING = re.compile(r"-->|(?<=\n)(?=[0-9]+[,.:，．。：][0-9]+[,.:，．。：][0-9])")


def as_srt(edition: Edition) -> str:
    """SubRip: numbered from 1, a comma before the milliseconds.

    It knows no escapes, so words that look like times are parted.
    """
    labels = caption_labels(edition.transcript, edition.output)
    return "\n".join(
        f"{number}\n{_span(cue, ',')}\n{_parted(_labelled(cue, labels))}\n"
        for number, cue in enumerate(edition.labelled_cues, start=1)
    )


def _labelled(cue: Cue, labels: Labels) -> str:
    first = f"{labels.before(cue.channel, cue.speaker)}{cue.text}"
    if cue.reply is None:
        return first
    reply = f"{labels.before(cue.channel, cue.reply.speaker)}{cue.reply.text}"
    return f"{DASH}{first}\n{DASH}{reply}"


def _span(cue: Cue, decimal: str = ".") -> str:
    return f"{timestamp(cue.start, decimal)} --> {timestamp(cue.end, decimal)}"


def _parted(text: str) -> str:
    return TIMING.sub(lambda found: f"--{APART}>" if found[0] else APART, _without_nul(text))


def _without_nul(text: str) -> str:
    """As WebVTT and HTML have it. Parsers in C end there."""
    return text.replace("\0", "\ufffd")


def as_vtt(edition: Edition) -> str:
    """WebVTT: `<` and `&` begin markup there, so they are escaped.

    A speaker or a channel is a voice, which players don't print.
    """
    blocks = (f"{_span(cue)}\n{_voiced(cue, edition.labels)}\n" for cue in edition.cues)
    return "\n".join(["WEBVTT\n", *_note(edition.transcript), *blocks])


def _voiced(cue: Cue, labels: Labels) -> str:
    voice, text = labels.of(cue.channel, cue.speaker), _escaped(cue.text)
    if cue.reply is None:
        return f"<v {_escaped(voice)}>{text}" if voice else text
    other = labels.of(cue.channel, cue.reply.speaker)
    lines = ((voice, text), (other, _escaped(cue.reply.text)))
    return "\n".join(f"<v {_escaped(who)}>{DASH}{said}</v>" for who, said in lines)


def _escaped(text: str) -> str:
    return html.escape(_without_nul(text), quote=False)


def _note(transcript: Transcript) -> Iterator[str]:
    if missing := _lines(transcript.ledger.missing()):
        yield f"NOTE This transcript is incomplete. Missing:\n{missing}"
    if notes := _lines(transcript.notes):
        yield f"NOTE\n{notes}"


def _lines(sentences: Iterable[str]) -> str:
    """A line for each, none of them empty; a note can't hold "-->"."""
    lines = (" ".join(sentence.split()) for sentence in sentences)
    return "".join(f"{html.escape(line, quote=False)}\n" for line in lines)
