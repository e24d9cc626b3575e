"""The words of a transcript, as Merge writes them and as FindPersonalData reads them: by the same
code, so that both number them alike.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Plan
from fanscribe.errors import WorkDamaged
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.word_lists import load_lists
from fanscribe.steps.merge_speakers import conversation_of
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.conversation import Conversation
from fanscribe.transcript.ledger import Ledger
from fanscribe.transcript.notes import without_titles
from fanscribe.transcript.overlay import JobReadings
from fanscribe.transcript.redaction.apply import redacted
from fanscribe.transcript.redaction.find import digest
from fanscribe.transcript.wording.worded import worded


class Spoken(NamedTuple):
    """A transcript before anything is taken out, and what telling its speakers apart took."""

    transcript: Transcript
    speaking: Conversation | None
    spent: list[BilledTime]


class Shown(NamedTuple):
    """A transcript as it may be shown, notes on that, and what finding personal data took."""

    transcript: Transcript
    notes: tuple[str, ...] = ()
    spent: tuple[BilledTime, ...] = ()


def spoken_transcript(
    folder: JobFolder,
    plan: Plan,
    jobs: Sequence[JobReadings],
    ledger: Ledger,
    output: OutputOptions,
) -> Spoken:
    """All that the last of the `jobs` says, worded as the options say. Where words are hidden,
    without those that the model was told to expect, and where personal data is redacted, without
    what somebody wrote into the file.
    """
    job, speaking, spent = jobs[-1], None, list[BilledTime]()
    if output.speakers:
        speaking, spent = conversation_of(folder, plan, jobs, output.speakers, output.voices)
    if output.redact or output.word_filter:
        ledger = ledger.without_hints()
    laid = without_titles(job.plan) if output.redact else job.plan
    transcript = build_transcript(laid, job.readings, ledger, speaking)
    transcript = worded(transcript, load_lists(folder, output), output)
    return Spoken(transcript, speaking, spent)


def shown_transcript(folder: JobFolder, transcript: Transcript, output: OutputOptions) -> Shown:
    """The transcript without the personal data that FindPersonalData found in it.

    Raises WorkDamaged if that was found in other words, or is not there: then nothing is shown.
    """
    if not output.redact:
        return Shown(transcript)
    found = folder.personal_data()
    if (found.digest, found.kinds) != (digest(transcript), output.redact):
        raise WorkDamaged(
            f"The personal data of the job {folder.job} was looked for in other words, or not all "
            "kinds of it. Start the execution again."
        )
    notes = (*transcript.notes, *found.notes)
    without = redacted(transcript, found.found).model_copy(update={"notes": notes})
    return Shown(without, found.notes, (found.spent,))
