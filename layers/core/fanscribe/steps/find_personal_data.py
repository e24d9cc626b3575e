"""FindPersonalData: where personal data stands in a job's words, for Merge to take out.

It runs only if the option `redact` asks for it. It stores one document in the job's folder, which
holds places and no words, and with `redact_audio` the recording's sound without them.
"""

from collections.abc import Callable, Collection, Iterator

from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import PersonalDataTask
from fanscribe.documents.redaction import Kind, PersonalData
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import all_readings_so_far
from fanscribe.jobs.storage import Storage
from fanscribe.runtime.settings import MergeSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.steps.merge_words import spoken_transcript
from fanscribe.steps.redact_audio import write_redacted_sound
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.redaction.apply import silences
from fanscribe.transcript.redaction.find import Finders, digest, find, languages_of
from fanscribe.transcript.redaction.languages import limits

Load = Callable[[Collection[Kind]], Finders]


def find_personal_data(
    task: PersonalDataTask, settings: MergeSettings, storage: Storage, load: Load
) -> None:
    """Look for the kinds that are asked for, and store where they are; and, if that is asked for,
    the sound without them.
    """
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, task.job)
    plan = folder.plan()
    jobs = all_readings_so_far(folder, plan)
    said = spoken_transcript(folder, plan, jobs, settle_ledger(*jobs[-1]), task.output)
    found = find(said.transcript, task.output.redact, load(task.output.redact))
    if task.output.redact_audio != "off":
        silenced = silences(said.transcript, found)
        bucket, kind = settings.transcripts_bucket, task.output.redact_audio
        write_redacted_sound(folder, plan, silenced, bucket, kind)
    folder.save_personal_data(
        PersonalData(
            digest=digest(said.transcript),
            kinds=task.output.redact,
            found=found,
            notes=tuple(_notes(said.transcript, task.output)),
            spent=meter.lap(),
        )
    )


def _notes(transcript: Transcript, output: OutputOptions) -> Iterator[str]:
    for language in languages_of(transcript):
        if limit := limits(output.redact, language):
            yield limit
