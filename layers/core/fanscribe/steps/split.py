"""Split: decode a recording, plan its tiles, and lay out the chunks that Transcribe takes side by
side.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fanscribe import __version__, keys
from fanscribe.documents.options import FORMATS, Options, ReadingOptions
from fanscribe.documents.payloads import Job, SplitTask
from fanscribe.documents.plan import Plan, Recording, StoredAudio
from fanscribe.errors import InvalidInput
from fanscribe.jobs.claim import claim_job
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.parts import finished_tiles
from fanscribe.jobs.storage import Storage, StoredObject
from fanscribe.jobs.word_lists import keep_lists, read_given
from fanscribe.recognition.compute import computing
from fanscribe.recognition.models import Model, find_model, usual_beam
from fanscribe.runtime.settings import SplitSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.speakers.voice_reader import FOUND, VoiceModels
from fanscribe.steps.check_language import check_language
from fanscribe.steps.split_answer import nothing_left
from fanscribe.steps.split_chunks import Workload, check_cost, chunks_to_read
from fanscribe.steps.split_decoding import (
    DecodedRecording,
    RecordingSource,
    SectionsToDecode,
    decode_recording,
    first_selection,
    restore,
)
from fanscribe.steps.split_place import found
from fanscribe.steps.split_sound import with_sound
from fanscribe.steps.split_voices import (
    SpeakerPreparation,
    check_speakers,
    check_times,
    wanted_voices,
)
from fanscribe.tiling.listening import lay_tiles
from fanscribe.transcript.formats.writers import transcript_keys
from fanscribe.transcript.wording.hotwords import with_hotwords


@dataclass(frozen=True)
class _Request:
    """An execution's input, once it is understood."""

    bucket: str
    key: str
    stored: StoredObject
    options: Options
    model: Model
    job: str
    lists: dict[str, str]  # the texts of word lists, by option

    def source(self, settings: SplitSettings, storage: Storage) -> RecordingSource:
        """The recording, as it is decoded first."""

        def afford(audio_s: float) -> None:
            work = Workload(audio_s, spoken=0)
            check_cost(self.key, work, self.model, self.options.reading, settings)

        selection, separate = first_selection(self.options), self.options.separate
        return RecordingSource(
            storage, self.bucket, self.key, self.stored, separate, settings, selection, afford
        )


def split(
    task: SplitTask,
    settings: SplitSettings,
    storage: Storage,
    runs: Callable[[str], bool],
    models: VoiceModels = FOUND,
) -> Job:
    """Turn a recording in S3 into a plan, chunks and sound in the work bucket.

    What is there already is not made again. A very long recording is first cut into sections for
    others to decode; asked again, Split puts them together. Raises BadInput before any compute is
    fanned out, and JobInProgress while another execution that still `runs` is at the same job.
    """
    request = _understood(task, settings, storage)
    output = request.options.output
    check_speakers(output, models)
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, request.job)
    claim_job(folder, task.execution, runs)
    output = keep_lists(folder, output, request.lists)
    language = request.model.known_language(request.options.reading) or folder.find_language()
    check_language(folder, request.options.reading, output, language)
    source = request.source(settings, storage)
    basis = SpeakerPreparation(folder, request.bucket, settings, models).basis(output)

    answer = nothing_left(task, settings, request.job, request.key, output)
    answer = answer.model_copy(update={"language": language})
    plan, decoded = folder.find_plan(), None
    if plan is None:
        decoded = decode_recording(folder, source, meter)
        if isinstance(decoded, SectionsToDecode):
            at_once = settings.section_concurrency or settings.map_concurrency
            return answer.model_copy(
                update={"sections": decoded.sections, "max_concurrency": at_once}
            )
        plan = _plan(request, decoded)
    check_times(plan, output)
    chunks = chunks_to_read(
        plan,
        finished_tiles(folder),
        language,
        request.model,
        settings,
        wanted_voices(folder, plan, basis),
    )
    if not decoded:
        restore(folder, plan, with_sound(plan, chunks, request.options.output), source)
    if chunks or decoded:
        folder.save_plan(plan, chunks, meter.lap())
    folder.save_output(output)
    return answer.model_copy(update={"chunks": len(chunks)})


def _understood(task: SplitTask, settings: SplitSettings, storage: Storage) -> _Request:
    """Raises BadInput."""
    bucket = task.input.bucket
    key, stored = found(task.input, storage)
    if task.input.options is None:
        options = Options.from_metadata(stored.metadata)
    else:
        options = Options.parse(task.input.options)
    options = options.tolerating(settings.tolerated_loss)
    model = find_model(settings.model)
    model.check(options.reading)
    options = options.searching(usual_beam(model.shape))
    lists = read_given(options.output, storage, bucket)
    options = with_hotwords(options, lists)
    job = _job_id(bucket, key, stored.etag, model, options.reading)
    return _Request(bucket, key, stored, options, model, job, lists)


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
    written = transcript_keys(key, job, FORMATS).values()
    if max(len(each.encode()) for each in written) > keys.LONGEST:
        raise InvalidInput(
            f"The key {key[:60]}… is too long: "
            f"the transcript's would pass the {keys.LONGEST} bytes of S3."
        )
    return job


def _plan(request: _Request, decoded: DecodedRecording) -> Plan:
    reading = request.options.reading
    return Plan(
        job=request.job,
        recording=Recording(
            bucket=request.bucket,
            key=request.key,
            etag=request.stored.etag,
            samples=decoded.frames.samples,
        ),
        options=reading,
        model=request.model.name,
        tiles=lay_tiles(decoded.frames, reading.vad_threshold),
        sound=StoredAudio(job=request.job, sections=decoded.sections, selection=decoded.selection),
        undecodable=decoded.findings.undecodable,
        origin=decoded.origin,
        spent=decoded.spent,
    )
