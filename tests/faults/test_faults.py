"""Whatever goes wrong, the transcript is the same in the end, or what is missing is named.

Nothing is lost silently.

The real state machine on the embedded engine, real worker processes, the functions' real code over
the real S3Storage; the model alone is one whose readings are known. Every run has one fault,
decided by its name (functions.py).

The recording is damaged: two pages of its Ogg are lost, some two seconds. Whatever else goes wrong,
the ledger has them once, and the loss policy is kept.
"""

import collections
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fanscribe.audio.decode import write_wav
from fanscribe.times import SAMPLE_RATE, clock
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.function_pool import FunctionPool, function_environment
from fanscribe_local.emulator.worker import Answer, throttled
from tests.conftest import ROOT, SAMPLE
from tests.faults.functions import NOTES, Fault
from tests.support.audio import decoded
from tests.support.broken_media import pages_of
from tests.support.hostile_media import encoded
from tests.support.workflow import DEFAULTS

SPEECH_S = 120  # of the sample: six tiles or so, in chunks of two
AT_ONCE = 10  # executions
BATCH = 2  # tiles
WORKERS = 4  # processes for each function
TIMEOUT_S = 6  # of Transcribe
# describe, look, claim, plan, sections, download, sound, finished, plan, list of chunks
SPLIT_STEPS = range(1, 11)
# plan, finished, attempts; and of each batch sound, begin the attempt, read, end the attempt, part.
# Of two readers, with a batch of one tile each, the last ten come in any order
TRANSCRIBE_STEPS, OF_TWO_READERS = range(1, 9), range(1, 14)
MERGE_STEPS = range(1, 11, 2)  # plan, list of parts, three parts, failures, four formats
LOST_PAGES = range(40, 42)  # of the recording's Ogg
TOLERATED = 0.05  # of the speech may be missing: the lost pages, and not a tile
SHARE, SEED = 10, 20_261_128  # a tenth of what is repeated is enough for each day
MOMENTS = ("before", "in", "after")
ENTRIES = {
    "SplitFunction": "run_split",
    "DetectLanguageFunction": "run_detect_language",
    "TranscribeFunction": "run_transcribe",
    "MergeFunction": "run_merge",
}


def faults() -> Iterator[Fault]:
    """The whole plan: some 200 executions."""
    for moment, seed in itertools.product(MOMENTS, range(3)):
        for step in OF_TWO_READERS if seed % 2 else TRANSCRIBE_STEPS:
            yield Fault("kill", "Transcribe", moment, step, seed)
    for moment, step in itertools.product(MOMENTS, SPLIT_STEPS):
        yield Fault("kill", "Split", moment, step)
    for moment, step in itertools.product(MOMENTS, MERGE_STEPS):
        yield Fault("kill", "Merge", moment, step)
    for step in TRANSCRIBE_STEPS:
        yield Fault("timeout", "Transcribe", step=step, seed=step)
    for seed in range(8):
        yield Fault("memory", "Transcribe", seed=seed)
        yield Fault("halfpart", "Transcribe", seed=seed)
        yield Fault("corruptpart", "Transcribe", seed=seed)
        yield Fault("corruptsound", "Split", seed=3 * seed)
    for tile in range(4):
        yield Fault("poison", step=tile)
        yield Fault("hard", step=tile)
    yield Fault("hang", step=1)
    for seed in range(12):
        yield Fault("throttle", seed=seed)
        yield Fault("s3errors", seed=seed)
    yield Fault("intolerant")
    for seed in range(4):
        yield Fault("s3storm", seed=seed)
        yield Fault("duplicate", seed=seed)
        yield Fault("overwritten", seed=seed)


@dataclass
class ThrottlingPool(FunctionPool):
    """Refuses three of ten invocations of the executions that are called so, as a busy account
    does.
    """

    invocations: int = 0

    def invoke(self, payload: bytes) -> Answer:
        self.invocations += 1
        event = json.loads(payload)
        throttling = Fault.of(event["execution"]).kind == "throttle"
        return throttled() if throttling and random.random() < 0.3 else super().invoke(payload)


@dataclass(frozen=True)
class Run:
    """How one execution with a fault ended, and where it matters a second one without."""

    fault: Fault
    outcome: str  # recovered, reported or lost
    why: str
    reads: Mapping[int, int]  # tile -> how often the model saw it
    struck: bool = True
    again: str = ""  # of the second execution


