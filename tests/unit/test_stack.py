import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from moto.events.models import EventPattern

from fanscribe import keys
from local.engine import TEMPLATE, object_created
from local.stack import job_name
from local.template import deploy


@given(st.text(min_size=1, max_size=300))
def test_a_job_has_a_name_that_step_functions_and_its_logs_take(recording: str) -> None:
    # docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    assert re.fullmatch(r"[0-9A-Za-z-]{1,80}", job_name(recording))


def test_a_jobs_name_begins_as_the_recording_does() -> None:
    assert re.fullmatch(r"the-talk-2026-[0-9a-f]{6}", job_name("The talk (2026).mp3"))
    assert re.fullmatch(r"job-[0-9a-f]{6}", job_name("講演.mp3"))
    assert job_name("talk.mp3") != job_name("talk.mp3")


def test_the_upload_rule_passes_by_what_the_command_uploads_and_nothing_else() -> None:
    deployment = deploy(TEMPLATE, {})
    pattern = EventPattern(None, dict(deployment.rule))
    bucket = deployment.buckets["RecordingsBucket"].name

    def starts(key: str, where: str = bucket) -> bool:
        event: Any = object_created(where, key, 1, "0123", None)
        return bool(pattern.matches_event(event))

    assert not starts(keys.upload("0123", "talk.mp3"))
    assert all(starts(key) for key in ("talk.mp3", "calls/talk.mp3", "fanscribe.mp3", "my/fanscribe/talk.mp3"))
    assert not starts("talk.mp3", "another-bucket")


def test_every_output_that_the_command_needs_is_in_the_template() -> None:
    outputs = deploy(Path(TEMPLATE), {}).outputs
    assert set(outputs) >= {"RecordingsBucketName", "WorkBucketName", "TranscriptsBucketName", "StateMachineArn"}
