"""The command's words at the end of a job."""

import json
from pathlib import Path

import pytest

from fanscribe_local.client.results import Result

EMPTY = "Nothing was transcribed. Speech was detected in 0% of 0:30."
DONE = Result(
    "talk.mp3", "talk-3f2a91", "SUCCEEDED", (Path("talk.txt"),), 30.0, 0, 4.2, notes=(EMPTY,)
)


def test_notes_follow_the_summary_and_come_before_the_files() -> None:
    assert DONE.lines() == ["talk.mp3: 0:30 of audio, 0 words, in 4 s", f"  {EMPTY}", "  talk.txt"]
    assert DONE._replace(notes=()).lines() == [
        "talk.mp3: 0:30 of audio, 0 words, in 4 s",
        "  talk.txt",
    ]


@pytest.mark.parametrize(
    ("recording", "message", "said"),
    [
        ("talk.mp3", "talk.mp3 is empty (0 bytes).", "talk.mp3 is empty (0 bytes)."),
        ("talk.mp3", "The disk is full.", "talk.mp3: The disk is full."),
        ("monday/01.mp3", "01.mp3 is empty (0 bytes).", "monday/01.mp3 is empty (0 bytes)."),
        ("monday/01.mp3", "calls/monday/01.mp3 is a pipe.", "calls/monday/01.mp3 is a pipe."),
    ],
)
def test_a_failure_names_the_recording_once_with_its_folder(
    recording: str, message: str, said: str
) -> None:
    failed = Result(recording, "01-3f2a91", "FAILED", error="UnreadableRecording", message=message)
    assert failed.complaint() == said


def test_for_scripts_notes_are_a_list_wherever_there_is_a_transcript() -> None:
    assert json.loads(DONE.as_json())["notes"] == [EMPTY]
    assert json.loads(DONE._replace(notes=()).as_json())["notes"] == []
    assert "notes" not in json.loads(Result("talk.mp3", "talk-3f2a91", "RUNNING").as_json())
