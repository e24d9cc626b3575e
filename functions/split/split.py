"""Split: decode a recording, plan its tiles, and lay out the chunks that Transcribe takes side by side."""

import tempfile
from pathlib import Path
from typing import Any

from fanscribe import keys
from fanscribe.audio import write_wav
from fanscribe.contracts import Job, Plan, Recording, SplitTask
from fanscribe.jobs import JobFolder
from fanscribe.models import find_model
from fanscribe.observability import observed
from fanscribe.options import Options
from fanscribe.recording import split_recording
from fanscribe.settings import SplitSettings
from fanscribe.storage import S3Storage, Storage
from fanscribe.tiles import plan_chunks


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    task = SplitTask.parse(event)
    job = split(task, SplitSettings.read(), S3Storage())
    return job.model_dump()


def split(task: SplitTask, settings: SplitSettings, storage: Storage) -> Job:
    """From a recording in S3 to a plan and chunk audio in the work bucket. Raises BadInput before any compute."""
    bucket, key = task.input.bucket, task.input.key
    stored = storage.describe(bucket, key, task.input.version)
    options = Options.from_metadata(stored.metadata) if task.input.options is None else Options.parse(task.input.options)
    model = find_model(settings.model)
    model.check(options.reading)
    job = keys.job_id(bucket, key, stored.version, model.identity, options.reading.model_dump_json())
    folder = JobFolder(storage, settings.work_bucket, job)

    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "recording"
        storage.download(bucket, key, task.input.version, source)
        cut = split_recording(source, key, Path(scratch), options.reading)
        chunks = plan_chunks(cut.tiles, settings.chunk_tiles)
        for chunk in chunks:
            first, last = cut.tiles[chunk.first], cut.tiles[chunk.last]
            folder.save_audio(chunk, write_wav(cut.cut(first.channel, first.start, last.end)))

    recording = Recording(bucket=bucket, key=key, version=stored.version, samples=cut.samples)
    folder.save_plan(Plan(job=job, recording=recording, options=options.reading, model=model.name, tiles=cut.tiles), chunks)
    return Job(
        execution=task.execution,
        job=job,
        language=model.known_language(options.reading),
        chunks_key=keys.chunks(job),
        chunks=len(chunks),
        max_concurrency=settings.map_concurrency,
        output=options.output,
    )
