"""The run report as a page: one file without script or network. report.html is the frame, report.css the look. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from string import Template
from typing import NamedTuple

from fanscribe.documents.payloads import Usage
from fanscribe.documents.plan import Plan
from fanscribe.times import clock, milliseconds
from fanscribe.transcript.build import channel_label
from fanscribe.transcript.ledger import Ledger
from fanscribe.transcript.page.markup import BASE_STYLE, as_text, asset, counted, digest
from fanscribe_local.client.screen import dollars
from fanscribe_local.report.picture import BAR, bar, kind_of, kind_of_tile, strip, svg, timeline
from fanscribe_local.report.run import STAGES, ChunkRun, Run, length

ABOUT = {  # what each stage is
    "waiting": "for a place among the chunks that run at once",
    "queued": "asked for, until a process took it",
    "cold start": "of a new process, until its handler ran",
    "load": "the model, into memory",
    "read": "by the model",
    "store": "fetching from S3, and storing there",
    "failed": "calls that gave no answer",
    "pause": "after a call that failed, before the next",
    "running": "calls that have not answered yet",
    "between": "the states, changing",
}
NAMED = 6  # places in a sentence


class Report(NamedTuple):
    """All that the page tells."""

    run: Run
    plan: Plan | None  # None: it is not there yet, or forgotten
    usage: Usage | None  # of the job, in whichever execution; so far, where it is not done
    ledger: Ledger | None
    billed: bool = True  # by AWS


def render(report: Report) -> str:
    """The page. The same report gives the same bytes."""
    style = BASE_STYLE + asset(__package__, "report.css")
    run = report.run
    sections = [_timeline(report), _where_time_went(run), _failures(report), _ledger(report), _chunks(report)]
    error = f'<p class="error"><strong>{as_text(run.error)}</strong> {as_text(run.message)}</p>' if run.error else ""
    return Template(asset(__package__, "report.html")).substitute(
        policy=digest(style),
        style=style,
        name=as_text(run.recording),
        about=as_text(_about(run)),
        facts="".join(f"<div><dt>{as_text(what)}</dt><dd>{value}</dd></div>" for value, what in _facts(report)),
        error=error,
        sections="\n".join(f"<section>\n{section}\n</section>" for section in sections if section),
    )


def _about(run: Run) -> str:
    return f"{'still running' if run.running else _plain(run.status)} · {run.started:%Y-%m-%d %H:%M} UTC · job {run.job}"


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    """Numbers, and what each is."""
    run, usage = report.run, report.usage
    yield length(run.now), "so far" if run.running else "from start to end"
    if report.ledger:
        audio = milliseconds(report.plan.samples if report.plan else report.ledger.samples)  # of a redo, its tiles
        yield clock(audio), "of audio"
        if run.status == "SUCCEEDED":
            yield f"{audio / max(1, run.now):.3g} ×", "as fast as it is spoken"
    if run.rtf:
        yield f"{run.rtf:.2g} s", "of reading for a second of sound"
    if usage:
        told = f"{usage.gb_seconds:,.0f} GB-seconds at the prices of {usage.prices}{'' if report.billed else ', were it Lambda'}"
        yield dollars(usage.usd), told


def _plain(status: str) -> str:
    return status.lower().replace("_", " ")


def _place(report: Report, chunk: ChunkRun) -> str:
    """Where in the recording: `0:00–1:45`."""
    if report.plan is None:
        return f"tiles {chunk.first}–{chunk.last}"
    first, last = report.plan.tiles[chunk.first], report.plan.tiles[chunk.last]
    channel = f"{channel_label(first.channel)} " if report.plan.options.separate else ""
    return f"{channel}{clock(milliseconds(first.start))}–{clock(milliseconds(last.end))}"


def _timeline(report: Report) -> str:
    run = report.run
    took = run.chunks_took()
    legend = [(kind_of(stage), stage) for stage in STAGES[1:] if took[stage]]
    legend += [("critical", "what the end waited for")] if run.chunks else []
    picture = timeline(run, lambda chunk: _place(report, chunk))
    return f"<h2>The run</h2>\n<p>{as_text(_sentence(report))}</p>\n{picture}\n{_legend(legend)}"


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f'<li><i class="{kind}"></i>{told}</li>' for kind, told in entries)
    return f'<ul class="legend">{listed}</ul>' if listed else ""


def _sentence(report: Report) -> str:
    """What the picture shows."""
    run, path = report.run, report.run.critical_chunks()
    if not path:
        return f"No chunk began{': all was silent, or had been read before' if run.status == 'SUCCEEDED' else ''}."
    places = ", ".join(_place(report, chunk) for chunk in path[:NAMED]) + (", …" if len(path) > NAMED else "")
    which = f"the chunk {places}" if len(path) == 1 else f"{len(path)} chunks, one after another ({places})"
    told = f"{counted(len(run.chunks), 'chunk')}, at most {len(run.lanes())} at once."
    return f"Of {run.chunks_in_all} began {told} They wait for {which}." if run.running else f"{told} The end waited for {which}."


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(head: Sequence[str], rows: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{each}</th>' for each in head)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(first: str, *cells: str) -> str:
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _where_time_went(run: Run) -> str:
    path = run.critical_path()
    on_path, of_all = Counter[str](), run.chunks_took()
    for stretch in path:
        on_path[stretch.stage] += stretch.length
    chunks = sum(of_all.values())
    known = [*on_path, *(stage for stage in of_all if stage not in on_path)]
    order = sorted(known, key=lambda stage: -max(on_path[stage] / max(1, run.now), of_all[stage] / max(1, chunks)))

    def cells(ms: int, whole: int) -> tuple[str, str]:
        return (length(ms), f"{ms / max(1, whole):.0%}") if ms else ("", "")

    rows = [
        _row(
            f'<i class="{kind_of(stage)}"></i>{as_text(stage)}<small>{ABOUT.get(stage, "")}</small>',
            *cells(on_path[stage], run.now),
            *cells(of_all[stage], chunks),
        )
        for stage in order
    ]
    head = ("stage", "the end", f"of {length(run.now)}", "all chunks", f"of {length(chunks)}")
    return "\n".join(
        [
            "<h2>Where the time went</h2>",
            "<p>First, what the end waited for, one step after another: the whole run. Then, all chunks together.</p>",
            svg(BAR, "What the end waited for, as in the table", [bar(path, run.now, 0, BAR)]),
            f'<div class="shares">{_table(head, rows)}</div>',
        ]
    )


def _failures(report: Report) -> str:
    """Calls that failed, those of one kind together."""
    kinds: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for state in report.run.states:
        for attempt in state.failures:
            kinds[str(attempt.error), attempt.message].append((state.name, attempt.start))
    for chunk in report.run.chunks:
        for attempt in chunk.failures:
            kinds[str(attempt.error), attempt.message].append((_place(report, chunk), attempt.start))
    if not kinds:
        return ""
    listed = [
        f"<li><strong>{as_text(error)}</strong> {_times(len(calls))}first at {clock(calls[0][1])}: {as_text(message)} "
        f"<small>{as_text(_named(place for place, _ in calls))}</small></li>"
        for (error, message), calls in sorted(kinds.items(), key=lambda kind: -len(kind[1]))
    ]
    return f'<h2>Calls that failed</h2>\n<ul class="failures">{"".join(listed)}</ul>'


def _times(number: int) -> str:
    return f"{number} times, " if number > 1 else ""


def _named(places: Iterable[str]) -> str:
    found = list(dict.fromkeys(places))
    return ", ".join(found[:NAMED]) + (f" and {len(found) - NAMED} more" if len(found) > NAMED else "")


def _chunks(report: Report) -> str:
    run, critical = report.run, {id(chunk) for chunk in report.run.critical_chunks()}
    if not run.chunks:
        return ""
    took = run.chunks_took()
    stages = [stage for stage in STAGES[1:] if took[stage]]

    def row(chunk: ChunkRun) -> str:
        of = chunk.took(run.now)
        place = f"{as_text(_place(report, chunk))}{' ●' if id(chunk) in critical else ''}"
        numbers = [length(of[stage]) if of[stage] else "" for stage in stages]
        rtf = "" if chunk.rtf is None else f"{chunk.rtf:.2g}"
        return _row(
            place,
            clock(chunk.start),
            length(run.waited(chunk)),
            *numbers,
            rtf,
            str(len(chunk.attempts)),
            as_text(_plain(chunk.status)),
        )

    head = ("chunk", "began", "waited", *stages, "RTF", "calls", "status")
    table = _table(head, map(row, run.chunks))
    summary = f"<summary>Each chunk in numbers ({len(run.chunks)})</summary>"
    note = '<p class="quiet">●: what the end waited for. RTF: seconds of reading for a second of sound.</p>'
    return f"<h2>Chunks</h2>\n<details>{summary}{note}{_scrolled('Chunks', table)}</details>"


def _scrolled(name: str, table: str) -> str:
    """A table that may be larger than the screen, so that the keyboard reaches it."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'


# ── The ledger ───────────────────────────────────────────────────────────────────────────────────────────────────────

LEDGER = {
    "heard": "transcribed",
    "twice": "read twice",
    "silent": "silent",
    "undecodable": "could not be decoded",
    "failed": "missing",
    "coming": "not read yet",
}


def _ledger(report: Report) -> str:
    ledger, running = report.ledger, report.run.running
    if ledger is None or not ledger.samples:
        return ""
    sums = Counter[str]()
    for tile in ledger.tiles:
        sums[kind_of_tile(tile, running=running)] += milliseconds(tile.end - tile.start)
    counts = [(kind, f"{LEDGER[kind]} {clock(sums[kind])}") for kind in LEDGER if sums[kind]]
    missing = [] if running else list(ledger.missing())
    told = f"{clock(milliseconds(ledger.samples))} of audio: {', '.join(told for _, told in counts)}"
    return "\n".join(
        [
            "<h2>The ledger</h2>",
            "<p>The recording from its first second to its last, and what became of each.</p>",
            strip(ledger, told, running=running),
            _legend(counts),
            f'<p class="error"><strong>Missing</strong> {as_text(_named(missing))}</p>' if missing else "",
        ]
    )
