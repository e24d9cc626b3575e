import os
from pathlib import Path

import pytest

from fanscribe.documents.options import DEFAULT_FORMATS, Format
from fanscribe_local.client.recordings import LocalRecording, WrongFiles, find_recordings
from fanscribe_local.client.targets import Place, Wanted, check_apart, check_folder, check_targets
from tests.unit.client.test_recordings import a_folder

JSON: tuple[Format, ...] = ("json",)


def checked(
    folder: Path,
    *named: str,
    out: str = "",
    formats: tuple[Format, ...] = DEFAULT_FORMATS,
    report: bool = False,
) -> list[str]:
    """What is left out of a call, with its message. Raises WrongFiles."""
    found = find_recordings([folder / name for name in named]).recordings
    hindered = check_targets(found, folder / out, formats, report=report)
    return [each.message.replace(f"{folder}/", "") for each in hindered]


def test_files_are_called_after_their_recording(tmp_path: Path) -> None:
    place = Place(tmp_path, "1.1 Lesson name")
    assert [file.name for file in place.files(("json", "transcribe-json"))] == [
        "1.1 Lesson name.json",
        "1.1 Lesson name.transcribe.json",
        "1.1 Lesson name.incomplete.json",
        "1.1 Lesson name.incomplete.transcribe.json",
        "1.1 Lesson name.report.html",
    ]


def test_recordings_of_one_name_may_lie_in_different_folders(tmp_path: Path) -> None:
    a_folder(tmp_path, "calls/a/talk.wav", "calls/b/talk.wav")
    assert checked(tmp_path, "calls") == []


@pytest.mark.parametrize(
    ("named", "formats", "problem"),
    [
        (["talk.mp3", "talk.wav"], JSON, "talk.mp3 and .*/talk.wav would both be .*/out/talk.json"),
        (["talk.mp3", "x/talk.mp3"], JSON, "would both be written to .*/out/talk.json. Rename one"),
        (["x"], JSON, "x/talk.mp3 and .*/x/talk.mp4 would both be written to .*/out/talk.json"),
        (["talk.mp3", "talk.mp3"], JSON, "talk.mp3 is named twice. Name it once"),
        (
            ["talk.mp3", "talk.transcribe.wav"],
            ("json", "transcribe-json"),
            "would both be written to .*/out/talk.transcribe.json",
        ),
        (["talk.mp3", "talk.incomplete.wav"], JSON, "both be .*/out/talk.incomplete.json"),
    ],
)
def test_two_recordings_never_share_a_file(
    tmp_path: Path,
    named: list[str],
    formats: tuple[Format, ...],
    problem: str,
) -> None:
    a_folder(tmp_path, "talk.mp3", "talk.wav", "talk.transcribe.wav", "talk.incomplete.wav")
    a_folder(tmp_path, "x/talk.mp3", "x/talk.mp4")
    with pytest.raises(WrongFiles, match=problem):
        checked(tmp_path, *named, out="out", formats=formats)


def test_recordings_may_share_what_is_not_asked_for(tmp_path: Path) -> None:
    a_folder(tmp_path, "talk.mp3", "talk.transcribe.wav")
    assert checked(tmp_path, "talk.mp3", "talk.transcribe.wav", formats=JSON) == []


def test_folders_that_are_one_by_a_link_are_one(tmp_path: Path) -> None:
    a_folder(tmp_path, "calls/a/talk.wav", "calls/b/talk.wav", "out/a/old")
    (tmp_path / "out" / "b").symlink_to("a")
    with pytest.raises(WrongFiles, match=r"would both be written to"):
        checked(tmp_path, "calls", out="out")


def test_a_file_system_that_ignores_case_is_asked_for_its_view() -> None:
    wanted = [Wanted(name, [Path("out", f"{name}.json")]) for name in ("Talk", "talk")]
    check_apart(wanted, lambda file: file.name)
    with pytest.raises(WrongFiles, match=r"^Talk and talk would both be written to out/talk.json"):
        check_apart(wanted, lambda file: file.name.casefold())


@pytest.mark.parametrize("named", [["talk.wav", "talk.json"], ["talk.json", "talk.wav"]])
def test_no_input_is_written_over(tmp_path: Path, named: list[str]) -> None:
    a_folder(tmp_path, *named)
    with pytest.raises(WrongFiles, match=r"talk.json is a recording of this call, .*talk.wav"):
        checked(tmp_path, *named)
    assert checked(tmp_path, *named, out="out") == []


def test_no_input_is_written_over_by_whatever_name(tmp_path: Path) -> None:
    a_folder(tmp_path, "a/talk.wav", "sound")
    os.link(tmp_path / "sound", tmp_path / "talk.txt")
    (tmp_path / "talk.vtt").symlink_to("a/talk.wav")
    with pytest.raises(WrongFiles, match=r"talk.vtt is a recording of this call"):
        checked(tmp_path, "a/talk.wav")
    with pytest.raises(WrongFiles, match=r"talk.txt is a recording of this call"):
        checked(tmp_path, "a/talk.wav", "sound", formats=("txt",))
    a_folder(tmp_path, "talk.report.html")
    with pytest.raises(WrongFiles, match=r"talk.report.html is a recording of this call"):
        checked(tmp_path, "a/talk.wav", "talk.report.html", formats=JSON, report=True)


def test_a_recording_that_ends_like_a_transcript_keeps_its_name(tmp_path: Path) -> None:
    a_folder(tmp_path, "talk.json", "talk.txt", "talk.html")
    assert checked(tmp_path, "talk.json", "talk.txt", "talk.html") == []


def test_a_recording_whose_file_would_be_a_folder_is_left_out_alone(tmp_path: Path) -> None:
    a_folder(tmp_path, "talk.wav", "other.wav", "talk.srt/inside")
    (problem,) = checked(tmp_path, "talk.wav", "other.wav")
    assert problem == "talk.srt is a folder: rename it, or name another folder with --out."


def test_a_folder_that_can_not_be_written_to_is_found_out_before(tmp_path: Path) -> None:
    a_folder(tmp_path, "calls/x/talk.wav", "out/x")
    with pytest.raises(WrongFiles, match=r"out/x can't be written to: a part of its path"):
        checked(tmp_path, "calls", out="out")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(WrongFiles, match=r"no folder can be made there. --work names another"):
        check_folder(tmp_path / "link" / "work", "--work")


def test_a_path_that_grows_too_long_is_found_out_before(tmp_path: Path) -> None:
    deep = Path(*["d" * 250] * 17)
    recording = LocalRecording(Path(__file__), deep)
    with pytest.raises(WrongFiles, match=r"its name is too long for the file system"):
        check_targets([recording], tmp_path, JSON, report=False)