class Laboratory:
    """An engine with the faulty functions in place of the real ones."""

    def __init__(
        self,
        engine: Engine,
        notes: Path,
        timeout_s: int = TIMEOUT_S,
        made_of: type[ThrottlingPool] = ThrottlingPool,
    ) -> None:
        """`timeout_s` is Transcribe's; `made_of` says what its functions are, to Step Functions."""
        self.engine = engine
        self.notes = notes
        notes.mkdir()
        for arn, pool in list(engine.pools.items()):
            if pool.function.name not in ENTRIES:
                continue
            timeout = timeout_s if pool.function.name == "TranscribeFunction" else 60
            entry = f"tests.faults.functions.{ENTRIES[pool.function.name]}"
            code = (ROOT, ROOT / "layers" / "core")
            function = replace(pool.function, handler=entry, code=code, timeout_s=timeout)
            extra = {"AWS_ENDPOINT_URL": engine.url, NOTES: str(notes)}
            engine.pools[arn] = made_of(
                function, function_environment(function, extra), WORKERS, pool.log
            )
        self.speech = decoded(SAMPLE)[0, : SPEECH_S * 16_000]
        self.whole = self.transcript(
            self.execute(Fault("none"), self.event("whole.wav", self.speech))
        )

    @cached_property
    def damaged(self) -> dict[str, Any]:
        """The transcript of the damaged recording when nothing else is wrong."""
        return self.transcript(
            self.execute(Fault("none"), self.damaged_event("damaged.ogg", self.speech), "damaged")
        )

    def event(self, key: str, speech: Any) -> dict[str, Any]:
        """Upload a recording; the input that an execution for exactly this version has."""
        return self.uploaded(key, write_wav(speech), {"language": "en"})

    def damaged_event(self, key: str, speech: Any, tolerated: float = TOLERATED) -> dict[str, Any]:
        """Upload a recording that is damaged; so much of its speech may be missing."""
        data = without_lost_pages(speech.tobytes())
        return self.uploaded(key, data, {"language": "en", "tolerated-loss": str(tolerated)})

    def uploaded(self, key: str, data: bytes, metadata: Mapping[str, str]) -> dict[str, Any]:
        bucket = self.engine.bucket("RecordingsBucket")
        stored = self.engine.s3.put_object(Bucket=bucket, Key=key, Body=data, Metadata=metadata)
        return {"bucket": bucket, "key": key, "version": stored["VersionId"]}

    def execute(self, fault: Fault, event: Mapping[str, Any], mark: str = "") -> Execution:
        started = self.engine.states.start_execution(
            stateMachineArn=self.engine.state_machine,
            name=f"{fault.name}.{mark}",
            input=json.dumps(event),
        )
        return self.engine.wait(started["executionArn"])

    def transcript(self, execution: Execution) -> dict[str, Any]:
        assert execution.output is not None, f"{execution.error}: {execution.message}"
        return self.stored(execution.output["keys"]["json"])

    def stored(self, key: str) -> dict[str, Any]:
        body = self.engine.s3.get_object(Bucket=self.engine.bucket("TranscriptsBucket"), Key=key)[
            "Body"
        ].read()
        found: dict[str, Any] = json.loads(body)
        return found

    def reads(self, job: str) -> Mapping[int, int]:
        file = self.notes / f"read-{job}"
        return (
            collections.Counter(int(line) for line in file.read_text().split())
            if file.exists()
            else {}
        )

    def run(self, fault: Fault) -> Run:
        key = f"talks & more/{fault.name} ü+..ogg"
        if fault.kind == "intolerant":
            return self._refused(fault, key)
        event = self.damaged_event(key, self.speech)
        if fault.kind == "duplicate":
            return self._several(fault, [event, event, event], [self.damaged] * 3)
        if fault.kind == "overwritten":
            shorter = self.speech[: 70 * 16_000]
            newer = self.damaged_event(key, shorter)
            other = self.damaged_event("short.ogg", shorter)
            short = self.transcript(self.execute(Fault("none", seed=fault.seed + 1), other))
            return self._several(fault, [newer, event, newer], [short, self.damaged, short])
        execution = self.execute(fault, event)
        run = self._judged(fault, execution, key)
        if fault.function != "none":
            run = replace(run, struck=(self.notes / f"struck-{fault.name}.").exists())
        if run.outcome == "reported":
            repaired = self._judged(
                fault, self.execute(replace(fault, kind="none"), event, f"after-{fault.kind}"), key
            )
            return replace(run, again=repaired.outcome, reads=repaired.reads)
        return run

    def _refused(self, fault: Fault, key: str) -> Run:
        """Run the damaged recording where no speech may be missing: all is there, and what is not
        is named.
        """
        execution = self.execute(fault, self.damaged_event(key, self.speech, tolerated=0))
        written = self._written(key)
        (lost,) = undecodable(self.damaged)
        named = f"{clock(lost[0] // 16)}-{clock(lost[1] // 16)} (undecodable" in execution.message
        same = written is not None and said(self.stored(written))[1:] == said(self.damaged)[1:]
        reported = execution.error == "IncompleteTranscript" and named and same
        return Run(fault, "reported" if reported else "lost", execution.message, {})

    def _written(self, key: str) -> str | None:
        """Find the transcript of a recording."""
        found = self.engine.s3.list_objects_v2(
            Bucket=self.engine.bucket("TranscriptsBucket"), Prefix=key
        )
        return next(
            (e["Key"] for e in found.get("Contents", []) if e["Key"].endswith(".json")), None
        )

    def _several(
        self,
        fault: Fault,
        events: Sequence[Mapping[str, Any]],
        expected: Sequence[Mapping[str, Any]],
    ) -> Run:
        """Executions started at once."""
        with ThreadPoolExecutor(len(events)) as threads:
            ends = list(
                threads.map(lambda i: self.execute(fault, events[i], str(i)), range(len(events)))
            )
        same = all(
            said(self.transcript(end)) == said(wanted)
            for end, wanted in zip(ends, expected, strict=True)
        )
        jobs = {end.output["job"] for end in ends if end.output}
        reads = collections.Counter(
            {(job, tile): n for job in jobs for tile, n in self.reads(job).items()}
        )
        return Run(fault, "recovered" if same else "lost", "", reads)  # type: ignore[arg-type]

    def _judged(self, fault: Fault, execution: Execution, key: str) -> Run:
        written = self._written(key)
        job = written.split("/")[-2] if written else ""
        why = f"{execution.error}: {execution.message}" if execution.error else ""
        if written is None:
            return Run(fault, "lost", why, {})
        transcript = self.stored(written)
        if execution.status == "SUCCEEDED":
            return Run(
                fault,
                "recovered" if said(transcript) == said(self.damaged) else "lost",
                why,
                self.reads(job),
            )
        return Run(
            fault,
            "reported" if self._names_what_is_missing(execution, transcript) else "lost",
            why,
            self.reads(job),
        )

    def _names_what_is_missing(self, execution: Execution, transcript: Mapping[str, Any]) -> bool:
        """All words are there but those of failed tiles, and each failed tile is in a range that
        the error names.
        """
        tiles = transcript["ledger"]["tiles"]
        failed = [tile for tile in tiles if tile["state"] == "failed"]
        kept = [
            word
            for word in self.damaged["words"]
            if not any(f"tile{tile['tile']}-" in word["word"] for tile in failed)
        ]
        ranges = re.findall(r"([\d:]+)-([\d:]+) \((\w|\.)+\)", execution.message)
        starts, ends = {start for start, _, _ in ranges}, {end for _, end, _ in ranges}
        edges = [(clock(tile["start"] // 16), clock(tile["end"] // 16)) for tile in failed]
        return (
            execution.error == "IncompleteTranscript"
            and bool(failed)
            and transcript["complete"] is False
            and transcript["words"] == kept
            and undecodable(transcript) == undecodable(self.damaged)
            and edges[0][0] in starts
            and edges[-1][1] in ends
        )


@cache
def without_lost_pages(speech: bytes) -> bytes:
    """Samples as an Ogg file that lacks some of its pages."""
    pages = pages_of(encoded(np.frombuffer(speech, np.int16), "ogg", "flac", SAMPLE_RATE))
    return b"".join([*pages[: LOST_PAGES.start], *pages[LOST_PAGES.stop :]])


def undecodable(transcript: Mapping[str, Any]) -> list[tuple[int, int]]:
    """The stretches that the ledger calls so, in samples."""
    return [
        (tile["start"], tile["end"])
        for tile in transcript["ledger"]["tiles"]
        if tile["state"] == "undecodable"
    ]


def said(transcript: Mapping[str, Any]) -> tuple[Any, ...]:
    """Everything that must be the same, whatever happened."""
    return transcript["complete"], transcript["words"], transcript["text"], transcript["ledger"]


def some(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Each kind, in each function and at each moment, once; and a seeded share of the rest."""
    seen = set()
    draw = random.Random(SEED)
    for fault in faults:
        what = fault.kind, fault.function, fault.moment
        if what not in seen or draw.random() < 1 / SHARE:
            yield fault
        seen.add(what)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, everything: bool) -> list[Run]:
    """Every fault, or some, ten executions at a time."""
    folder = tmp_path_factory.mktemp("faults")
    parameters = {"ChunkTiles": "2", "BatchTiles": str(BATCH), "MapConcurrency": "3"}
    with (
        Engine(DEFAULTS | parameters, WORKERS, folder) as engine,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        laboratory = Laboratory(engine, folder / "notes")
        (lost,) = undecodable(laboratory.damaged)
        assert 1.5 < (lost[1] - lost[0]) / SAMPLE_RATE < 3
        chosen = faults() if everything else some(faults())
        return list(threads.map(laboratory.run, chosen))


def test_the_plan_has_hundreds_of_faults() -> None:
    assert len(list(faults())) >= 200


def test_nothing_is_lost(runs: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    table = collections.Counter((run.fault.kind, run.outcome) for run in runs)
    with capsys.disabled():
        print(f"\n\n{'fault':<14}{'runs':>6}{'recovered':>11}{'reported':>10}{'lost':>6}")
        for kind in dict.fromkeys(run.fault.kind for run in runs):
            counts = [table[kind, outcome] for outcome in ("recovered", "reported", "lost")]
            print(f"{kind:<14}{sum(counts):>6}{counts[0]:>11}{counts[1]:>10}{counts[2]:>6}")
        print(f"{'all':<14}{len(runs):>6}")
    assert [(run.fault.name, run.why) for run in runs if run.outcome == "lost"] == []


def test_what_is_only_a_worker_is_replaced(runs: list[Run]) -> None:
    """Deaths, timeouts, full memory, throttling and S3's moods are no reason to report anything."""
    passing = {
        "kill",
        "timeout",
        "memory",
        "throttle",
        "s3errors",
        "s3storm",
        "duplicate",
        "overwritten",
    }
    assert [run for run in runs if run.fault.kind in passing and run.outcome != "recovered"] == []


def test_a_deadly_tile_is_named_and_the_rest_is_there(runs: list[Run]) -> None:
    deadly = [run for run in runs if run.fault.kind in {"poison", "hard", "hang"}]
    assert {run.outcome for run in deadly} == {"reported"}
    assert all("(PoisonTile)" in run.why for run in deadly)


def test_the_next_execution_does_the_rest(runs: list[Run]) -> None:
    of_tiles = [run for run in runs if run.fault.kind != "intolerant"]
    assert {run.again for run in of_tiles if run.outcome == "reported"} == {"recovered"}


def test_what_is_undecodable_fails_a_job_unless_so_much_may_be_missing(runs: list[Run]) -> None:
    """In all other runs it may."""
    assert [run.outcome for run in runs if run.fault.kind == "intolerant"] == ["reported"]


def test_after_a_kill_at_most_one_batch_is_computed_twice(runs: list[Run]) -> None:
    killed = [run for run in runs if run.fault.kind in {"kill", "timeout", "memory"}]
    assert all(sum(run.reads.values()) - len(run.reads) <= BATCH for run in killed)
    assert any(sum(run.reads.values()) - len(run.reads) == BATCH for run in killed), (
        "some were killed in a batch"
    )


def test_duplicates_cost_nothing(runs: list[Run]) -> None:
    several = [run for run in runs if run.fault.kind in {"duplicate", "overwritten"}]
    assert {n for run in several for n in run.reads.values()} == {1}


@pytest.mark.long
def test_a_chunk_too_long_for_twenty_seconds_goes_round_the_loop(tmp_path: Path) -> None:
    """A model that takes 4 s for a tile: some fit in the 15 s that are for reading, and not all."""
    with Engine(DEFAULTS | {"ChunkTiles": "64", "BatchTiles": "1"}, 1, tmp_path) as engine:
        laboratory = Laboratory(engine, tmp_path / "notes", timeout_s=20)
        execution = laboratory.execute(
            Fault("slow", step=4), laboratory.event("slow.wav", laboratory.speech)
        )
        transcript = laboratory.transcript(execution)
        assert said(transcript) == said(laboratory.whole)
        read = laboratory.reads(execution.output["job"] if execution.output else "")
        assert set(read.values()) == {1}
        (pool,) = [
            pool for pool in engine.pools.values() if pool.function.name == "TranscribeFunction"
        ]
        assert isinstance(pool, ThrottlingPool)
        assert 2 <= pool.invocations - 1 < len(read), "one was for whole.wav"


def test_every_fault_struck(runs: list[Run]) -> None:
    """Otherwise a run proves nothing."""
    assert [run.fault.name for run in runs if not run.struck] == []
