"""The report's pictures: across in percent, so that they fit every screen. Pure.

picture.html makes SVG of them; report.css has their colours.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from fanscribe.times import milliseconds
from fanscribe.transcript.ledger import NOTHING, Ledger, LedgerTile
from fanscribe_local.report.run import STAGES, ChunkRun, Run, State, Stretch, length

# px: the times above, a label, a bar, the ledger of a channel
AXIS, LABEL, BAR, STRIP = 22, 15, 14, 26
LABELLED = 16  # lanes at most that have labels
ROOM, THINNEST = 560, 2  # px: for more lanes than that, if none gets thinner
SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
STEPS = [each * 1000 for each in SECONDS]
TICKS = 6  # at most: a phone has room for no more
LATE = 0.88  # of the width: a label there stands left of its line
CROWDED = 0.27  # of the width: ticks nearer than that leave a late label no room on a phone
# px: a letter of a label, and how wide pictures are at most and on a phone
LETTER, WIDE, PHONE = 7, 960, 340


Anchor = Literal["start", "middle", "end"]


class Bar(NamedTuple):
    """A rectangle of the colour of its kind: percent across, px down."""

    kind: str
    x: str
    width: str
    y: int
    height: int


class Tick(NamedTuple):
    """A line at a time, in ms, and the time beside it, at an offset in px."""

    x: str
    at: int
    aside: int
    anchor: Anchor


class Inset(NamedTuple):
    """A picture within a picture: its tooltip, its label if there is room for one, and its bars.

    A `tight` label has room on wide screens alone.
    """

    x: str
    width: str
    y: int
    height: int
    text: str
    label: str
    anchor: Anchor
    bars: Sequence[Bar]
    tight: bool = False


class Picture(NamedTuple):
    """`text` is for those who can't see it."""

    height: int
    text: str
    ticks: Sequence[Tick] = ()
    insets: Sequence[Inset] = ()
    bars: Sequence[Bar] = ()


class Lanes(NamedTuple):
    """How chunks lie below the states: from where, how far apart, where in them a bar is. In px."""

    first: int
    pitch: int
    top: int
    thick: int
    labelled: bool

    @property
    def mark(self) -> Bar:
        """Mark of a critical chunk."""
        y = self.top + self.thick if self.labelled else 0
        return Bar("critical", "", "100%", y, 2 if self.pitch > 4 else 1)


def kind_of(stage: str) -> str:
    """The class that has its colour."""
    return stage.split(maxsplit=1)[0] if stage in STAGES else "state"


def whole_bar(stretches: Sequence[Stretch], whole: int, text: str) -> Picture:
    """Stretches of `whole` ms as one bar."""
    return Picture(BAR, text, bars=_bars(stretches, whole, 0, BAR))


def _bars(stretches: Sequence[Stretch], whole: int, y: int, height: int) -> list[Bar]:
    """Stretches of `whole` ms, the first at the left."""
    first = stretches[0].start if stretches else 0
    return [
        Bar(kind_of(each.stage), *_across(each.start - first, each.end - first, whole), y, height)
        for each in stretches
    ]


def timeline(run: Run, place: Callable[[ChunkRun], str]) -> Picture:
    """The states, and below them the chunks, in as few rows as possible.

    Those that the end waited for are marked.
    """
    lanes, critical = run.lanes(), {id(chunk) for chunk in run.critical_chunks()}
    laid = _laid(len(lanes))
    text = f"Timeline of {len(run.chunks)} chunks, {len(lanes)} at once at most. "
    text += "The table of chunks has the same in numbers."

    def inset(chunk: ChunkRun, row: int) -> Inset:
        end = run.end_of(chunk)
        took = ", ".join(f"{stage} {length(ms)}" for stage, ms in chunk.took(run.now).items())
        bars = _bars(chunk.stretches(run.now), end - chunk.start, laid.top, laid.thick)
        share = (end - chunk.start) / max(1, run.now)
        label = place(chunk) if laid.labelled else ""
        return Inset(
            *_across(chunk.start, end, run.now),
            y=laid.first + laid.pitch * row,
            height=laid.pitch,
            text=f"{place(chunk)}: {length(end - chunk.start)} ({took})",
            label=label if _fits(label, share * WIDE) else "",
            anchor="start",
            bars=[*bars, laid.mark] if id(chunk) in critical else bars,
            tight=not _fits(label, share * PHONE),
        )

    states = [_of_state(state, run) for state in run.states]
    chunks = [inset(chunk, row) for row, lane in enumerate(lanes) for chunk in lane]
    height = laid.first + laid.pitch * len(lanes)
    return Picture(height, text, list(_axis(run.now)), [*states, *chunks])


