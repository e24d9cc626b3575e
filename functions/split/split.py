"""Split: decode a recording, plan its tiles, and lay out the chunks that Transcribe takes side by side."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chunks import chunk_size, unread
from fanscribe import __version__, keys
from fanscribe.audio import write_wav
from fanscribe.contracts import Chunk, Job, Plan, Recording, SplitTask
from fanscribe.errors import InvalidInput
from fanscribe.executions import still_runs
from fanscribe.formats import transcript_keys
from fanscribe.jobs import JobFolder
from fanscribe.limits import check_room
from fanscribe.models import find_model
from fanscribe.observability import observed
from fanscribe.options import FORMATS, Options
from fanscribe.recording import split_recording
from fanscribe.settings import SplitSettings, computing
from fanscribe.storage import S3Storage, Storage
from fanscribe.tiles import plan_chunks
from fanscribe.times import SAMPLE_RATE
from redo import redo


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    task = SplitTask.parse(event)
    settings, storage = SplitSettings.read(), S3Storage()
    request = task.input.redo
    job = redo(task, request, settings, storage, still_runs) if request else split(task, settings, storage, still_runs)
    return job.model_dump()


def split(task: SplitTask, settings: SplitSettings, storage: Storage, runs: Callable[[str], bool]) -> Job:
    """From a recording in S3 to a plan and chunk audio in the work bucket, as far as they are still needed.

    Raises BadInput before any compute, and JobInProgress while another execution that still `runs` is at the same job.
    """
    bucket, key = task.input.bucket, task.input.key
    stored = storage.describe(bucket, key, task.input.version)
    options = Options.from_metadata(stored.metadata) if task.input.options is None else Options.parse(task.input.options)
    options = options.tolerating(settings.tolerated_loss)
    model = find_model(settings.model)
    model.check(options.reading)
    reads = (model.identity, computing().model_dump_json(), options.reading.model_dump_json())  # all that decides the words
    job = keys.job_id(__version__, bucket, key, stored.etag, *reads)
    if max(len(written.encode()) for written in transcript_keys(key, job, FORMATS).values()) > keys.LONGEST:
        raise InvalidInput(f"The key {key[:60]}… is too long: the transcript's would pass the {keys.LONGEST} bytes of S3.")
    folder = JobFolder(storage, settings.work_bucket, job)
    folder.claim(task.execution, runs)

    language = model.known_language(options.reading) or folder.find_language()
    finished, plan = folder.finished_tiles(), folder.find_plan()
    chunks: tuple[Chunk, ...] = ()
    if plan is None or unread(plan.tiles, finished):
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(scratch) / "recording"
            check_room(key, stored.size, shutil.disk_usage(scratch).free)
            storage.download(bucket, key, stored, source)
            cut = split_recording(source, key, Path(scratch), options.reading, settings)
            audio_s, spoken = cut.samples * len(cut.channels) / SAMPLE_RATE, sum(not tile.silent for tile in cut.tiles)
            chunks = plan_chunks(cut.tiles, chunk_size(audio_s, spoken, model, settings))
            if language:  # to hear it, tiles from the whole length are wanted
                chunks = tuple(chunk for chunk in chunks if unread(cut.tiles[chunk.first : chunk.last + 1], finished))
            folder.save_audio(chunks, lambda chunk: write_wav(cut.audio(chunk)))
        recording = Recording(bucket=bucket, key=key, etag=stored.etag, samples=cut.samples)
        plan = Plan(job=job, recording=recording, options=options.reading, model=model.name, tiles=cut.tiles)
        folder.save_plan(plan, chunks)
    return Job(
        execution=task.execution,
        job=job,
        recording=plan.recording.uri,
        language=language,
        chunks_key=keys.chunks(job),
        chunks=len(chunks),
        max_concurrency=settings.map_concurrency,
        output=options.output,
        keys=transcript_keys(key, job, options.formats),
    )
