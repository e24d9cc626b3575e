"""The three steps with the real model and storage in memory: what a workflow does, without the
engine around it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanscribe import keys
from fanscribe.documents.payloads import Job, MergeTask, SplitTask, TranscribeTask
from fanscribe.documents.plan import Chunk, Plan
from fanscribe.jobs.deadline import Deadline
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import Storage
from fanscribe.recognition.recognizer import Recognizer, load_recognizer
from fanscribe.runtime.settings import (
    MergeSettings,
    ModelSettings,
    SplitSettings,
    TranscribeSettings,
)
from fanscribe.steps.detect_language import detect_language
from fanscribe.steps.merge import merge
from fanscribe.steps.split import split
from fanscribe.steps.transcribe import transcribe
from tests.support.fakes import MemoryStorage


@dataclass(frozen=True)
class Done:
    """A job that is done: its plan, its files by format, and the state machine's payload."""

    plan: Plan
    files: dict[str, bytes]
    job: Job

    @property
    def printed(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["json"])
        return found

    @property
    def text(self) -> str:
        return str(self.printed["text"])


def chunks_of(storage: Storage, job: str) -> list[Chunk]:
    """The chunks that Split laid out, as the Map state reads them."""
    items = json.loads(storage.read("work", keys.chunks(job)))
    return [Chunk.model_validate(item) for item in items]


def transcribed_here(
    recording: Path,
    model: str = "tiny.en",
    chunk_tiles: int = 8,
    batch_tiles: int = 8,
    **options: Any,
) -> Done:
    """Split, DetectLanguage where it is needed, Transcribe chunk by chunk, Merge."""
    storage = MemoryStorage({("recordings", recording.name): recording.read_bytes()})
    task = SplitTask.parse(
        {
            "execution": "here",
            "input": {"bucket": "recordings", "key": recording.name, "options": options},
        }
    )
    job = split(
        task,
        SplitSettings(work_bucket="work", model=model, chunk_tiles=chunk_tiles, map_concurrency=1),
        storage,
        lambda _: False,
    )
    folder = JobFolder(storage, "work", job.job)

    def load() -> Recognizer:
        return load_recognizer(model)

    if job.language is None and job.chunks:
        job = detect_language(job, ModelSettings(work_bucket="work", model=model), storage, load)
    settings = TranscribeSettings(work_bucket="work", model=model, batch_tiles=batch_tiles)
    for chunk in chunks_of(storage, job.job):
        work = TranscribeTask(
            execution="here", job=job.job, language=str(job.language), chunk=chunk
        )
        assert transcribe(work, settings, storage, load, Deadline(lambda: 900_000)).remaining == 0
    merging = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    reference = merge(MergeTask(execution="here", job=job.job, output=job.output), merging, storage)
    files = {name: storage.read("transcripts", key) for name, key in reference.keys.items()}
    return Done(folder.plan(), files, job)
