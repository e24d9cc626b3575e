"""Content of the run report, as plain data for its templates. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fanscribe.documents.payloads import Usage
from fanscribe.documents.plan import Plan
from fanscribe.times import clock, milliseconds
from fanscribe.transcript.build import channel_label
from fanscribe.transcript.ledger import Ledger
from fanscribe.transcript.page.markup import counted, percent
from fanscribe_local.client.screen import dollars
from fanscribe_local.report.picture import (
    Picture,
    kind_of,
    kind_of_tile,
    strip,
    timeline,
    whole_bar,
)
from fanscribe_local.report.run import STAGES, ChunkRun, Run, length

ABOUT = {  # each stage in words
    "waiting": "for a place among the chunks that run at once",
    "queued": "asked for, until a process took it",
    "cold start": "of a new process, until its handler ran",
    "load": "the model, into memory",
    "read": "by the model",
    "store": "fetching from S3, and storing there",
    "failed": "calls that gave no answer",
    "pause": "after a call that failed, before the next",
    "running": "calls that have not answered yet",
    "between": "from one state to the next",
}
NAMED = 6  # places in a sentence


LEDGER = {
    "heard": "transcribed",
    "twice": "read twice",
    "silent": "silent",
    "undecodable": "could not be decoded",
    "failed": "missing",
    "coming": "not read yet",
}


class Report(NamedTuple):
    """All that is known of a run."""

    run: Run
    plan: Plan | None  # None: it is not there yet, or forgotten
    usage: Usage | None  # of the job, in whichever execution; so far, where it is not done
    ledger: Ledger | None
    billed: bool = True  # by AWS


class Colour(NamedTuple):
    """An entry of a legend: the class that has a colour, and what the colour means."""

    kind: str
    text: str


class TimelineSection(NamedTuple):
    """The picture of states and chunks, with its legend."""

    sentence: str
    picture: Picture
    legend: Sequence[Colour]


class StageRow(NamedTuple):
    """A stage: how long it took of what the end waited for and of all chunks, and its shares."""

    kind: str
    name: str
    about: str
    cells: Sequence[str]


class StagesSection(NamedTuple):
    """Where the time went. `whole` is what the end waited for, `chunks` all chunks together."""

    picture: Picture
    whole: str
    chunks: str
    rows: Sequence[StageRow]


class FailedCalls(NamedTuple):
    """Calls that failed alike. `first` in ms."""

    error: str
    message: str
    calls: int
    first: int
    places: str


class LedgerSection(NamedTuple):
    """The fate of every second of the recording."""

    picture: Picture
    legend: Sequence[Colour]
    missing: str


class ChunkRow(NamedTuple):
    """A chunk in numbers. The end waited for a critical one."""

    place: str
    critical: bool
    cells: Sequence[str]


class ChunksSection(NamedTuple):
    """A table with a row for each chunk, and a column for each of `stages`."""

    stages: Sequence[str]
    rows: Sequence[ChunkRow]


class ReportContent(NamedTuple):
    """All that the page shows."""

    name: str
    about: str
    facts: Sequence[tuple[str, str]]
    error: str
    message: str
    timeline: TimelineSection
    stages: StagesSection
    failures: Sequence[FailedCalls]
    ledger: LedgerSection | None
    chunks: ChunksSection


def content(report: Report) -> ReportContent:
    """Content of a run's report."""
    run = report.run
    return ReportContent(
        name=run.recording,
        about=_about(run),
        facts=list(_facts(report)),
        error=run.error or "",
        message=run.message,
        timeline=_timeline(report),
        stages=_stages(run),
        failures=_failures(report),
        ledger=_ledger(report),
        chunks=_chunks(report),
    )


def _about(run: Run) -> str:
    status = "still running" if run.running else _plain(run.status)
    return f"{status} · {run.started:%Y-%m-%d %H:%M} UTC · job {run.job}"


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    """Numbers, and what each is."""
    run, usage = report.run, report.usage
    yield length(run.now), "so far" if run.running else "from start to end"
    if report.ledger:
        samples = report.plan.samples if report.plan else report.ledger.samples  # a redo's tiles
        audio = milliseconds(samples)
        yield clock(audio), "of audio"
        if run.status == "SUCCEEDED":
            yield f"{audio / max(1, run.now):.3g}×", "the speed of speech"
    if run.rtf:
        yield f"{run.rtf:.2g} s", "of reading for a second of sound"
    if usage:
        text = f"{usage.gb_seconds:,.0f} GB-seconds at the prices of {usage.prices}"
        yield dollars(usage.usd), text if report.billed else f"{text}, were it Lambda"


def _plain(status: str) -> str:
    return status.lower().replace("_", " ")


