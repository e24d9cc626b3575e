"""One stack in use: every way in, notifications, who may what, and updates."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from benchmarks.smoke import Reference
from fanscribe_local.client.upload import digest
from tests.conftest import SAMPLE
from tests.deploy.stacks import Stack


def test_an_upload_is_transcribed_whatever_its_key_is(first: Stack) -> None:
    key = "two words/Vörträge – été+1%20.mp3"
    first.upload(SAMPLE, key)
    execution = first.started_by(key)
    reference = Reference.of("tiny.en")
    differing, where = reference.held_against(first.transcript(execution, "txt").decode())
    assert differing <= reference.tolerated, where
    assert execution.output
    assert execution.output["recording"] == f"s3://{first.recordings}/{key}"
    assert {found.rsplit("/", 2)[0] for found in first.keys(first.deployed.transcripts)} == {key}


def test_whoever_listens_is_notified_of_it_by_its_state_machine(first: Stack) -> None:
    execution = first.started_by("two words/Vörträge – été+1%20.mp3")
    event = first.event(execution.arn)
    assert event["detail-type"] == "Transcript Done"
    assert first.deployed.state_machine in event["resources"]


def test_an_upload_in_parts_is_transcribed_in_its_version(first: Stack, uploaded: str) -> None:
    execution = first.started_by(uploaded)
    head = first.s3.head_object(Bucket=first.recordings, Key=uploaded)
    assert head["ETag"].endswith('-2"'), "two parts"
    assert execution.input["detail"]["object"]["version-id"] == head["VersionId"]
    segments = json.loads(first.transcript(execution))["segments"]
    assert segments[0]["text"].startswith("This is a synthetic voice")


def test_an_execution_is_started_as_in_the_console(first: Stack, uploaded: str) -> None:
    options = {"language": "en", "formats": ["srt"]}
    given = {"bucket": first.recordings, "key": uploaded, "options": options}
    execution = first.run_by_hand(given)
    assert first.transcript(execution, "srt").startswith(b"1\n00:00:0")


def test_a_file_that_is_no_recording_is_refused_and_whoever_listens_is_notified(
    first: Stack,
) -> None:
    first.s3.put_object(Bucket=first.recordings, Key='notes "a".mp3', Body=b"only words " * 100)
    execution = first.started_by('notes "a".mp3')
    assert execution.status == "FAILED"
    event = first.event(execution.arn)
    assert event["detail-type"] == "Transcript Failed"
    assert event["detail"]["error"] == "UnreadableRecording"
    assert "can't be read as audio or video" in event["detail"]["message"]
    assert event["detail"]["recording"] == f's3://{first.recordings}/notes "a".mp3'


def test_an_execution_that_is_stopped_is_reported_too(first: Stack, uploaded: str) -> None:
    options = {"language": "en", "vad_threshold": 0.4}  # another job than the upload's
    given = {"uri": f"s3://{first.recordings}/{uploaded}", "options": options}
    arn = first.deployed.start(given)
    first.deployed.states.stop_execution(executionArn=arn)
    event = first.event(arn)
    assert event["detail-type"] == "Transcript Failed"
    assert event["detail"]["error"] == "Aborted"


def test_each_function_may_what_its_role_says_and_no_more(first: Stack, uploaded: str) -> None:
    work, transcripts = first.deployed.work, first.deployed.transcripts
    part = {"Bucket": work, "Key": "jobs/nobodys/parts/000000-000000.json", "Body": b"{}"}
    transcript = {"Bucket": transcripts, "Key": "nobodys/transcript.json", "Body": b"{}"}
    transcribe, merge = first.as_function("TranscribeFunction"), first.as_function("MergeFunction")
    transcribe.put_object(**part)
    merge.put_object(**transcript)
    for refused, body in ((transcribe, transcript), (merge, part)):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused.put_object(**body)
    with pytest.raises(ClientError, match="AccessDenied"):
        transcribe.get_object(Bucket=first.recordings, Key=uploaded)
    first.s3.delete_object(Bucket=work, Key=part["Key"])
    first.s3.delete_object(Bucket=transcripts, Key=transcript["Key"])


def test_the_command_does_all_that_it_can(first: Stack, clip: Path, tmp_path: Path) -> None:
    def typed(*arguments: str | Path) -> str:
        return first.fanscribe(*arguments, folder=tmp_path)

    typed("transcribe", clip, "--language", "en", "--formats", "json")
    made = json.loads((tmp_path / "clip.json").read_text())
    assert digest(clip) in str(first.keys(first.deployed.work))

    job = first.deployed.latest(1)[0].name
    assert job in typed("list")
    assert "succeeded" in typed("status", job)
    assert "synthetic voice" in typed("status", job, "--text")

    (tmp_path / "clip.json").unlink()
    typed("fetch", job)
    assert json.loads((tmp_path / "clip.json").read_text()) == made

    typed("redo", job, "--from", "0:00", "--to", "0:10")
    assert json.loads((tmp_path / "clip.json").read_text())["segments"]


def test_a_parameter_is_changed_and_an_update_without_changes_is_none(first: Stack) -> None:
    update = ("deploy", "MODEL=tiny.en", "PARAMETERS=MapConcurrency=1 LogLevel=DEBUG")
    before = first.resources()
    first.make(*update)
    variables = first.environment("SplitFunction")
    assert (variables["MAP_CONCURRENCY"], variables["POWERTOOLS_LOG_LEVEL"]) == ("1", "DEBUG")
    assert first.resources() == before, "nothing was made anew"
    updated = first.described()["LastUpdatedTime"]
    assert "No changes to deploy" in first.make(*update)
    assert first.described()["LastUpdatedTime"] == updated