def _laid(lanes: int) -> Lanes:
    """With labels where they are few, and thinner the more they are."""
    first = AXIS + LABEL + BAR + 12
    if lanes <= LABELLED:
        return Lanes(first, LABEL + BAR + 4, LABEL, BAR, labelled=True)
    pitch = max(THINNEST, min(LABEL, ROOM // lanes))
    return Lanes(first, pitch, 0, pitch - (pitch > 4), labelled=False)


def kind_of_tile(tile: LedgerTile, *, running: bool) -> str:
    """The class that has its colour."""
    if tile.missing:
        if tile.state == "undecodable":
            return "undecodable"
        return "coming" if running and tile.reason == NOTHING else "failed"
    return (
        "silent"
        if tile.state in {"silent", "undecodable"}
        else "twice"
        if tile.second_look
        else "heard"
    )


def strip(ledger: Ledger, text: str, *, running: bool) -> Picture:
    """Every tile of the recording, a row for each channel."""
    channels = sorted({tile.channel for tile in ledger.tiles}, key=lambda channel: channel or 0)
    bars = []
    for row, channel in enumerate(channels):
        tiles = [tile for tile in ledger.tiles if tile.channel == channel]
        for kind, alike in groupby(tiles, key=lambda tile: kind_of_tile(tile, running=running)):
            run = list(alike)
            across = _across(run[0].start, run[-1].end, ledger.samples)
            bars.append(Bar(kind, *across, AXIS + STRIP * row, STRIP - 4))
    height = AXIS + STRIP * len(channels)
    return Picture(height, text, list(_axis(milliseconds(ledger.samples))), bars=bars)


def _of_state(state: State, run: Run) -> Inset:
    """Labelled where there is room: the Map in its middle, what follows it at the right edge."""
    end, fans_out = run.end_of(state), state == run.fan_out
    anchor: Anchor = "middle" if fans_out else "end" if state.start > run.now / 2 else "start"
    share = (end - state.start) / max(1, run.now)
    return Inset(
        *_across(state.start, end, run.now),
        y=AXIS,
        height=LABEL + BAR,
        text=f"{state.name}: {length(end - state.start)}",
        label=state.name if end - state.start >= run.now / 100 else "",
        anchor=anchor,
        bars=[Bar("waiting" if fans_out else "state", "", "100%", LABEL, BAR)],
        tight=anchor != "end" and not _fits(state.name, share * PHONE),
    )


def _fits(label: str, pixels: float) -> bool:
    return LETTER * len(label) <= pixels


def _across(start: int, end: int, whole: int) -> tuple[str, str]:
    """Where it begins and how wide it is."""
    return _share(start, whole), _share(end - start, whole)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.3f}%"


def _axis(whole: int) -> Iterator[Tick]:
    """Times at the top of `whole` ms."""
    step = next((step for step in STEPS if whole / step <= TICKS), STEPS[-1])
    for at in range(0, whole + 1, step):
        late = at > LATE * whole
        if late and step < CROWDED * whole:
            return
        yield Tick(_share(at, whole), at, -3 if late else 3, "end" if late else "start")
