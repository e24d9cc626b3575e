"""Merge: hold what was read against the plan, and write one transcript in every format that was
asked for.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fanscribe import keys
from fanscribe.documents.options import FORMATS
from fanscribe.documents.payloads import MergeTask, TranscriptReference
from fanscribe.errors import IncompleteTranscript, ReadAgain
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import gather_readings
from fanscribe.jobs.storage import Storage
from fanscribe.runtime.metrics import measure_transcript
from fanscribe.runtime.settings import MergeSettings
from fanscribe.runtime.usage import UsageMeter, tally
from fanscribe.steps.merge_words import shown_transcript, spoken_transcript
from fanscribe.times import seconds
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.writers import WRITERS, transcript_keys
from fanscribe.transcript.ledger import Ledger, lost_share, settle_ledger
from fanscribe.transcript.naming import named, notes_on_speakers
from fanscribe.transcript.notes import notes, without_titles

NAMED = 50  # missing stretches in a message, which Step Functions cuts off after 32,768 characters


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for reference cycles, a third of the time for a day's words, among
    which there are none.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_uncollected()
def merge(task: MergeTask, settings: MergeSettings, storage: Storage) -> TranscriptReference:
    """Write the transcript, whole or partial. If too much is missing, raises IncompleteTranscript,
    which names the time ranges; in a redriven execution ReadAgain first.
    """
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, task.job)
    plan = folder.plan()
    jobs, spent = gather_readings(folder, plan)
    job = jobs[-1]
    ledger = settle_ledger(*job)
    said = spoken_transcript(folder, plan, jobs, ledger, task.output)
    shown = shown_transcript(folder, said.transcript, task.output)
    transcript = named(shown.transcript, task.output)

    written = _write(Edition(transcript, task.output), plan.recording.key, task, settings, storage)
    words = len(transcript.words)
    remarks = (
        *notes(without_titles(job.plan), words, complete=ledger.complete),
        *(said.speaking.notes if said.speaking else ()),
        *shown.notes,
        *notes_on_speakers(transcript, task.output),
    )
    lost = lost_share(job.plan, ledger)
    measure_transcript(plan.samples, lost)
    if lost > task.output.tolerated_loss:
        missing = f"{lost:.1%} of the speech is missing"
        if task.redriven:
            raise ReadAgain(f"{missing}: what can be read is read again.")
        every_format = keys.transcript(plan.recording.key, task.job, "*")
        where = keys.uri(settings.transcripts_bucket, every_format)
        told = " ".join([f"The partial transcript is in {where}, marked incomplete.", *remarks])
        raise IncompleteTranscript(
            f"{plan.recording.key}: {missing}, at {_missing(ledger)}. {told}"
        )
    return TranscriptReference(
        job=task.job,
        recording=plan.recording.uri,
        bucket=settings.transcripts_bucket,
        keys=written,
        duration=seconds(transcript.duration),
        words=words,
        complete=ledger.complete,
        message=" ".join(
            [f"{words} words in {seconds(transcript.duration)} seconds of sound.", *remarks]
        ),
        notes=remarks,
        usage=tally(plan, [*spent, *said.spent], meter.lap(), *shown.spent),
    )


def _write(
    edition: Edition, key: str, task: MergeTask, settings: MergeSettings, storage: Storage
) -> dict[str, str]:
    """Write every format, and give its key; that of the sound without personal data, too."""
    output = task.output
    written = transcript_keys(key, task.job, output.formats)
    if output.redact and output.redact_audio != "off":
        written["sound"] = keys.redacted_sound(key, task.job, output.redact_audio)
    if output.redact:
        _remove_others(key, written, task, settings, storage)
    for name in output.formats:
        text, kind = WRITERS[name].write(edition), WRITERS[name].content_type
        storage.write(settings.transcripts_bucket, written[name], text.encode(), kind)
    return written


def _remove_others(
    key: str,
    written: Mapping[str, str],
    task: MergeTask,
    settings: MergeSettings,
    storage: Storage,
) -> None:
    """Remove the files that are not written anew: they may show what is redacted."""
    texts = transcript_keys(key, task.job, FORMATS).values()
    for each in (*texts, *(keys.redacted_sound(key, task.job, kind) for kind in ("wav", "flac"))):
        if each not in written.values():
            storage.delete(settings.transcripts_bucket, each)


def _missing(ledger: Ledger) -> str:
    missing = list(ledger.missing())
    more = [f"and {len(missing) - NAMED} more"] if len(missing) > NAMED else []
    return ", ".join([*missing[:NAMED], *more])
