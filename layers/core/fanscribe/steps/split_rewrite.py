"""Split, of a transcript that is only to be written anew: in other formats, or with other names.

Nothing is read, so neither the recording nor the model that read it need still be there.
"""

from collections.abc import Callable

from fanscribe import keys
from fanscribe.documents.inputs import RewriteRequest
from fanscribe.documents.options import Options, OutputOptions, ReadingOptions
from fanscribe.documents.payloads import Job, SplitTask
from fanscribe.documents.plan import Plan
from fanscribe.documents.voices import SpeakerBasis
from fanscribe.errors import InvalidInput, InvalidOption
from fanscribe.jobs.claim import claim_job
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import lineage
from fanscribe.jobs.storage import Storage
from fanscribe.jobs.word_lists import keep_lists, read_given
from fanscribe.runtime.settings import SplitSettings
from fanscribe.speakers.voice_reader import FOUND, VoiceModels
from fanscribe.steps.check_language import check_language
from fanscribe.steps.split_answer import nothing_left
from fanscribe.steps.split_sound import without_lost_sound
from fanscribe.steps.split_voices import (
    VOICES_ALONE,
    SpeakerPreparation,
    check_times,
    files,
    wanted_voices,
)


def rewrite(  # noqa: PLR0913, PLR0917  (as Split, and the models)
    task: SplitTask,
    request: RewriteRequest,
    settings: SplitSettings,
    storage: Storage,
    runs: Callable[[str], bool],
    models: VoiceModels = FOUND,
) -> Job:
    """An answer that leaves all to Merge: formats, captions and names as they were last, but for
    the options that are given.

    Raises BadInput: JobNotFound where the job's work has expired. Raises JobInProgress while
    another execution that still `runs` is at the job.
    """
    folder = JobFolder(storage, settings.work_bucket, request.job)
    plan = lineage(folder)[request.job]
    given = keys.uri(task.input.bucket, task.input.key)
    if plan.recording.uri != given:
        raise InvalidInput(f"The job {request.job} is of {plan.recording.uri}, not of {given}.")
    options = Options.parse(task.input.options or {})
    _check_reads_nothing(options)
    output = _as_last_but(options, folder.find_output(), settings)
    asked = "redact_audio" in options.model_fields_set
    output = without_lost_sound(folder, plan, output, asked=asked)
    basis = folder.find_basis() or folder.of(plan.sound.job).find_basis()
    _check_voices(folder, plan, output, basis)
    lists = read_given(output, storage, task.input.bucket)
    claim_job(folder, task.execution, runs)
    output = keep_lists(folder, output, lists)
    detected = folder.find_language() or folder.of(plan.sound.job).find_language()
    check_language(folder, plan.options, output, plan.options.language or detected)
    speakers = SpeakerPreparation(folder, task.input.bucket, settings, models)
    if output.speakers and basis:
        if "voices" in options.model_fields_set:
            _know_voices(speakers, plan, output, basis)
        else:
            speakers.keep(basis, files(output, speakers.bucket))
    folder.save_output(output)
    return nothing_left(task, settings, request.job, plan.recording.key, output)


def _check_reads_nothing(options: Options) -> None:
    if asked := [name for name in ReadingOptions.model_fields if name in options.model_fields_set]:
        raise InvalidOption(
            f"The option {asked[0]!r} decides the words, and a rewrite reads none. "
            f"It takes {', '.join(OutputOptions.model_fields)}."
        )


def _check_voices(
    folder: JobFolder, plan: Plan, output: OutputOptions, basis: SpeakerBasis | None
) -> None:
    if output.voices and not output.speakers:
        raise InvalidOption(VOICES_ALONE)
    spoken = any(not tile.silent for tile in plan.tiles)
    wanted = wanted_voices(folder, plan, basis)
    if spoken and output.speakers and not (wanted and wanted.taken):
        raise InvalidOption(
            f"The option 'speakers' needs voices, and the job {folder.job} has taken none. "
            "Transcribe the recording with 'speakers': its words are kept, its voices are added."
        )


def _know_voices(
    speakers: SpeakerPreparation, plan: Plan, output: OutputOptions, basis: SpeakerBasis
) -> None:
    """Store the voices that are known from now on. Raises InvalidOption."""
    check_times(plan, output)
    places = files(output, speakers.bucket)
    if places and speakers.models.identity() != basis.models:
        raise InvalidOption(
            f"The option 'voices' needs the models that took the voices of the job "
            f"{speakers.folder.job}: transcribe the recording again with 'speakers'."
        )
    if places:
        speakers.basis(output)
    else:
        speakers.keep(basis, ())


def _as_last_but(
    options: Options, last: OutputOptions | None, settings: SplitSettings
) -> OutputOptions:
    if last is None:
        return options.tolerating(settings.tolerated_loss).output
    named = options.naming_too(last.names)
    given = {name: getattr(named, name) for name in options.model_fields_set}
    return last.model_copy(update=given)
