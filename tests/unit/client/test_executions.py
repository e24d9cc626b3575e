import json
from datetime import UTC, datetime

from fanscribe import keys
from fanscribe_local.client.executions import Execution

ARN = "arn:aws:states:us-east-1:123456789012:execution:machine:talk-1"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def an_execution(key: str, message: str) -> Execution:
    cause = json.dumps({"errorMessage": message, "errorType": "IncompleteTranscript"})
    given = {"bucket": "recordings", "key": key}
    return Execution(
        "arn:aws:states:::execution:machine:talk-1",
        "FAILED",
        given,
        None,
        "IncompleteTranscript",
        cause,
        BEGAN,
        None,
    )


def test_a_file_that_the_command_uploaded_is_called_as_it_was_but_in_addresses() -> None:
    key = keys.upload("0123", "my talk (1).mp3")
    shown = an_execution(
        key, f"{key}: 7.9% is missing. See s3://transcripts/{key}/job/transcript.*."
    ).message
    assert (
        shown == f"my talk (1).mp3: 7.9% is missing. See s3://transcripts/{key}/job/transcript.*."
    )


def test_a_file_that_the_command_uploaded_has_its_bytes_back_and_is_shown_in_one_line() -> None:
    execution = an_execution(keys.upload("0123", r"caf\xe9\x0a.mp3"), "")
    assert execution.recording == "caf\udce9\n.mp3"
    assert execution.about == r"caf\xe9\x0a.mp3"
    assert an_execution(r"caf\xe9.mp3", "").recording == r"caf\xe9.mp3", "of no other key"


def test_any_other_is_called_by_its_key() -> None:
    assert (
        an_execution("calls/talk.mp3", "calls/talk.mp3 is empty.").message
        == "calls/talk.mp3 is empty."
    )


def test_an_execution_with_an_input_that_nobody_understands_is_shown_all_the_same() -> None:
    execution = Execution(ARN, "FAILED", [1], None, "InvalidInput", None, BEGAN, None)
    assert (execution.name, execution.recording, execution.message) == (
        "talk-1",
        "?",
        "InvalidInput",
    )


def test_an_execution_of_a_redo_says_what_of_the_recording_it_is_about() -> None:
    given = {
        "uri": "s3://recordings/calls/talk.mp3",
        "redo": {"job": "0" * 16, "from": "12:10", "to": "1:00:05.5"},
    }
    execution = Execution(ARN, "RUNNING", given, None, None, None, BEGAN, None)
    assert (execution.recording, execution.redone, execution.about) == (
        "talk.mp3",
        "12:10-1:00:05",
        "talk.mp3 12:10-1:00:05",
    )
    assert (
        Execution(ARN, "RUNNING", {"uri": given["uri"]}, None, None, None, BEGAN, None).about
        == "talk.mp3"
    )
