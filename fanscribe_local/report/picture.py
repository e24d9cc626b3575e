"""The report's pictures, as SVG: across in percent, so that they fit every screen. Their colours are report.css's. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from fanscribe.times import clock, milliseconds
from fanscribe.transcript.ledger import NOTHING, Ledger, LedgerTile
from fanscribe.transcript.page.markup import as_text
from fanscribe_local.report.run import STAGES, ChunkRun, Run, State, Stretch, length

AXIS, LABEL, BAR, STRIP = 22, 15, 14, 26  # px: the times above, a label, a bar, the ledger of a channel
LABELLED = 16  # lanes at most that have labels
ROOM, THINNEST = 560, 2  # px: for more lanes than that, if none gets thinner
STEPS = [each * 1000 for each in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)]
TICKS = 6  # at most: a phone has room for no more
LATE = 0.88  # of the width: a label there stands left of its line


class Part(NamedTuple):
    """What lies in a picture between two moments: its tooltip, its label if there is room for one, and what is drawn."""

    start: int
    end: int
    told: str
    label: str
    drawn: str
    anchor: Literal["start", "middle", "end"] = "start"


def svg(height: float, told: str, parts: Iterable[str]) -> str:
    return f'<svg role="img" width="100%" height="{height:g}" aria-label="{as_text(told)}">{"".join(parts)}</svg>'


def kind_of(stage: str) -> str:
    """The class that has its colour."""
    return stage.split(maxsplit=1)[0] if stage in STAGES else "state"


def bar(stretches: Sequence[Stretch], whole: int, y: float, height: float) -> str:
    """Stretches of `whole` ms, the first at the left."""
    first = stretches[0].start if stretches else 0
    return "".join(_rect(kind_of(each.stage), (each.start - first, each.end - first), whole, y, height) for each in stretches)


def timeline(run: Run, place: Callable[[ChunkRun], str]) -> str:
    """The states, and below them the chunks, in as few rows as possible. Those that the end waited for are marked."""
    lanes, critical = run.lanes(), {id(chunk) for chunk in run.critical_chunks()}
    labelled = len(lanes) <= LABELLED
    pitch = LABEL + BAR + 4 if labelled else max(THINNEST, min(LABEL, ROOM // len(lanes)))
    top, thick = (LABEL, BAR) if labelled else (0, pitch - (pitch > 4))

    def part(chunk: ChunkRun) -> Part:
        end, stretches = run.end_of(chunk), chunk.stretches(run.now)
        took = ", ".join(f"{stage} {length(ms)}" for stage, ms in chunk.took(run.now).items())
        drawn = bar(stretches, end - chunk.start, top, thick)
        if id(chunk) in critical:
            drawn += (
                f'<rect class="critical" width="100%" y="{top + thick if labelled else 0}" height="{2 if pitch > 4 else 1}"/>'
            )
        return Part(
            chunk.start, end, f"{place(chunk)}: {length(end - chunk.start)} ({took})", place(chunk) if labelled else "", drawn
        )

    states = [_of_state(state, run) for state in run.states]
    first = AXIS + LABEL + BAR + 12
    height = first + pitch * len(lanes)
    told = f"Timeline of {len(run.chunks)} chunks, {len(lanes)} at once at most. The table of chunks has the same in numbers."
    return svg(
        height,
        told,
        [
            *_axis(run.now, height),
            *(_placed(state, run.now, AXIS, LABEL + BAR) for state in states),
            *(_placed(part(chunk), run.now, first + pitch * i, pitch) for i, lane in enumerate(lanes) for chunk in lane),
        ],
    )


def kind_of_tile(tile: LedgerTile, *, running: bool) -> str:
    """The class that has its colour."""
    if tile.missing:
        if tile.state == "undecodable":
            return "undecodable"
        return "coming" if running and tile.reason == NOTHING else "failed"
    return "silent" if tile.state in {"silent", "undecodable"} else "twice" if tile.second_look else "heard"


def strip(ledger: Ledger, told: str, *, running: bool) -> str:
    """Every tile of the recording, a row for each channel."""
    channels = sorted({tile.channel for tile in ledger.tiles}, key=lambda channel: channel or 0)
    height = AXIS + STRIP * len(channels)
    parts = list(_axis(milliseconds(ledger.samples), height))
    for row, channel in enumerate(channels):
        tiles = [tile for tile in ledger.tiles if tile.channel == channel]
        for kind, alike in groupby(tiles, key=lambda tile: kind_of_tile(tile, running=running)):
            run = list(alike)
            parts.append(_rect(kind, (run[0].start, run[-1].end), ledger.samples, AXIS + STRIP * row, STRIP - 4))
    return svg(height, told, parts)


def _of_state(state: State, run: Run) -> Part:
    """Labelled where there is room: the Map state in its middle, what follows it at the right edge."""
    end, drawn = run.end_of(state), f'<rect class="{{}}" width="100%" y="{LABEL}" height="{BAR}"/>'
    label = state.name if end - state.start >= run.now / 100 else ""
    told = f"{state.name}: {length(end - state.start)}"
    if state == run.fan_out:
        return Part(state.start, end, told, label, drawn.format("waiting"), "middle")
    return Part(state.start, end, told, label, drawn.format("state"), "end" if state.start > run.now / 2 else "start")


def _placed(part: Part, whole: int, y: float, height: float) -> str:
    place = f'x="{_share(part.start, whole)}" width="{_share(part.end - part.start, whole)}" y="{y:g}" height="{height:g}"'
    x = {"start": "0", "middle": "50%", "end": "100%"}[part.anchor]
    label = f'<text x="{x}" y="11" text-anchor="{part.anchor}">{as_text(part.label)}</text>' if part.label else ""
    overflow = ' overflow="visible"' if part.anchor == "end" else ""
    return f"<svg {place}{overflow}><title>{as_text(part.told)}</title>{label}{part.drawn}</svg>"


def _rect(kind: str, across: tuple[int, int], whole: int, y: float, height: float) -> str:
    start, end = across
    return f'<rect class="{kind}" x="{_share(start, whole)}" width="{_share(end - start, whole)}" y="{y:g}" height="{height:g}"/>'


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.3f}%"


def _axis(whole: int, height: float) -> Iterator[str]:
    step = next((step for step in STEPS if whole / step <= TICKS), STEPS[-1])
    for at in range(0, whole + 1, step):
        x = _share(at, whole)
        aside, anchor = (-3, "end") if at > LATE * whole else (3, "start")
        yield f'<line x1="{x}" x2="{x}" y2="{height:g}"/>'
        yield f'<text x="{x}" dx="{aside}" y="11" text-anchor="{anchor}">{clock(at)}</text>'
