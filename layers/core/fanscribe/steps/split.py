"""Split: decode a recording, plan its tiles, and lay out the chunks that Transcribe takes side by
side.
"""

from collections.abc import Callable

from fanscribe import __version__, keys
from fanscribe.documents.options import FORMATS, Options, ReadingOptions
from fanscribe.documents.payloads import Job, SplitTask
from fanscribe.documents.plan import Chunk, Plan, Recording, StoredAudio
from fanscribe.errors import InvalidInput
from fanscribe.jobs.claim import claim_job
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import finished_tiles
from fanscribe.jobs.storage import Storage
from fanscribe.recognition.compute import computing
from fanscribe.recognition.models import Model, find_model
from fanscribe.runtime.settings import SplitSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.steps.split_chunks import check_cost, chunks_to_read
from fanscribe.steps.split_decoding import (
    DecodedRecording,
    RecordingSource,
    SectionsToDecode,
    decode_recording,
    first_selection,
    restore,
)
from fanscribe.steps.split_place import found
from fanscribe.tiling.listening import lay_tiles
from fanscribe.transcript.formats.writers import transcript_keys


def split(
    task: SplitTask, settings: SplitSettings, storage: Storage, runs: Callable[[str], bool]
) -> Job:
    """From a recording in S3 to a plan, chunks and sound in the work bucket, as far as they are
    still needed.

    A very long recording is first cut into sections for others to decode; asked again, Split puts
    them together. Raises BadInput before any compute is fanned out, and JobInProgress while another
    execution that still `runs` is at the same job.
    """
    bucket = task.input.bucket
    key, stored = found(task.input, storage)
    options = (
        Options.from_metadata(stored.metadata)
        if task.input.options is None
        else Options.parse(task.input.options)
    )
    options = options.tolerating(settings.tolerated_loss)
    model = find_model(settings.model)
    model.check(options.reading)
    job = _job_id(bucket, key, stored.etag, model, options.reading)
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, job)
    claim_job(folder, task.execution, runs)

    language = model.known_language(options.reading) or folder.find_language()

    def afford(audio_s: float) -> None:
        check_cost(key, audio_s, 0, model, settings)

    selection = first_selection(options)
    source = RecordingSource(
        storage, bucket, key, stored, options.separate, settings, selection, afford
    )
    plan, sections, chunks = folder.find_plan(), tuple[int, ...](), tuple[Chunk, ...]()
    if plan:
        chunks = chunks_to_read(plan, finished_tiles(folder), language, model, settings)
        if chunks:
            restore(folder, plan, chunks, source)
            folder.save_plan(plan, chunks, meter.lap())
    elif isinstance(heard := decode_recording(folder, source, meter), SectionsToDecode):
        sections = heard.sections
    else:
        recording = Recording(
            bucket=bucket, key=key, etag=stored.etag, samples=heard.frames.samples
        )
        plan = _plan(job, recording, model, options.reading, heard)
        chunks = chunks_to_read(plan, finished_tiles(folder), language, model, settings)
        folder.save_plan(plan, chunks, meter.lap())
    return Job(
        execution=task.execution,
        job=job,
        recording=keys.uri(bucket, key),
        language=language,
        sections=sections,
        chunks_key=keys.chunks(job),
        chunks=len(chunks),
        max_concurrency=settings.map_concurrency,
        output=options.output,
        keys=transcript_keys(key, job, options.formats),
        redrives=task.context.redrives,
    )


def _job_id(bucket: str, key: str, etag: str, model: Model, options: ReadingOptions) -> str:
    """Made of all that decides the words.

    Raises InvalidInput if the transcript's keys would be too long.
    """
    job = keys.job_id(
        __version__,
        bucket,
        key,
        etag,
        model.identity,
        computing().model_dump_json(),
        options.model_dump_json(),
    )
    if (
        max(len(written.encode()) for written in transcript_keys(key, job, FORMATS).values())
        > keys.LONGEST
    ):
        raise InvalidInput(
            f"The key {key[:60]}… is too long: "
            f"the transcript's would pass the {keys.LONGEST} bytes of S3."
        )
    return job


def _plan(
    job: str, recording: Recording, model: Model, options: ReadingOptions, heard: DecodedRecording
) -> Plan:
    return Plan(
        job=job,
        recording=recording,
        options=options,
        model=model.name,
        tiles=lay_tiles(heard.frames, options.vad_threshold),
        sound=StoredAudio(job=job, sections=heard.sections, selection=heard.selection),
        undecodable=heard.findings.undecodable,
        origin=heard.origin,
        spent=heard.spent,
    )
