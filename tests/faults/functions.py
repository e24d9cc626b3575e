"""The project's functions as workers run them, but for a model whose readings are known and one
fault on the way.

Which fault, the execution's name says (it is in every payload): a `Fault`, spelt by `name`. It
strikes once, at the given step of one invocation; a step is a call of the storage or of the model.
Run by fanscribe_local/emulator/worker.py with the real S3Storage underneath. What Lambda does not
take, or tells by another name, is the pool's part (test_faults.py, test_names.py).
"""

import contextlib
import itertools
import os
import random
import resource
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.payloads import Job, MergeTask, SectionTask, SplitTask, TranscribeTask
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.documents.voices import TileVoices
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.step_functions import still_runs
from fanscribe.jobs.storage import S3Storage
from fanscribe.runtime.settings import (
    MergeSettings,
    ModelSettings,
    SplitSettings,
    TranscribeSettings,
)
from fanscribe.speakers.voice_reader import VoiceModels
from fanscribe.steps import detect_language, merge, split, transcribe
from fanscribe.steps.split_decoding import split_section
from fanscribe.steps.take_voices import take_voices
from tests.support.fakes import ParityVoiceReader, SpellingRecognizer

# the variable that names the folder for what happened: faults that struck, tiles that were read
NOTES = "FAULT_NOTES"
READ_S = 0.03  # what the model takes for a batch, so that it can be interrupted
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong in one execution, in a function's invocation for `chunk`
    (Transcribe), at `step`.
    """

    kind: str
    function: str = "none"
    moment: str = "at"  # before, in or after the step
    step: int = 0
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.kind}_{self.function}_{self.moment}_{self.step}_{self.seed}"

    @classmethod
    def of(cls, execution: str) -> "Fault":
        kind, function, moment, step, seed = (
            execution.rsplit(":", 1)[-1].split(".", maxsplit=1)[0].split("_")
        )
        return cls(kind, function, moment, int(step), int(seed))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Stage:
    """One invocation: counts the steps, and strikes when it is time."""

    def __init__(self, function: str, event: dict[str, Any]) -> None:
        execution = event["execution"]
        self.fault = Fault.of(execution)
        self.name = execution.rsplit(":", 1)[-1]
        self.random = random.Random(f"{self.name}{os.getpid()}")
        self.steps = itertools.count(1)
        # one of the three chunks, two tiles each
        here = event.get("chunk", {}).get("first", 0) == self.fault.seed % 3 * 2
        self.armed = self.fault.function == function and here

    def strikes(self, kind: str, moment: str, step: int) -> bool:
        """Whether it is this fault's turn; true once in an execution."""
        due = (self.fault.kind, self.fault.moment, self.fault.step) == (kind, moment, step)
        return self.armed and due and self.once()

    def once(self) -> bool:
        with (
            contextlib.suppress(FileExistsError),
            (Path(os.environ[NOTES]) / f"struck-{self.name}").open("x"),
        ):
            return True
        return False

    def step(self, call: Callable[[], Answer]) -> Answer:
        step = next(self.steps)
        if self.strikes("timeout", "at", step):
            time.sleep(900)
        if self.strikes("kill", "before", step):
            die()
        if during := self.strikes("kill", "in", step):
            threading.Timer(self.random.uniform(0, READ_S / 4), die).start()
        try:
            return call()
        # also where it raises: a note of a neighbour's attempt that is gone before it is read, say
        finally:
            if during or self.strikes("kill", "after", step):
                die()


@cache
def a_client() -> BaseClient:
    """The process's own: a tenth of a second each."""
    return S3Storage()._s3


