from pathlib import Path

import pytest

from local.recordings import Recording, WrongFiles, find_recordings

OUT = Path("out")


def a_folder(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_a_folder_is_every_recording_in_it_to_the_bottom_in_order(tmp_path: Path) -> None:
    a_folder(tmp_path, "b.MP3", "a/c.wav", "notes.txt", ".hidden/d.wav", "._b.mp3", "a/deep/e.mkv")
    assert find_recordings([tmp_path], OUT) == [
        Recording(tmp_path / "a/c.wav", Path("a")),
        Recording(tmp_path / "a/deep/e.mkv", Path("a/deep")),
        Recording(tmp_path / "b.MP3"),
    ]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    assert find_recordings([a_folder(tmp_path, "talk") / "talk"], OUT) == [Recording(tmp_path / "talk")]


def test_recordings_of_one_name_may_lie_in_different_folders(tmp_path: Path) -> None:
    assert len(find_recordings([a_folder(tmp_path, "a/talk.wav", "b/talk.wav")], OUT)) == 2


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (["nowhere"], "nowhere: there is no such file"),
        (["empty"], "is a folder without recordings"),
        (["talk.mp3", "talk.wav"], "Two recordings are called talk: their transcripts would overwrite each other in out"),
        (["more"], "Two recordings are called x/talk"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, named: list[str], told: str) -> None:
    a_folder(tmp_path, "talk.mp3", "talk.wav", "more/x/talk.mp3", "more/x/talk.mp4")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongFiles, match=told):
        find_recordings([tmp_path / name for name in named], OUT)
