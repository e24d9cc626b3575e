import re

from hypothesis import given
from hypothesis import strategies as st

from fanscribe_local.client.stack import OUTPUTS, job_name
from fanscribe_local.emulator.template import deploy
from fanscribe_local.project import TEMPLATE


@given(st.text(min_size=1, max_size=300))
def test_a_job_has_a_name_that_step_functions_and_its_logs_take(recording: str) -> None:
    # docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    assert re.fullmatch(r"[0-9A-Za-z-]{1,80}", job_name(recording))


def test_a_jobs_name_begins_as_the_recording_does() -> None:
    assert re.fullmatch(r"the-talk-2026-[0-9a-f]{6}", job_name("The talk (2026).mp3"))
    assert re.fullmatch(r"cafe-a-zurich-strasse-[0-9a-f]{6}", job_name("Café à ZÜRICH, Straße.mp3"))
    assert re.fullmatch(r"job-[0-9a-f]{6}", job_name("講演.mp3"))
    assert job_name("talk.mp3") != job_name("talk.mp3")


def test_every_output_that_the_command_needs_is_in_the_template() -> None:
    outputs = deploy(TEMPLATE, {}).outputs
    assert set(outputs) >= set(OUTPUTS)
