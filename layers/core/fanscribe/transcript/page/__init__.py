"""The transcript page: one file to read, hear, search and check a transcript with, by itself and without a network. Pure.

Every word is in it as text, so that it can be read without JavaScript, and found by what searches files. page.html is the frame,
base.css and page.css the look, page.js what moves. The recording is not in it: the page finds it beside itself, or is given it.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from string import Template
from typing import Any, NamedTuple

from fanscribe.documents.options import ENGLISH
from fanscribe.documents.reading import SecondLook, Word
from fanscribe.times import SAMPLE_RATE, clock, milliseconds
from fanscribe.transcript.build import Transcript, channel_label
from fanscribe.transcript.captions import Gap, channels_of, gaps
from fanscribe.transcript.ledger import LedgerTile
from fanscribe.transcript.page.markup import BASE_STYLE, as_text, asset, counted, digest
from fanscribe.transcript.paragraphs import Entry, entries, turns

UNSURE = 0.5  # a word whose probability is less is marked
LONG = 80  # words after which a turn goes on in a new paragraph: what is off the screen is laid out only when it comes near
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that could turn the words after theirs around, too
POLICY = "default-src 'none'; script-src {script}; style-src {style}; media-src blob: file:; base-uri 'none'; form-action 'none'"


def render(transcript: Transcript, captions: Mapping[str, str]) -> str:
    """The page, with the captions that it offers, by extension. The same transcript gives the same bytes."""
    name = transcript.recording.rsplit("/", 1)[-1]
    style, script = BASE_STYLE + asset(__package__, "page.css"), asset(__package__, "page.js")
    data = {
        "name": name,
        "duration": transcript.duration,
        "tracks": [_track(transcript, channel) for channel in _channels(transcript)],
        "missing": [(place.start, place.end) for place in _missing(transcript)],
        "again": [(place.start, place.end) for place in _again(transcript.ledger.tiles)],
    }
    return Template(asset(__package__, "page.html")).substitute(
        policy=POLICY.format(script=digest(script), style=digest(style)),
        style=style,
        script=script,
        layout="columns" if len(channels_of(transcript)) == 2 else "column",
        name=as_text(name),
        about=_about(transcript),
        notes=_notes(transcript),
        check=_check(transcript),
        duration=transcript.duration,
        length=clock(transcript.duration),
        language=_lang(transcript),
        turns="\n".join(_turns(transcript)),
        data=_json(data),
        captions=_json(dict(captions)),
    )


def _json(value: Any) -> str:
    """Inside a script element, which ends at the first `</script`, whatever surrounds it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


# ── About ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _about(transcript: Transcript) -> str:
    parts = [clock(transcript.duration), counted(len(transcript.words), "word")]
    if transcript.language:
        translated = ", translated into English" if transcript.task == "translate" else ""
        parts.append(f'<span id="language">{as_text(transcript.language)}</span>{translated}')
    parts.append(as_text(transcript.model.rstrip("/").rsplit("/", 1)[-1]))
    return " · ".join(f"<span>{part}</span>" for part in parts)


def _notes(transcript: Transcript) -> str:
    listed = "".join(f"<li>{as_text(note)}</li>" for note in transcript.notes)
    return f'<ul class="notes">{listed}</ul>\n  ' if listed else ""


def _lang(transcript: Transcript) -> str:
    language = ENGLISH if transcript.task == "translate" else transcript.language
    return f' lang="{as_text(language)}"' if language else ""


# ── What to check ────────────────────────────────────────────────────────────────────────────────────────────────────


class _Place(NamedTuple):
    """Where speech is missing, was read twice, or could not be decoded for a moment: [start, end) in ms."""

    start: int
    end: int
    channel: int | None
    told: str
    kind: str = ""


def _check(transcript: Transcript) -> str:
    missing, again, brief = _missing(transcript), _again(transcript.ledger.tiles), _brief(transcript.ledger.tiles)
    unsure = sum(word.probability < UNSURE for word in transcript.words)
    counts = [
        *([f"<strong>speech is missing in {counted(len(missing), 'place')}</strong>"] if missing else []),
        *([f"{counted(len(brief), 'moment')} that could not be decoded"] if brief else []),
        *([f"{counted(len(again), 'passage')} read twice"] if again else []),
        *([counted(unsure, "unsure word")] if unsure else []),
    ]
    if not counts:
        return ""
    legend = [
        *(["Passages whose first reading was not believed are <mark>shaded</mark>."] if again else []),
        *([f"Words that the model gave less than {UNSURE:.0%} are <span class=unsure>dotted</span>."] if unsure else []),
    ]
    places = sorted([*(place._replace(told=f"{place.kind}: {place.told}") for place in missing), *again, *brief])
    listed = [f"<li>{_listed(place)}</li>" for place in places]
    return "\n".join(
        [
            f'<details class="check"><summary>To check: {", ".join(counts)}</summary>',
            *([f"<p>{' '.join(legend)}</p>"] if legend else []),
            *(["<ol>", *listed, "</ol>"] if listed else []),
            "</details>",
        ]
    )


def _listed(place: _Place) -> str:
    where = "" if place.channel is None else f"{channel_label(place.channel)}, "
    shown = "–".join(dict.fromkeys([clock(place.start), clock(place.end)]))
    return f"{_button(place.start, shown)} {where}{as_text(place.told)}"