class FaultyStorage(S3Storage):
    """The real storage; every call is a step, and some go wrong."""

    def __init__(self, stage: Stage) -> None:
        share = {"s3errors": 0.1, "s3storm": 0.4}.get(stage.fault.kind, 0)
        super().__init__(None if share else a_client())
        self.stage = stage
        if share:
            self._s3.meta.events.register(
                "before-send.s3", lambda request, **_: self._failing(request, share)
            )

    def _failing(self, request: Any, share: float) -> AWSResponse | None:
        """In place of S3's answer: slow down, or an internal error."""
        if self.stage.random.random() >= share:
            return None
        status, code = self.stage.random.choice([(503, "SlowDown"), (500, "InternalError")])
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

        class Raw:
            def stream(self, **_: Any) -> Any:
                yield body

            def read(self, *_: Any) -> bytes:
                return body

        return AWSResponse(request.url, status, {}, Raw())

    def describe(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).describe(*arguments))

    def download(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).download(*arguments))

    def read(self, bucket: str, key: str) -> bytes:
        return self.stage.step(lambda: super(FaultyStorage, self).read(bucket, key))

    def read_range(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).read_range(*arguments))

    def sizes(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).sizes(*arguments))

    def find(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).find(*arguments))

    def write_over(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).write_over(*arguments))

    def delete(self, *arguments: Any) -> Any:
        return self.stage.step(lambda: super(FaultyStorage, self).delete(*arguments))

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        kind, stage = self.stage.fault.kind, self.stage
        half = kind == "halfpart" and "/parts/" in key and stage.armed and stage.once()
        corrupt = (kind == "corruptpart" and "/parts/" in key) or (
            kind == "corruptsound" and "/sound/" in key
        )
        if corrupt and stage.armed and stage.once():
            data = data[: stage.random.randrange(len(data))] + b"\0}" * stage.random.randrange(1, 9)
        stage.step(
            lambda: super(FaultyStorage, self).write(
                bucket, key, data[: len(data) // 2] if half else data, content_type
            )
        )
        if half:
            die()


class FaultyRecognizer(SpellingRecognizer):
    """Spells each tile; notes which it read; and may not survive one."""

    def __init__(self, stage: Stage, recording: str) -> None:
        super().__init__(readers=1 + stage.fault.seed % 2)
        self.stage = stage
        self.recording = recording

    def read(
        self,
        tiles: Sequence[Tile],
        samples: Sequence[Samples],
        language: str,
        options: ReadingOptions,
    ) -> list[Reading]:
        def reading() -> list[Reading]:
            with (Path(os.environ[NOTES]) / f"read-{self.recording}").open("a") as notes:
                notes.write("".join(f"{tile.index}\n" for tile in tiles))
            time.sleep(READ_S)
            self._suffer([tile.index for tile in tiles])
            return super(FaultyRecognizer, self).read(tiles, samples, language, options)

        return self.stage.step(reading)

    def _suffer(self, tiles: Sequence[int]) -> None:
        stage = self.stage
        if stage.fault.kind == "slow":
            time.sleep(stage.fault.step * len(tiles))
        poisoned = stage.fault.step in tiles
        if stage.fault.kind in {"poison", "full"} and poisoned:
            die()
        if stage.fault.kind == "hang" and poisoned:
            time.sleep(900)
        if stage.fault.kind == "hard" and poisoned:
            raise RuntimeError("no such tile")
        if stage.fault.kind == "memory" and stage.armed and stage.once():
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            before = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), before[1]))
            try:
                bytearray(1 << 30)
            finally:
                resource.setrlimit(resource.RLIMIT_AS, before)


class FaultyVoiceReader(ParityVoiceReader):
    """Hears one voice in each tile; each is a step."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    def voices(self, tile: Tile, samples: Samples) -> TileVoices:
        def heard() -> TileVoices:
            time.sleep(READ_S)
            return super(FaultyVoiceReader, self).voices(tile, samples)

        return self.stage.step(heard)


def run_split(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    storage = FaultyStorage(Stage("Split", event))
    if "section" in event:
        split_section(SectionTask.parse(event), SplitSettings.read(), storage)
        return {}
    return split.split(
        SplitTask.parse(event),
        SplitSettings.read(),
        storage,
        still_runs,
        VoiceModels(lambda: "0123456789ab", ParityVoiceReader),
    ).model_dump()


def run_detect_language(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    stage = Stage("DetectLanguage", event)
    recognizer = FaultyRecognizer(stage, event["job"])
    return detect_language.detect_language(
        Job.parse(event), ModelSettings.read(), FaultyStorage(stage), lambda: recognizer
    ).model_dump()


def run_transcribe(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    stage = Stage("Transcribe", event)
    recognizer = FaultyRecognizer(stage, event["job"])
    deadline = Deadline(context.get_remaining_time_in_millis)
    task, settings, storage = (
        TranscribeTask.parse(event),
        TranscribeSettings.read(),
        FaultyStorage(stage),
    )
    words = transcribe.transcribe(task, settings, storage, lambda: recognizer, deadline)
    reader = FaultyVoiceReader(stage)
    progress = take_voices(task, settings, storage, lambda: reader, deadline, words)
    return progress.model_dump()


def run_merge(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    storage = FaultyStorage(Stage("Merge", event))
    return merge.merge(MergeTask.parse(event), MergeSettings.read(), storage).model_dump()
