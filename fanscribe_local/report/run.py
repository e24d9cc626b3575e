"""A run: what each of its steps took, and what its end waited for.

From the histories of an execution and of its Map run's children, as Step Functions gives them, on
AWS and here. Pure.

Times are milliseconds from the execution's start, lengths are milliseconds.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from fanscribe.contract import Contract
from fanscribe.documents.job import InvocationTimes
from fanscribe.documents.plan import Chunk
from fanscribe.jobs.step_functions import message_in
from fanscribe.times import clock
from fanscribe_local.client.executions import Child, Execution
from fanscribe_local.client.names import printable
from fanscribe_local.client.progress import read_history

# of a chunk
STAGES = (
    "waiting",
    "queued",
    "cold start",
    "load",
    "read",
    "store",
    "failed",
    "pause",
    "running",
    "between",
)
MAP, SECTIONS = "TranscribeChunks", "SplitSections"
FAILED = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")

Event = Mapping[str, Any]
Since = Callable[[datetime], int]


def length(ms: int) -> str:
    """A time as people read it: `0.04 s`, `4.2 s`, `42 s`, `2:31`."""
    if ms < 60_000 - 500:
        return f"{ms / 1000:.{2 if ms < 1_000 else 1 if ms < 10_000 else 0}f} s"
    return clock(round(ms, -3))


class Stretch(NamedTuple):
    """One stage of a chunk, or a state of the execution: [start, end)."""

    stage: str
    start: int
    end: int

    @property
    def length(self) -> int:
        """Its length in ms."""
        return self.end - self.start


class TaskAttempt(Contract):
    """One call of a function, from when it was asked for."""

    start: int
    end: int | None = None  # None: it runs
    error: str | None = None
    message: str = ""
    took: InvocationTimes | None = None  # None: it failed, or is of a version that does not say

    def stretches(self, now: int) -> list[Stretch]:
        """Stages of a call, without a gap.

        Reading and storing take turns, in truth; here each is one piece.
        """
        end = now if self.end is None else self.end
        if self.took is None:
            stage = "running" if self.end is None else "failed" if self.error else "read"
            return [Stretch(stage, self.start, end)]
        before = max(0, end - self.start - self.took.ms)
        # a process may have been ready for long before it was called
        cold = min(self.took.cold, before)
        lengths = {
            "queued": before - cold,
            "cold start": cold,
            "load": self.took.load,
            "read": self.took.read,
        }
        return _laid_out(lengths, "store", self.start, end)


class Step(Contract):
    """Calls of a function until it has an answer."""

    start: int
    end: int | None = None  # None: it runs
    attempts: tuple[TaskAttempt, ...] = ()

    @property
    def failures(self) -> list[TaskAttempt]:
        """Calls that failed."""
        return [attempt for attempt in self.attempts if attempt.error]


class State(Step):
    """A state of the execution that does something."""

    name: str


class ChunkRun(Step):
    """One child of the Map state: the tiles `first` to `last`, included."""

    first: int
    last: int
    status: str  # Step Functions' word for it

    def stretches(self, now: int) -> list[Stretch]:
        """Stages from its first moment to its last, without a gap."""
        found: list[Stretch] = []
        at, gap, end = self.start, "between", now if self.end is None else self.end
        for attempt in self.attempts:
            found += [Stretch(gap, at, attempt.start), *attempt.stretches(now)]
            at, gap = found[-1].end, "pause" if attempt.error else "between"
        return [stretch for stretch in [*found, Stretch(gap, at, end)] if stretch.length > 0]

    def took(self, now: int) -> Counter[str]:
        """Ms of each stage."""
        return _sums(self.stretches(now))

    @property
    def rtf(self) -> float | None:
        """Seconds of reading for a second of sound; None where nothing was read."""
        return _rtf(self.attempts)


class Run(Contract):
    """One execution. `now` is its end, or when it was looked at."""

    job: str
    recording: str
    status: str
    error: str | None
    message: str
    started: datetime
    now: int
    states: tuple[State, ...]
    chunks: tuple[ChunkRun, ...]  # by their start
    chunks_in_all: int  # also those that have not begun
    at_once: int  # chunks that the Map state runs side by side

    @property
    def running(self) -> bool:
        """True if it had not ended when it was looked at."""
        return self.status == "RUNNING"

    def end_of(self, step: Step) -> int:
        """The end of a step, or of the picture where it is open."""
        return self.now if step.end is None else step.end

    @property
    def fan_out(self) -> State | None:
        """The Map state, if it was entered."""
        return next((state for state in self.states if state.name == MAP), None)

    def waited(self, chunk: ChunkRun) -> int:
        """Milliseconds that a chunk waited for its turn, since the Map state began."""
        return max(0, chunk.start - self.fan_out.start) if self.fan_out else 0

    def lanes(self) -> list[list[ChunkRun]]:
        """Chunks one after another: as few rows as there were at most at once."""
        lanes: list[list[ChunkRun]] = []
        for chunk in self.chunks:
            free = next((lane for lane in lanes if self.end_of(lane[-1]) <= chunk.start), None)
            if free is None:
                lanes.append([chunk])
            else:
                free.append(chunk)
        return lanes

    def critical_chunks(self) -> list[ChunkRun]:
        """The chunk that ended last, and before it the one that it waited for: all but the first
        `at_once` waited for an end.
        """
        ends = [self.end_of(chunk) for chunk in self.chunks]
        path: list[ChunkRun] = []
        place = max(range(len(ends)), key=ends.__getitem__, default=None)
        while place is not None:
            path.append(chunk := self.chunks[place])
            waits = place >= self.at_once
            ended = [i for i in range(place) if waits and ends[i] <= chunk.start]
            place = max(ended, key=ends.__getitem__, default=None)
        return path[::-1]

    def critical_path(self) -> list[Stretch]:
        """The path that the end waited for, from start to end without a gap: states, and the stages
        of the critical chunks.
        """
        path: list[Stretch] = []
        for state in self.states:
            chunks = self.critical_chunks() if state.name == MAP else []
            if not chunks:
                path.append(Stretch(state.name, state.start, self.end_of(state)))
            for chunk in chunks:
                path.append(Stretch("waiting", path[-1].end if path else 0, chunk.start))
                path += chunk.stretches(self.now)
        return _without_gaps(path, self.now)

    def chunks_took(self) -> Counter[str]:
        """Ms of each stage, of all chunks together."""
        return _sums(stretch for chunk in self.chunks for stretch in chunk.stretches(self.now))

    @property
    def rtf(self) -> float | None:
        """Seconds of reading for a second of sound, in all chunks; None where nothing was read."""
        return _rtf(attempt for chunk in self.chunks for attempt in chunk.attempts)


def read_run(
    execution: Execution,
    events: Sequence[Event],
    children: Iterable[Child],
    now: datetime,
) -> Run:
    """Read a run from an execution's history and its children's."""

    def since(moment: datetime) -> int:
        return max(0, round((moment - execution.started).total_seconds() * 1000))

    job = read_history(events).job
    chunks = [chunk for child in children if (chunk := _read_chunk(child, since))]
    return Run(
        job=execution.name,
        recording=printable(execution.recording),
        status=execution.status,
        error=execution.error,
        message=execution.message if execution.error else "",
        started=execution.started,
        now=since(execution.stopped or now),
        states=tuple(_read_states(outside_sections(events), since, execution.stopped)),
        chunks=tuple(sorted(chunks, key=lambda chunk: (chunk.start, chunk.first))),
        chunks_in_all=job.chunks if job else 0,
        at_once=job.at_once if job else 1,
    )


def outside_sections(events: Iterable[Event]) -> list[Event]:
    """Leave out what happens inside of SplitSections, all at once: it is one step here."""
    outside, inside = [], False
    for event in events:
        inside = inside and event.get("stateExitedEventDetails", {}).get("name") != SECTIONS
        if not inside:
            outside.append(event)
        inside = inside or event.get("stateEnteredEventDetails", {}).get("name") == SECTIONS
    return outside


def _read_states(
    events: Sequence[Event], since: Since, stopped: datetime | None
) -> Iterator[State]:
    """Those that take time: no choices."""
    entered = [
        number for number, event in enumerate(events) if event["type"].endswith("StateEntered")
    ]
    for number, following in pairwise([*entered, len(events)]):
        within = events[number:following]
        if not within[0]["type"].startswith(("Task", "Map")):
            continue
        after = events[following]["timestamp"] if following < len(events) else stopped
        left = next(
            (event["timestamp"] for event in within if event["type"].endswith("StateExited")), after
        )
        yield State(
            name=within[0]["stateEnteredEventDetails"]["name"],
            start=since(within[0]["timestamp"]),
            end=since(left) if left else None,
            attempts=_read_attempts(within, since, left),
        )


def _read_chunk(child: Child, since: Since) -> ChunkRun | None:
    """None: it has not called Transcribe yet."""
    called = next(
        (details for kind, details in map(_details, child.events) if kind == "TaskScheduled"), None
    )
    if called is None:
        return None
    chunk = Chunk.model_validate(json.loads(called["parameters"])["Payload"]["chunk"])
    attempts = _read_attempts(child.events, since, child.stopped)
    # a child whose chunk failed for good has recorded why, and succeeds
    failed = child.status == "SUCCEEDED" and attempts[-1].error
    return ChunkRun(
        first=chunk.first,
        last=chunk.last,
        status="FAILED" if failed else child.status,
        start=since(min(child.started, child.events[0]["timestamp"])),
        end=since(max(child.stopped, child.events[-1]["timestamp"])) if child.stopped else None,
        attempts=attempts,
    )


def _read_attempts(
    events: Iterable[Event], since: Since, stopped: datetime | None
) -> tuple[TaskAttempt, ...]:
    """Calls of Lambda, which come one after another.

    One that is open when all has stopped got no answer.
    """
    attempts: list[TaskAttempt] = []
    for event in events:
        kind, details = _details(event)
        if details.get("resourceType") != "lambda":
            continue
        at = since(event["timestamp"])
        if kind == "TaskScheduled":
            attempts.append(TaskAttempt(start=at))
        elif kind == "TaskSucceeded":
            payload = json.loads(details["output"])["Payload"]
            attempts[-1] = TaskAttempt(start=attempts[-1].start, end=at, took=payload.get("took"))
        elif kind in FAILED:
            error, message = details.get("error", kind), message_in(details.get("cause"))
            attempts[-1] = TaskAttempt(
                start=attempts[-1].start, end=at, error=error, message=message or ""
            )
    if stopped and attempts and attempts[-1].end is None:
        attempts[-1] = TaskAttempt(
            start=attempts[-1].start,
            end=since(stopped),
            error="NoAnswer",
            message="It ended without one.",
        )
    return tuple(attempts)


def _details(event: Event) -> tuple[str, Mapping[str, Any]]:
    kind = event["type"]
    return kind, event.get(f"{kind[0].lower()}{kind[1:]}EventDetails", {})


def _rtf(attempts: Iterable[TaskAttempt]) -> float | None:
    """Seconds of reading for a second of sound."""
    known = [attempt.took for attempt in attempts if attempt.took]
    audio = sum(took.audio for took in known)
    return sum(took.read for took in known) / audio if audio else None


def _laid_out(lengths: Mapping[str, int], rest: str, start: int, end: int) -> list[Stretch]:
    """Stages one after another, no further than to the end; what is left of it is the `rest`."""
    found, at = [], start
    for stage, length in lengths.items():
        found.append(Stretch(stage, at, min(end, at + length)))
        at = found[-1].end
    return [*found, Stretch(rest, at, end)]


def _without_gaps(path: Iterable[Stretch], end: int) -> list[Stretch]:
    """The same from 0 to the end, with what lies between its stretches."""
    found, at = [], 0
    for stretch in path:
        start = max(at, stretch.start)
        until = max(start, min(stretch.end, end))
        found += [Stretch("between", at, start), Stretch(stretch.stage, start, until)]
        at = until
    return [stretch for stretch in [*found, Stretch("between", at, end)] if stretch.length > 0]


def _sums(stretches: Iterable[Stretch]) -> Counter[str]:
    sums = Counter[str]()
    for stretch in stretches:
        sums[stretch.stage] += stretch.length
    return sums