def _place(report: Report, chunk: ChunkRun) -> str:
    """Where in the recording: `0:00–1:45`."""
    if report.plan is None:
        return f"tiles {chunk.first}–{chunk.last}"
    first, last = report.plan.tiles[chunk.first], report.plan.tiles[chunk.last]
    channel = f"{channel_label(first.channel)} " if report.plan.options.separate else ""
    return f"{channel}{clock(milliseconds(first.start))}–{clock(milliseconds(last.end))}"


def _timeline(report: Report) -> TimelineSection:
    run = report.run
    took = run.chunks_took()
    legend = [Colour(kind_of(stage), stage) for stage in STAGES[1:] if took[stage]]
    legend += [Colour("critical", "what the end waited for")] if run.chunks else []
    picture = timeline(run, lambda chunk: _place(report, chunk))
    return TimelineSection(_sentence(report), picture, legend)


def _sentence(report: Report) -> str:
    """The picture, in a sentence."""
    run, path = report.run, report.run.critical_chunks()
    if not path:
        silent = run.status == "SUCCEEDED"
        return f"No chunk began{': all was silent, or had been read before' if silent else ''}."
    places = ", ".join(_place(report, chunk) for chunk in path[:NAMED])
    places += ", …" if len(path) > NAMED else ""
    one = len(path) == 1
    which = f"the chunk {places}" if one else f"{len(path)} chunks, one after another ({places})"
    text = f"{counted(len(run.chunks), 'chunk')}, at most {len(run.lanes())} at once."
    if run.running:
        return f"Of {run.chunks_in_all} began {text} They wait for {which}."
    return f"{text} The end waited for {which}."


def _stages(run: Run) -> StagesSection:
    """First what took most, of what the end waited for or of all chunks."""
    path = run.critical_path()
    on_path, of_all = Counter[str](), run.chunks_took()
    for stretch in path:
        on_path[stretch.stage] += stretch.length
    chunks = of_all.total()

    def most(stage: str) -> float:
        return max(on_path[stage] / max(1, run.now), of_all[stage] / max(1, chunks))

    known = [*on_path, *(stage for stage in of_all if stage not in on_path)]
    rows = [
        StageRow(
            kind_of(stage),
            stage,
            ABOUT.get(stage, ""),
            [*_shares(on_path[stage], run.now), *_shares(of_all[stage], chunks)],
        )
        for stage in sorted(known, key=most, reverse=True)
    ]
    picture = whole_bar(path, run.now, "What the end waited for, as in the table")
    return StagesSection(picture, length(run.now), length(chunks), rows)


def _shares(ms: int, whole: int) -> tuple[str, str]:
    return (length(ms), percent(ms / max(1, whole))) if ms else ("", "")


def _failures(report: Report) -> list[FailedCalls]:
    """Calls that failed, those of one kind together."""
    kinds: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for state in report.run.states:
        for attempt in state.failures:
            kinds[str(attempt.error), attempt.message].append((state.name, attempt.start))
    for chunk in report.run.chunks:
        place = _place(report, chunk)
        for attempt in chunk.failures:
            kinds[str(attempt.error), attempt.message].append((place, attempt.start))
    return [
        FailedCalls(error, message, len(calls), calls[0][1], _named(place for place, _ in calls))
        for (error, message), calls in sorted(kinds.items(), key=lambda kind: -len(kind[1]))
    ]


def _named(places: Iterable[str]) -> str:
    found = list(dict.fromkeys(places))
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def _chunks(report: Report) -> ChunksSection:
    run, critical = report.run, {id(chunk) for chunk in report.run.critical_chunks()}
    took = run.chunks_took()
    stages = [stage for stage in STAGES[1:] if took[stage]]

    def cells(chunk: ChunkRun) -> Iterator[str]:
        of = chunk.took(run.now)
        yield clock(chunk.start)
        yield length(run.waited(chunk))
        yield from (length(of[stage]) if of[stage] else "" for stage in stages)
        yield "" if chunk.rtf is None else f"{chunk.rtf:.2g}"
        yield str(len(chunk.attempts))
        yield _plain(chunk.status)

    rows = [
        ChunkRow(_place(report, chunk), id(chunk) in critical, list(cells(chunk)))
        for chunk in run.chunks
    ]
    return ChunksSection(stages, rows)


def _ledger(report: Report) -> LedgerSection | None:
    ledger, running = report.ledger, report.run.running
    if ledger is None or not ledger.samples:
        return None
    sums = Counter[str]()
    for tile in ledger.tiles:
        sums[kind_of_tile(tile, running=running)] += milliseconds(tile.end - tile.start)
    legend = [
        Colour(kind, f"{text} {clock(sums[kind])}") for kind, text in LEDGER.items() if sums[kind]
    ]
    each = ", ".join(colour.text for colour in legend)
    text = f"{clock(milliseconds(ledger.samples))} of audio: {each}"
    missing = "" if running else _named(ledger.missing())
    return LedgerSection(strip(ledger, text, running=running), legend, missing)
