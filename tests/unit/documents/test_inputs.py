"""Possible inputs, and how they are written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from fanscribe.documents.inputs import (
    ObjectInput,
    RedoRequest,
    UploadEvent,
    UriInput,
    parse_job_input,
)
from fanscribe.documents.payloads import Job, MergeTask, SectionTask, SplitTask, TranscribeTask
from fanscribe.documents.plan import Tile
from fanscribe.errors import InvalidInput
from tests.conftest import ROOT

EVENTS = sorted((ROOT / "events").iterdir())
NO_TIMES: list[Any] = [None, True, -1, 10**400, float("nan"), ["1:00"], {}, "9" * 5_000]
PARSERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "console.json": parse_job_input,
    "detect_language.json": Job.parse,
    "merge.json": MergeTask.parse,
    "redo.json": parse_job_input,
    "rewrite.json": parse_job_input,
    "split.json": SplitTask.parse,
    "split_section.json": SectionTask.parse,
    "transcribe.json": TranscribeTask.parse,
    "upload.json": parse_job_input,
    "uri.json": parse_job_input,
}


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.name)
def test_every_file_in_events_is_understood(file: Path) -> None:
    PARSERS[file.name](json.loads(file.read_text()))


def test_the_three_kinds_of_input_are_distinguished() -> None:
    kinds = {
        name: type(parse_job_input(json.loads((ROOT / "events" / name).read_text())))
        for name in ("upload.json", "console.json", "uri.json")
    }
    assert kinds == {"upload.json": UploadEvent, "console.json": ObjectInput, "uri.json": UriInput}


def test_the_key_of_an_upload_is_taken_as_eventbridge_sends_it() -> None:
    sent = json.loads((ROOT / "events" / "upload.json").read_text())
    assert parse_job_input(sent).key == "meetings/2026-11 board + guests (Zürich).mp3"
    assert parse_job_input(sent).version is None
    sent["detail"]["object"]["version-id"] = "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"
    assert parse_job_input(sent).version == "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"


def test_an_upload_to_a_bucket_without_versions_has_none() -> None:
    """The event's own `version`, of its format, is another thing."""
    event = json.loads((ROOT / "events" / "upload.json").read_text())
    event["detail"]["object"].pop("version-id", None)
    assert event["version"] == "0"
    assert parse_job_input(event).version is None


def test_a_uri_may_hold_anything_in_its_key() -> None:
    uri = parse_job_input({"uri": "s3://bucket/a folder/b+c?d#e%20.mp3"})
    assert (uri.bucket, uri.key) == ("bucket", "a folder/b+c?d#e%20.mp3")


def test_a_redo_names_a_job_and_a_range_in_times_as_people_write_them() -> None:
    request = parse_job_input(json.loads((ROOT / "events" / "redo.json").read_text())).redo
    assert request == RedoRequest(job="ab0959068c76b1e1", start="1:02", end="0:01:08.500")
    assert (request.start, request.end) == (62_000, 68_500)
    seconds: dict[str, Any] = {"start": 62, "end": 68.5}
    assert request == RedoRequest(job="ab0959068c76b1e1", **seconds)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "it has no fields"),
        ([], "it has no fields"),
        ({"file": "talk.mp3"}, "it has the fields file"),
        ({"bucket": "b"}, "key: field required"),
        ({"bucket": "b", "key": "k", "option": {}}, "option: extra inputs are not permitted"),
        ({"uri": "https://example.org/talk.mp3"}, "uri: string should match pattern"),
        (
            {"uri": "s3://b/k", "redo": {"job": "0" * 16, "from": "1:75", "to": "2:00"}},
            "redo.from: value error, '1:75' is no time",
        ),
        *(
            (
                {"uri": "s3://b/k", "redo": {"job": "0" * 16, "from": wrong, "to": "2:00"}},
                "redo.from: value error, ",
            )
            for wrong in NO_TIMES
        ),
        (
            {"uri": "s3://b/k", "redo": {"job": "0" * 16, "from": "2:00", "to": "1:00"}},
            "redo: value error, 'to' is not after",
        ),
        (
            {"uri": "s3://b/k", "redo": {"job": "talk-3f2a91", "from": "1:00", "to": "2:00"}},
            "redo.job: string should match",
        ),
        (
            {"detail": {}, "source": "aws.s3", "detail-type": "Object Deleted"},
            "detail-type: input should be 'Object Created'",
        ),
    ],
)
def test_an_input_that_is_none_of_them_is_refused_with_what_is_wrong(
    given: Any, message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_job_input(given)
    assert message in str(refused.value)
    assert '{"uri": "s3://bucket/key"}' in str(refused.value)


def test_a_task_with_an_input_that_is_none_of_them_says_the_same() -> None:
    with pytest.raises(InvalidInput, match="it has the fields file"):
        SplitTask.parse({"execution": "x", "input": {"file": "talk.mp3"}})


def test_contracts_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Tile(index=0, start=0, end=1).start = 5  # type: ignore[misc]
