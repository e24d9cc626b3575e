"""Split, of a transcript that is only to be written anew: in other formats, or with other names.

Nothing is read, so neither the recording nor the model that read it need still be there.
"""

from collections.abc import Callable

from fanscribe import keys
from fanscribe.documents.inputs import RewriteRequest
from fanscribe.documents.options import Options, OutputOptions, ReadingOptions
from fanscribe.documents.payloads import Job, SplitTask
from fanscribe.documents.plan import Plan
from fanscribe.errors import InvalidInput, InvalidOption
from fanscribe.jobs.claim import claim_job
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import lineage
from fanscribe.jobs.storage import Storage
from fanscribe.jobs.word_lists import keep_lists, read_given
from fanscribe.runtime.settings import SplitSettings
from fanscribe.steps.split_answer import nothing_left
from fanscribe.steps.split_voices import wanted_voices


def rewrite(
    task: SplitTask,
    request: RewriteRequest,
    settings: SplitSettings,
    storage: Storage,
    runs: Callable[[str], bool],
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
    _check_voices(folder, plan, output)
    lists = read_given(output, storage, task.input.bucket)
    claim_job(folder, task.execution, runs)
    output = keep_lists(folder, output, lists)
    folder.save_output(output)
    return nothing_left(task, settings, request.job, plan.recording.key, output)


def _check_reads_nothing(options: Options) -> None:
    if asked := [name for name in ReadingOptions.model_fields if name in options.model_fields_set]:
        raise InvalidOption(
            f"The option {asked[0]!r} decides the words, and a rewrite reads none. "
            f"It takes {', '.join(OutputOptions.model_fields)}."
        )


def _check_voices(folder: JobFolder, plan: Plan, output: OutputOptions) -> None:
    spoken = any(not tile.silent for tile in plan.tiles)
    if spoken and wanted_voices(folder, plan, output) == frozenset():
        raise InvalidOption(
            f"The option 'speakers' needs voices, and the job {folder.job} has taken none. "
            "Transcribe the recording with 'speakers': its words are kept, its voices are added."
        )


def _as_last_but(
    options: Options, last: OutputOptions | None, settings: SplitSettings
) -> OutputOptions:
    if last is None:
        return options.tolerating(settings.tolerated_loss).output
    named = options.naming_too(last.names)
    given = {name: getattr(named, name) for name in options.model_fields_set}
    return last.model_copy(update=given)