def _button(start: int, shown: str) -> str:
    return f'<button type="button" class="time" value="{start}" aria-label="Hear {shown}">{shown}</button>'


def _missing(transcript: Transcript) -> list[_Place]:
    failed = [tile for tile in transcript.ledger.tiles if tile.missing]
    return [_Place(gap.start, gap.end, gap.channel, _reasons(failed, gap), gap.kind) for gap in gaps(transcript.ledger)]


def _reasons(failed: Iterable[LedgerTile], gap: Gap) -> str:
    within = (tile for tile in failed if tile.channel == gap.channel and gap.start <= milliseconds(tile.start) < gap.end)
    return ", ".join(dict.fromkeys(str(tile.reason).removeprefix(f"{gap.kind}: ") for tile in within))


def _brief(tiles: Iterable[LedgerTile]) -> list[_Place]:
    """Stretches of less than a second that could not be decoded, whole where an edge of tiles lies in them."""
    found: list[tuple[int | None, int, int]] = []
    for tile in tiles:
        if not tile.brief:
            continue
        if found and found[-1][0] == tile.channel and found[-1][2] == tile.start:
            found[-1] = (tile.channel, found[-1][1], tile.end)
        else:
            found.append((tile.channel, tile.start, tile.end))
    return [
        _Place(milliseconds(start), milliseconds(end), channel, f"{(end - start) / SAMPLE_RATE:.1f} s could not be decoded")
        for channel, start, end in found
    ]


def _again(tiles: Iterable[LedgerTile]) -> list[_Place]:
    return [
        _Place(milliseconds(tile.start), milliseconds(tile.end), tile.channel, _verdict(tile.second_look))
        for tile in tiles
        if tile.second_look
    ]


def _verdict(look: SecondLook) -> str:
    words = {"first": look.first.words, "second": look.second.words}
    other = "first" if look.kept == "second" else "second"
    return f"read twice ({look.reason}): the {look.kept} reading was kept, {words[look.kept]} words; the other had {words[other]}"


# ── Turns ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _turns(transcript: Transcript) -> Iterator[str]:
    tracks = {channel: number for number, channel in enumerate(_channels(transcript))}
    again = _again(transcript.ledger.tiles)
    shaded = {channel: [place for place in again if place.channel == channel] for channel in tracks}
    reasons = {(place.start, place.channel): place.told for place in _missing(transcript)}
    for turn in turns(entries(transcript)):
        for paragraph in _paragraphs(turn):
            first = paragraph[0]
            text = _words(paragraph, shaded[first.channel]) if first.segment else as_text(first.text)
            why = f"<small>{as_text(reasons[first.start, first.channel])}</small>" if first.missing else ""
            yield (
                f'<div class="turn{" gap" if first.missing else ""}" data-track="{tracks[first.channel]}">'
                f'{_button(first.start, clock(first.start))}{_who(first.channel)}<p dir="auto">{text}</p>{why}</div>'
            )


def _channels(transcript: Transcript) -> Sequence[int | None]:
    return channels_of(transcript) or [None]


def _who(channel: int | None) -> str:
    return "" if channel is None else f'<span class="who">{channel_label(channel)}</span>'


def _paragraphs(turn: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The turn, divided between segments where it is long."""
    paragraph: list[Entry] = []
    for entry in turn:
        paragraph.append(entry)
        if sum(len(said.segment.words) for said in paragraph if said.segment) >= LONG:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _words(paragraph: Sequence[Entry], shaded: Sequence[_Place]) -> str:
    """Each word in an element of its own, spaces between them as in the segments' text; words read twice in a `mark`."""
    starts = [place.start for place in shaded]

    def place_of(spaced: tuple[str, Word]) -> _Place | None:
        here = bisect_right(starts, spaced[1].start) - 1
        return shaded[here] if here >= 0 and spaced[1].start < shaded[here].end else None

    html = ""
    for place, group in groupby(_spaced(paragraph), key=place_of):
        (space, first), *others = group
        run = _word(first) + "".join(f"{space}{_word(word)}" for space, word in others)
        html += f"{space}{run}" if place is None else f'{space}<mark title="{as_text(place.told)}">{run}</mark>'
    return html


def _spaced(paragraph: Iterable[Entry]) -> Iterator[tuple[str, Word]]:
    """Words that can be seen, each with the space that parts it from the one before."""
    first, apart = True, False
    for entry in paragraph:
        apart = True
        for word in entry.segment.words if entry.segment else ():
            apart = apart or word.text[:1].isspace()
            if word.text.strip():
                yield " " if apart and not first else "", word
                first, apart = False, word.text[-1].isspace()


def _word(word: Word) -> str:
    unsure = f' class="unsure" title="{word.probability:.0%}"' if word.probability < UNSURE else ""
    apart = ' dir="auto"' if REORDERING.search(word.text) else ""
    return f"<span{unsure}{apart}>{as_text(word.text.strip())}</span>"


def _track(transcript: Transcript, channel: int | None) -> list[list[int]]:
    """When a channel's words begin and when they end, in ms, in the order in which they are on the page."""
    said = [word for _, word in _spaced(entry for entry in entries(transcript) if entry.channel == channel)]
    return [[word.start for word in said], [word.end for word in said]]
