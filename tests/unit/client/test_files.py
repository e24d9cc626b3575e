"""What is written whole, and what a file system refuses. Root may do everything: so what is in the
way here is what root meets as well.
"""

import errno
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fanscribe_local.client.file_errors import as_raised, reason, sentence
from fanscribe_local.client.files import nearest, try_writing, write_whole


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full after a number of bytes, as far as a process can have one to itself."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_of_the_longest_name_is_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("a" * 255), b"words")
    assert (tmp_path / ("a" * 255)).read_bytes() == b"words"


def test_what_can_not_be_written_leaves_nothing_behind_and_the_old_one_whole(
    tmp_path: Path,
) -> None:
    write_whole(tmp_path / "talk.txt", b"before")
    with files_of_at_most(100), pytest.raises(OSError, match="File too large"):
        write_whole(tmp_path / "talk.txt", bytes(1000))
    assert [file.name for file in tmp_path.iterdir()] == ["talk.txt"]
    assert (tmp_path / "talk.txt").read_bytes() == b"before"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "talk.txt", b"words")
    assert [file.name for file in tmp_path.iterdir()] == ["talk.txt"]


def test_a_folder_is_tried_without_leaving_a_trace(tmp_path: Path) -> None:
    alike = try_writing(tmp_path / "out" / "deep")
    assert not list(tmp_path.iterdir())
    (tmp_path / "a").touch()
    assert (tmp_path / "A").exists() == alike


def test_what_holds_no_folder_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(NotADirectoryError):
        try_writing(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        try_writing(tmp_path / "file" / "out")
    with pytest.raises(FileNotFoundError):
        try_writing(tmp_path / "link" / "out")
    with files_of_at_most(100), pytest.raises(OSError, match="File too large"):
        try_writing(tmp_path)
    assert nearest(tmp_path / "out" / "deep") == tmp_path


def test_an_error_is_reported_in_words() -> None:
    assert reason(OSError(errno.ENOSPC, "No space left on device")) == "the disk is full"
    assert reason(OSError(errno.ENOTTY, "Inappropriate ioctl.")) == "Inappropriate ioctl"
    assert reason(OSError("odd")) == "odd"
    named = OSError(errno.EACCES, "Permission denied", "two\nlines")
    assert sentence(named) == r"two\x0alines: you have no permission."
    moved = OSError(errno.EISDIR, "Is a directory", ".half", None, "talk.json")
    assert sentence(moved) == "talk.json: it is a folder."
    assert sentence(OSError(errno.EIO, "")) == "the disk fails (input/output error)."


def test_an_error_that_a_function_reported_is_known_by_its_number() -> None:
    error = as_raised("[Errno 28] No space left on device")
    assert error is not None
    assert error.errno == errno.ENOSPC
    assert as_raised("talk.mp3 has no sound") is None


def test_a_socket_whose_path_is_too_long_is_the_temporary_folders_fault() -> None:
    with socket.socket(socket.AF_UNIX) as pool, pytest.raises(OSError, match="too long") as raised:
        pool.bind("a" * 200)
    assert sentence(raised.value) == (
        "the path of the temporary folder is too long: TMPDIR names another."
    )
