"""The Lambda function FindPersonalData: find where personal data stands in a job's words."""

from typing import Any

from fanscribe.documents.payloads import PersonalDataTask
from fanscribe.jobs.storage import S3Storage
from fanscribe.runtime.logs import observed
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.find_personal_data import find_personal_data
from fanscribe.transcript.redaction.recognizers import load_recognizers

STORAGE = S3Storage()  # made before the first event, and kept


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    task = PersonalDataTask.parse(event)
    find_personal_data(task, MergeSettings.read(), STORAGE, load_recognizers)
    return {}
