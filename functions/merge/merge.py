"""Merge: hold what was read against the plan, and write one transcript in every format that was asked for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fanscribe import keys
from fanscribe.contracts import MergeTask, TranscriptReference
from fanscribe.errors import IncompleteTranscript
from fanscribe.formats import WRITERS, Edition, transcript_keys
from fanscribe.jobs import JobFolder
from fanscribe.ledger import lost_share, settle_ledger
from fanscribe.metrics import measure_transcript
from fanscribe.observability import observed
from fanscribe.settings import MergeSettings
from fanscribe.storage import S3Storage, Storage
from fanscribe.times import seconds
from fanscribe.transcript import build_transcript
from fanscribe.usage import tally


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    task = MergeTask.parse(event)
    reference = merge(task, MergeSettings.read(), S3Storage())
    return reference.model_dump()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for reference cycles, a third of the time for a day's words, among which there are none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_uncollected()
def merge(task: MergeTask, settings: MergeSettings, storage: Storage) -> TranscriptReference:
    """Write the transcript, whole or partial. Raises IncompleteTranscript, naming the time ranges, if too much is missing."""
    folder = JobFolder(storage, settings.work_bucket, task.job)
    plan = folder.plan()
    heard, spent = folder.heard(plan)
    ledger = settle_ledger(*heard)
    transcript = build_transcript(heard.plan, heard.readings, ledger)

    edition = Edition(transcript, task.output)
    written = transcript_keys(plan.recording.key, task.job, task.output.formats)
    for name in task.output.formats:
        text = WRITERS[name].write(edition)
        storage.write(settings.transcripts_bucket, written[name], text.encode(), WRITERS[name].content_type)
    lost = lost_share(heard.plan, ledger)
    measure_transcript(plan.samples, lost)
    if lost > task.output.tolerated_loss:
        where = f"s3://{settings.transcripts_bucket}/{keys.transcript(plan.recording.key, task.job, '*')}"
        raise IncompleteTranscript(
            f"{plan.recording.key}: {lost:.1%} of the speech is missing, at {', '.join(ledger.missing())}. "
            f"The partial transcript is in {where}, marked incomplete."
        )
    return TranscriptReference(
        job=task.job,
        recording=plan.recording.uri,
        bucket=settings.transcripts_bucket,
        keys=written,
        duration=seconds(transcript.duration),
        words=len(transcript.words),
        complete=ledger.complete,
        notes=transcript.notes,
        usage=tally(plan, spent, folder.meter.lap()),
    )
