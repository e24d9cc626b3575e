"""SubRip and WebVTT. Pure."""

import html
import re
from collections.abc import Callable, Iterable, Iterator

from fanscribe.times import timestamp
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.captions.cues import Cue, caption_labels
from fanscribe.transcript.captions.dialogue import DASH
from fanscribe.transcript.formats.edition import Edition

Who = Callable[[int | None, int | None], str]
"""The name of a channel and a speaker, as the format spells it."""

APART = "\u200b"  # a space that nobody sees
# parsers of SubRip take these for times
TIMING = re.compile(r"-->|(?<=\n)(?=[0-9]+[,.:，．。：][0-9]+[,.:，．。：][0-9])")


def as_srt(edition: Edition) -> str:
    """SubRip: numbered from 1, a comma before the milliseconds.

    It knows no escapes, so words that look like times are parted.
    """
    labels = caption_labels(edition.transcript, edition.output)
    return srt_with(edition, lambda channel, speaker: parted(labels.of(channel, speaker)))


def srt_with(edition: Edition, who: Who) -> str:
    """The same, with labels that are spelled by another."""
    return "\n".join(
        f"{number}\n{_span(cue, ',')}\n{_labelled(cue, who)}\n"
        for number, cue in enumerate(edition.labelled_cues, start=1)
    )


def _labelled(cue: Cue, who: Who) -> str:
    def line(text: str, speaker: int | None) -> str:
        label = who(cue.channel, speaker)
        return f"{label}: {parted(text)}" if label else parted(text)

    first = line(cue.text, cue.speaker)
    if cue.reply is None:
        return first
    return f"{DASH}{first}\n{DASH}{line(cue.reply.text, cue.reply.speaker)}"


def _span(cue: Cue, decimal: str = ".") -> str:
    return f"{timestamp(cue.start, decimal)} --> {timestamp(cue.end, decimal)}"


def parted(text: str) -> str:
    """Put something between what would be read as a cue's times."""
    return TIMING.sub(lambda found: f"--{APART}>" if found[0] else APART, _without_nul(text))


def _without_nul(text: str) -> str:
    """As WebVTT and HTML have it. Parsers in C end there."""
    return text.replace("\0", "\ufffd")


def as_vtt(edition: Edition) -> str:
    """WebVTT: `<` and `&` begin markup there, so they are escaped.

    A speaker or a channel is a voice, which players don't print.
    """
    labels = edition.labels
    return vtt_with(edition, lambda channel, speaker: _escaped(labels.of(channel, speaker)))


def vtt_with(edition: Edition, who: Who) -> str:
    """The same, with voices that are spelled by another."""
    blocks = (f"{_span(cue)}\n{_voiced(cue, who)}\n" for cue in edition.cues)
    return "\n".join(["WEBVTT\n", *_note(edition.transcript), *blocks])


def _voiced(cue: Cue, who: Who) -> str:
    voice, text = who(cue.channel, cue.speaker), _escaped(cue.text)
    if cue.reply is None:
        return f"<v {voice}>{text}" if voice else text
    lines = ((voice, text), (who(cue.channel, cue.reply.speaker), _escaped(cue.reply.text)))
    return "\n".join(f"<v {name}>{DASH}{said}</v>" for name, said in lines)


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
