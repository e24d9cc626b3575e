import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from fanscribe_local.client.recordings import (
    Found,
    LeftOut,
    LocalRecording,
    WrongFiles,
    at_hand,
    find_recordings,
)


def a_folder(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_a_folder_is_every_recording_in_it_to_the_bottom_in_order(tmp_path: Path) -> None:
    a_folder(tmp_path, "b.MP3", "a/c.wav", "notes.txt", ".hidden/d.wav", "._b.mp3", "a/deep/e.mkv")
    assert find_recordings([tmp_path]) == Found(
        (
            LocalRecording(tmp_path / "a/c.wav", Path("a")),
            LocalRecording(tmp_path / "a/deep/e.mkv", Path("a/deep")),
            LocalRecording(tmp_path / "b.MP3"),
        )
    )


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    a_folder(tmp_path, "talk", "caf\udce9.doc")
    named = [tmp_path / "talk", tmp_path / "caf\udce9.doc"]
    assert find_recordings(named).recordings == tuple(map(LocalRecording, named))


def test_what_can_not_be_read_in_a_folder_is_left_out_with_a_line(tmp_path: Path) -> None:
    a_folder(tmp_path, "talk.mp3")
    (tmp_path / "gone.mp3").symlink_to("nowhere")
    (tmp_path / "loop.mp3").symlink_to("loop.mp3")
    os.mkfifo(tmp_path / "pipe.wav")
    assert find_recordings([tmp_path]) == Found(
        (LocalRecording(tmp_path / "talk.mp3"),),
        (
            LeftOut("gone.mp3", f"{tmp_path}/gone.mp3: its link leads nowhere."),
            LeftOut("loop.mp3", f"{tmp_path}/loop.mp3 can't be read: its links lead in a circle."),
            LeftOut("pipe.wav", f"{tmp_path}/pipe.wav is a pipe, not a recording."),
        ),
    )


def test_a_folder_that_can_not_be_read_in_a_folder_is_left_out_with_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_folder(tmp_path, "talk.mp3")
    monkeypatch.chdir(tmp_path)
    for _ in range(20):  # deeper than a path can name, whoever asks
        Path("d" * 250).mkdir()
        os.chdir("d" * 250)
    found = find_recordings([tmp_path])
    assert found.recordings == (LocalRecording(tmp_path / "talk.mp3"),)
    (left_out,) = found.left_out
    assert left_out.message.endswith("can't be read: its name is too long for the file system.")


def test_what_is_in_a_folder_is_called_by_the_folders_between(tmp_path: Path) -> None:
    a_folder(tmp_path, "01.mp3", "monday/01.mp3", "monday/late/01.mp3")
    (tmp_path / "monday" / "gone.mp3").symlink_to("nowhere")
    found = find_recordings([tmp_path])
    assert [recording.within for recording in found.recordings] == [
        "01.mp3",
        "monday/01.mp3",
        "monday/late/01.mp3",
    ]
    assert [left_out.name for left_out in found.left_out] == ["monday/gone.mp3"]
    (named,) = find_recordings([tmp_path / "monday" / "01.mp3"]).recordings
    assert named.within == "01.mp3", "a file that is named has no folder of its own"


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ("nowhere", "nowhere: there is no such file"),
        ("", "A name is empty: it names no recording"),  # and not the folder that one is in
        ("link", "link: its link leads nowhere"),
        ("empty", "is a folder without recordings"),
        ("talk.mp3/deep", "can't be read: a part of its path is a file, not a folder"),
        ("a" * 256, "can't be read: its name is too long for the file system"),
        ("socket", "is a socket, not a recording"),
        ("two\nlines", r"two\\x0alines: there is no such file"),
        ("\udce9.wav", r"\\xe9.wav: there is no such file"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    problem: str,
) -> None:
    a_folder(tmp_path, "talk.mp3")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
    with pytest.raises(WrongFiles, match=problem):
        find_recordings([named])


def test_a_device_is_no_recording() -> None:
    with pytest.raises(WrongFiles, match=r"^/dev/null is a device, not a recording.$"):
        find_recordings(["/dev/null"])


# ── Pipes ────────────────────────────────────────────────────────────────────────────────────────

READ = """
from fanscribe_local.client.recordings import at_hand, find_recordings, WrongFiles
try:
    (recording,) = find_recordings(["{named}"]).recordings
    with at_hand(recording) as file:
        print(recording.name, file.read_text())
except WrongFiles as error:
    print(error)
"""


def printed(named: str, **stdin: Any) -> str:
    """A process's message about its standard input."""
    code = [sys.executable, "-c", READ.format(named=named)]
    done = subprocess.run(code, capture_output=True, text=True, check=True, **stdin)
    return str(done.stdout)


@pytest.mark.parametrize("named", ["-", "/dev/stdin", "/dev/fd/0"])
def test_standard_input_is_read_to_a_file(named: str) -> None:
    assert printed(named, input="sound") == "stdin sound\n"


def test_standard_input_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "talk").write_text("sound")
    with (tmp_path / "talk").open() as stdin:
        assert printed("-", stdin=stdin) == "stdin sound\n"


def test_standard_input_that_holds_nothing_is_refused() -> None:
    problem = printed("-", stdin=subprocess.DEVNULL)
    assert problem.startswith("- is standard input, and no recording is piped into it: ffmpeg … |")


def test_a_file_that_is_called_like_standard_input_can_be_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_folder(tmp_path, "-")
    monkeypatch.chdir(tmp_path)
    assert find_recordings(["./-"]).recordings == (LocalRecording(Path("-")),)


def test_a_named_pipe_is_read_to_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "talk.wav"
    os.mkfifo(pipe)
    (recording,) = find_recordings([pipe]).recordings
    assert (recording.name, recording.piped) == ("talk.wav", True)
    threading.Thread(target=pipe.write_bytes, args=[b"sound"]).start()
    with at_hand(recording) as file:
        assert file.read_bytes() == b"sound"
    assert not file.exists()


def test_an_open_pipe_is_called_after_its_number() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"sound")
    os.close(writing)
    (recording,) = find_recordings([f"/dev/fd/{reading}"]).recordings
    assert recording.name == f"fd-{reading}"
    with at_hand(recording) as file:
        assert file.read_bytes() == b"sound"
    os.close(reading)
