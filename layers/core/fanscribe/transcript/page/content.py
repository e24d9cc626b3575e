"""Content of the transcript page, as plain data for its templates. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from fanscribe.documents.options import ENGLISH, OutputOptions
from fanscribe.documents.reading import Fallback, Word
from fanscribe.documents.speaker import Speaker
from fanscribe.times import SAMPLE_RATE, clock, milliseconds
from fanscribe.transcript.build import Transcript, channel_label
from fanscribe.transcript.captions import Gap, channels_of, gaps
from fanscribe.transcript.captions.cues import caption_labels
from fanscribe.transcript.ledger import LedgerTile
from fanscribe.transcript.naming import labels_of
from fanscribe.transcript.page.markup import percent
from fanscribe.transcript.paragraphs import Entry, entries, paragraphs_of

UNSURE = 0.5  # a word whose probability is less is marked
COLOURS = 8  # for speakers, in speakers.css; then they begin again
LONG = 80  # words after which a paragraph is divided: only what is near is laid out
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # could reorder the words after theirs, too


class PlaceToCheck(NamedTuple):
    """A stretch to check: missing, read twice, or not decoded for a moment. [start, end) in ms."""

    start: int
    end: int
    channel: int | None
    text: str
    kind: str = ""

    @property
    def times(self) -> str:
        """`0:10–0:20`, or one time where both read the same."""
        return "–".join(dict.fromkeys([clock(self.start), clock(self.end)]))

    @property
    def label(self) -> str:
        """The channel's label; empty where the recording has one channel."""
        return "" if self.channel is None else channel_label(self.channel)


class ToCheck(NamedTuple):
    """Places to check: how many of each kind and words, and where they are."""

    missing: int
    brief: int
    again: int
    unsure: int
    places: Sequence[PlaceToCheck]

    @property
    def any(self) -> bool:
        """True if there is anything to check."""
        return bool(self.places or self.unsure)


Shown = tuple[str, str, str, bool]
"""A word: the space before it, its text, how probable it is if unsure, whether it stands apart."""


class Passage(NamedTuple):
    """Words of a paragraph that were read once, or twice together; `again` tells of the second."""

    space: str
    words: Sequence[Shown]
    again: str


class Paragraph(NamedTuple):
    """Words of one channel, or a gap and the reason for it. `start` in ms."""

    start: int
    track: int
    speaker: str
    passages: Iterable[Passage]
    gap: str = ""
    reason: str = ""
    number: int | None = None  # of the speaker
    colour: int = 0


class Voice(NamedTuple):
    """A speaker, with the part of all that is spoken, from 0 to 1."""

    speaker: Speaker
    colour: int
    share: float

    @property
    def width(self) -> float:
        """A bar's width, in percent."""
        return round(100 * self.share, 1)


class PageContent(NamedTuple):
    """All that the page shows. Paragraphs are made as they are asked for: a day has many."""

    name: str
    columns: bool
    duration: int
    words: int
    language: str
    translated: bool
    written_in: str
    model: str
    notes: Sequence[str]
    check: ToCheck
    speakers: Sequence[Voice]
    paragraphs: Iterator[Paragraph]
    data: dict[str, Any]


def content(transcript: Transcript, output: OutputOptions) -> PageContent:
    """Content of a transcript's page."""
    tiles = transcript.ledger.tiles
    missing, again, brief = _missing(transcript), _again(tiles), _brief(tiles)
    name, translated = transcript.recording.rsplit("/", 1)[-1], transcript.task == "translate"
    return PageContent(
        name=name,
        columns=len(channels_of(transcript)) == 2,
        duration=transcript.duration,
        words=len(transcript.words),
        language=transcript.language or "",
        translated=translated,
        written_in=ENGLISH if translated else transcript.language or "",
        model=transcript.model.rstrip("/").rsplit("/", 1)[-1],
        notes=transcript.notes,
        check=ToCheck(
            missing=len(missing),
            brief=len(brief),
            again=len(again),
            unsure=sum(word.probability < UNSURE for word in transcript.words),
            places=sorted([*map(_with_kind, missing), *again, *brief]),
        ),
        speakers=_voices(transcript),
        paragraphs=_paragraphs(transcript),
        data={
            "name": name,
            "duration": transcript.duration,
            "tracks": [_track(transcript, channel) for channel in _channels(transcript)],
            "missing": [(place.start, place.end) for place in missing],
            "again": [(place.start, place.end) for place in again],
            **_naming(transcript, output),
        },
    )


def _voices(transcript: Transcript) -> list[Voice]:
    speakers = transcript.speakers or ()
    spoken = sum(each.talk for each in speakers) or 1
    return [Voice(each, each.number % COLOURS, each.talk / spoken) for each in speakers]


def _naming(transcript: Transcript, output: OutputOptions) -> dict[str, Any]:
    """Data for naming speakers in the page. In captions, names are cut."""
    if not transcript.speakers:
        return {}
    return {
        "speakers": [
            {"number": each.number, "label": each.label, "name": each.name or ""}
            for each in transcript.speakers
        ],
        "most": caption_labels(transcript, output).most,
    }


# ── What to check ────────────────────────────────────────────────────────────────────────────────


