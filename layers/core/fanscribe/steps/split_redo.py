"""Split, of a part of a job that was done before: its tiles stay, and those that the range overlaps
are laid out again.
"""

from collections.abc import Callable
from typing import NamedTuple

from fanscribe import __version__, keys
from fanscribe.documents.inputs import RedoRequest
from fanscribe.documents.options import REDOABLE, Options, ReadingOptions
from fanscribe.documents.payloads import Job, SplitTask
from fanscribe.documents.plan import Plan, Redo
from fanscribe.errors import InvalidInput, InvalidOption, RecordingNotFound, UnknownModel
from fanscribe.jobs.claim import await_end, claim_job
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import lineage
from fanscribe.jobs.parts import finished_tiles
from fanscribe.jobs.storage import Storage, StoredObject
from fanscribe.jobs.word_lists import keep_lists, read_given
from fanscribe.recognition.compute import computing
from fanscribe.recognition.models import Model, find_model, usual_beam
from fanscribe.runtime.settings import SplitSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.speakers.voice_reader import FOUND, VoiceModels
from fanscribe.steps.split_answer import nothing_left
from fanscribe.steps.split_chunks import chunks_to_read
from fanscribe.steps.split_decoding import RecordingSource, restore
from fanscribe.steps.split_place import found
from fanscribe.steps.split_sound import with_sound
from fanscribe.steps.split_voices import (
    SpeakerPreparation,
    check_speakers,
    check_times,
    wanted_voices,
)
from fanscribe.times import clock, milliseconds
from fanscribe.transcript.wording.hotwords import with_hotwords


class _Asked(NamedTuple):
    """A redo, as it is understood."""

    plan: Plan  # of the redo
    model: Model
    options: Options
    lists: dict[str, str]  # the texts of word lists, by option
    key: str  # of the recording
    recording: StoredObject


def redo(  # noqa: PLR0913, PLR0917  (as Split, and the models)
    task: SplitTask,
    request: RedoRequest,
    settings: SplitSettings,
    storage: Storage,
    runs: Callable[[str], bool],
    models: VoiceModels = FOUND,
) -> Job:
    """A plan with the tiles of the job to redo, and chunks of those that are to be read again, as
    far as they are not yet.

    Raises BadInput before any compute: JobNotFound where that job's work has expired. Raises
    JobInProgress while an execution that still `runs` is at that job, or at the same redo.
    """
    asked = _understood(task, request, settings, storage)
    plan, output = asked.plan, asked.options.output
    check_speakers(output, models)
    check_times(plan, output)
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, plan.job)
    if plan.redo:
        await_end(folder.of(plan.redo.base), runs)
    claim_job(folder, task.execution, runs)
    output = keep_lists(folder, asked.options.output, asked.lists, folder.of(request.job))

    found = folder.find_language() or folder.of(plan.sound.job).find_language()
    basis = SpeakerPreparation(folder, task.input.bucket, settings, models).basis(output)
    language = asked.model.known_language(plan.options) or found
    chunks = chunks_to_read(
        plan,
        finished_tiles(folder),
        language,
        asked.model,
        settings,
        wanted_voices(folder, plan, basis),
    )
    wanted = with_sound(plan, chunks, output)
    if wanted or folder.find_plan() is None:
        separate = plan.options.separate
        recording = RecordingSource(
            storage, task.input.bucket, asked.key, asked.recording, separate, settings
        )
        restore(folder, plan, wanted, recording)
        folder.save_plan(plan, chunks, meter.lap())
    folder.save_output(output)
    answer = nothing_left(task, settings, plan.job, plan.recording.key, output)
    return answer.model_copy(update={"language": language, "chunks": len(chunks)})


def _understood(
    task: SplitTask, request: RedoRequest, settings: SplitSettings, storage: Storage
) -> _Asked:
    key, stored = found(task.input, storage)
    plans = lineage(JobFolder(storage, settings.work_bucket, request.job))
    first = list(plans.values())[-1]  # of the job that read all of the recording
    _check_recording(keys.uri(task.input.bucket, key), request, stored, first)
    model = find_model(settings.model)
    if request.model not in {None, settings.model, model.name}:
        raise UnknownModel(
            f"The model {request.model} was asked for, and the functions have {settings.model}. "
            "Leave the model out, or deploy the other one first: "
            f"make deploy MODEL={request.model}."
        )
    options = Options.parse(task.input.options or {}).tolerating(settings.tolerated_loss)
    written = JobFolder(storage, settings.work_bucket, request.job).find_output()
    if written:
        options = options.naming_too(written.names).worded_as(written)
    lists = read_given(options.output, storage, task.input.bucket)
    options = with_hotwords(options, lists)
    reading = _as_at_first_but(options, first.options)
    model.check(reading)
    reading = reading.searching(usual_beam(model.shape))

    def named(base: str) -> tuple[str, Redo]:
        span = Redo(
            base=base,
            start=request.start,
            end=min(request.end, milliseconds(first.recording.samples)),
        )
        inputs = (
            span.model_dump_json(),
            model.identity,
            computing().model_dump_json(),
            reading.model_dump_json(),
        )
        return keys.job_id("redo", __version__, *inputs), span

    job, span = named(request.job)
    before = plans[request.job].redo
    if before and named(before.base)[0] == request.job:  # it is itself what is asked for
        job, span = named(before.base)
    plan = first.model_copy(
        update={"job": job, "options": reading, "model": model.name, "redo": span, "spent": ()}
    )
    return _Asked(plan, model, options, lists, key, stored)


def _check_recording(given: str, request: RedoRequest, stored: StoredObject, first: Plan) -> None:
    recording, length = first.recording, milliseconds(first.samples)
    if recording.uri != given:
        raise InvalidInput(f"The job {request.job} is of {recording.uri}, not of {given}.")
    if recording.etag != stored.etag:
        raise RecordingNotFound(
            f"{recording.key} is another recording now than the job {request.job} has read. "
            "Name the 'version' that it was, or transcribe it anew."
        )
    if request.start >= length:
        raise InvalidOption(
            f"{recording.key} lasts {clock(length)}: "
            f"there is nothing to redo from {clock(request.start)} on."
        )


def _as_at_first_but(options: Options, first: ReadingOptions) -> ReadingOptions:
    """Options of the whole recording's reading, except where others are given."""
    given = {
        name: getattr(options, name)
        for name in ReadingOptions.model_fields
        if name in options.model_fields_set
    }
    if fixed := [
        name
        for name, value in given.items()
        if name not in REDOABLE and value != getattr(first, name)
    ]:
        raise InvalidOption(
            f"The option {fixed[0]!r} can't be another in a part of a recording: "
            f"it was {getattr(first, fixed[0])!r}. "
            f"A redo takes {', '.join(REDOABLE)}, and how the transcript is written."
        )
    return first.model_copy(update=given)
