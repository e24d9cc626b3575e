"""Split's answer, of a job and of a redo alike."""

from fanscribe import keys
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import Job, SplitTask
from fanscribe.runtime.settings import SplitSettings
from fanscribe.transcript.formats.writers import transcript_keys


def nothing_left(
    task: SplitTask, settings: SplitSettings, job: str, key: str, output: OutputOptions
) -> Job:
    """The answer for a job of which everything is done, in an unknown language.

    `key` is the recording's. Split adds the language and what is left to do.
    """
    return Job(
        execution=task.execution,
        job=job,
        recording=keys.uri(task.input.bucket, key),
        language=None,
        chunks_key=keys.chunks(job),
        chunks=0,
        max_concurrency=settings.map_concurrency,
        output=output,
        keys=transcript_keys(key, job, output.formats),
        redrives=task.context.redrives,
    )