def _missing(transcript: Transcript) -> list[PlaceToCheck]:
    failed = [tile for tile in transcript.ledger.tiles if tile.missing]
    return [
        PlaceToCheck(gap.start, gap.end, gap.channel, _reasons(failed, gap), gap.kind)
        for gap in gaps(transcript.ledger)
    ]


def _reasons(failed: Iterable[LedgerTile], gap: Gap) -> str:
    within = (
        tile
        for tile in failed
        if tile.channel == gap.channel and gap.start <= milliseconds(tile.start) < gap.end
    )
    reasons = (str(tile.reason).removeprefix(f"{gap.kind}: ") for tile in within)
    return ", ".join(dict.fromkeys(reasons))


def _with_kind(place: PlaceToCheck) -> PlaceToCheck:
    return place._replace(text=f"{place.kind}: {place.text}")


def _brief(tiles: Iterable[LedgerTile]) -> list[PlaceToCheck]:
    """Stretches of less than a second that could not be decoded, whole across an edge of tiles."""
    found: list[tuple[int | None, int, int]] = []
    for tile in tiles:
        if not tile.brief:
            continue
        if found and found[-1][0] == tile.channel and found[-1][2] == tile.start:
            found[-1] = (tile.channel, found[-1][1], tile.end)
        else:
            found.append((tile.channel, tile.start, tile.end))
    return [
        PlaceToCheck(
            milliseconds(start),
            milliseconds(end),
            channel,
            f"{(end - start) / SAMPLE_RATE:.1f} s could not be decoded",
        )
        for channel, start, end in found
    ]


def _again(tiles: Iterable[LedgerTile]) -> list[PlaceToCheck]:
    return [
        PlaceToCheck(
            milliseconds(tile.start),
            milliseconds(tile.end),
            tile.channel,
            _verdict(tile.second_look),
        )
        for tile in tiles
        if tile.second_look
    ]


def _verdict(fallback: Fallback) -> str:
    words = {"first": fallback.first.words, "second": fallback.second.words}
    other = "first" if fallback.kept == "second" else "second"
    text = (
        f"the {fallback.kept} reading was kept, {words[fallback.kept]} words; "
        f"the other had {words[other]}"
    )
    return f"read twice ({fallback.reason}): {text}"


# ── Paragraphs ───────────────────────────────────────────────────────────────────────────────────


def _paragraphs(transcript: Transcript) -> Iterator[Paragraph]:
    tracks = {channel: number for number, channel in enumerate(_channels(transcript))}
    again = _again(transcript.ledger.tiles)
    shaded = {channel: [place for place in again if place.channel == channel] for channel in tracks}
    reasons = {(place.start, place.channel): place.text for place in _missing(transcript)}
    labels = labels_of(transcript)
    for paragraph in paragraphs_of(entries(transcript)):
        for part in _divided(paragraph):
            first = part[0]
            yield Paragraph(
                start=first.start,
                track=tracks[first.channel],
                speaker=labels.of(first.channel, first.speaker),
                passages=() if first.missing else _passages(part, shaded[first.channel]),
                gap=first.text if first.missing else "",
                reason=reasons[first.start, first.channel] if first.missing else "",
                number=first.speaker,
                colour=(first.speaker or 0) % COLOURS,
            )


def _channels(transcript: Transcript) -> Sequence[int | None]:
    return channels_of(transcript) or [None]


def _divided(paragraph: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The paragraph, divided between segments where it is long, and between gaps."""
    part: list[Entry] = []
    for entry in paragraph:
        part.append(entry)
        if entry.missing or sum(len(said.segment.words) for said in part if said.segment) >= LONG:
            yield part
            part = []
    if part:
        yield part


def _passages(part: Sequence[Entry], shaded: Sequence[PlaceToCheck]) -> Iterator[Passage]:
    """Words in order; those that were read twice together apart from the others."""

    def place_of(spaced: tuple[str, str, Word]) -> PlaceToCheck | None:
        start = spaced[2].start
        here = bisect_right(shaded, start, key=attrgetter("start")) - 1
        return shaded[here] if here >= 0 and start < shaded[here].end else None

    for place, group in groupby(_spaced(part), key=place_of):
        words = [
            (
                space,
                text,
                percent(word.probability) if word.probability < UNSURE else "",
                REORDERING.search(text) is not None,
            )
            for space, text, word in group
        ]
        space = words[0][0]
        words[0] = ("", *words[0][1:])
        yield Passage(space, words, place.text if place else "")


def _spaced(part: Iterable[Entry]) -> Iterator[tuple[str, str, Word]]:
    """Words that can be seen, each with the space that parts it from the one before."""
    first, apart = True, False
    for entry in part:
        apart = True
        for word in entry.segment.words if entry.segment else ():
            text = word.text
            apart = apart or text[:1].isspace()
            if seen := text.strip():
                yield " " if apart and not first else "", seen, word
                first, apart = False, text[-1].isspace()


def _track(transcript: Transcript, channel: int | None) -> list[list[int]]:
    """When a channel's words begin and when they end, in ms, in the page's order."""
    spoken = [entry for entry in entries(transcript) if entry.channel == channel]
    words = [word for _, _, word in _spaced(spoken)]
    return [[word.start for word in words], [word.end for word in words]]
