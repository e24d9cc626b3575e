"""The Lambda function Split: decode a recording, or a section of one, and lay out the chunks to
transcribe.
"""

from typing import Any

from fanscribe.documents.payloads import SectionTask, SplitTask
from fanscribe.jobs.step_functions import still_runs
from fanscribe.jobs.storage import S3Storage
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import SplitSettings
from fanscribe.steps.split import split
from fanscribe.steps.split_decoding import split_section
from fanscribe.steps.split_redo import redo
from fanscribe.steps.split_rewrite import rewrite

STORAGE = S3Storage()  # made before the first event, and kept


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    settings = SplitSettings.read()
    if "section" in event:
        split_section(SectionTask.parse(event), settings, STORAGE)
        return {}
    task = SplitTask.parse(event)
    asked = task.input
    if asked.redo:
        job = redo(task, asked.redo, settings, STORAGE, still_runs)
    elif asked.rewrite:
        job = rewrite(task, asked.rewrite, settings, STORAGE, still_runs)
    else:
        job = split(task, settings, STORAGE, still_runs)
    return job.model_dump()
