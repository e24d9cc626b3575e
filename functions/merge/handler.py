"""The Lambda function Merge: write the transcript."""

from typing import Any

from fanscribe.documents.payloads import MergeTask
from fanscribe.jobs.storage import S3Storage
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.merge import merge

STORAGE = S3Storage()  # made before the first event, and kept


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    task = MergeTask.parse(event)
    reference = merge(task, MergeSettings.read(), STORAGE)
    return reference.model_dump()
