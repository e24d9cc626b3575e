import re

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from fanscribe_local.client.stack import OUTPUTS, DeployedStack, job_name
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


def test_a_start_whose_answer_was_lost_is_the_same_execution_though_it_has_ended() -> None:
    """API_StartExecution.html: of a name that runs, the same input succeeds; of one that has ended,
    it is ExecutionAlreadyExists.
    """
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    states = boto3.client("stepfunctions", region_name="us-east-1", **keys)
    account = "arn:aws:states:us-east-1:123456789012"
    machine = f"{account}:stateMachine:transcription"
    stack = DeployedStack(None, states, "work", "transcripts", machine, "recordings")
    with Stubber(states) as stubbed:
        for _ in range(2):
            stubbed.add_client_error("start_execution", "ExecutionAlreadyExists", "Already", 400)
        started = stack.start({"uri": "s3://work/talk.mp3"}, "talk-3f2a91")
        assert started == f"{account}:execution:transcription:talk-3f2a91"
        with pytest.raises(ClientError, match="Already"):
            stack.start({"uri": "s3://work/talk.mp3"})
