"""What the file system can answer to the command: each becomes a line and the right exit code, and
the next recording goes on.
"""

import json
import os
import resource
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.audio import a_wav
from tests.workflow.test_command import FANSCRIBE

pytestmark = pytest.mark.long

TRANSCRIBE = ("transcribe", "--language", "en", "--formats", "json", "--workers", "1")
NO_TEXT = "caf\udce9.wav"
TWO_LINES = "two\nlines.wav"
LONGEST = "é" * 125 + "b.wav"  # 255 bytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to type in, with a second of silence under a few names."""
    folder = tmp_path / "here"
    folder.mkdir()
    a_wav(folder / "talk.wav", np.zeros(16_000, np.int16))
    a_wav(folder / "other.wav", np.zeros(17_000, np.int16))
    return folder


def typed(
    *arguments: str,
    folder: Path,
    before: Sequence[str] = (),
    **said: Any,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a folder; `before` are words in front of it."""
    environment = {
        "PATH": os.environ["PATH"],
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
        "TMPDIR": str(folder.parent),
    }
    command = [*before, str(FANSCRIBE), *arguments]
    if "input" not in said:
        said.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=300, check=False, **said
    )


def said(done: subprocess.CompletedProcess[bytes]) -> tuple[int, list[str], list[str]]:
    """Exit code, lines of standard output, lines of standard error."""
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode().splitlines()


def written(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# ── Names ────────────────────────────────────────────────────────────────────────────────────────


def test_whatever_a_recording_is_called_its_transcript_is_called_so(folder: Path) -> None:
    names = ["1.1 Lesson name", NO_TEXT, TWO_LINES, "[b]x[1] {}%41.wav", "talk.json"]
    for name in names:
        shutil.copy(folder / "talk.wav", folder / name)
    code, out, err = said(typed(*TRANSCRIBE, *names, "--out", "out", "--report", folder=folder))
    assert (code, err) == (0, [])
    stems = ["1.1 Lesson name", "caf\udce9", "two\nlines", "[b]x[1] {}%41", "talk.json"]
    expected = [f"{stem}.{ending}" for stem in stems for ending in ("json", "report.html")]
    assert written(folder / "out") == sorted(expected)
    assert [line for line in out if line.startswith(r"caf\xe9.wav: 0:01 of audio, 0 words, in ")]
    assert {r"  out/caf\xe9.json", r"  out/two\x0alines.json"} < set(out)


def test_a_name_of_255_bytes_has_files_that_fit(folder: Path) -> None:
    (folder / "talk.wav").rename(folder / LONGEST)
    formats = ("--formats", "json,transcribe-json", "--out", "out", "--report")
    code, _, err = said(typed(*TRANSCRIBE, LONGEST, *formats, folder=folder))
    assert (code, err) == (0, [])
    endings = sorted(name.partition("~")[2].partition(".")[2] for name in written(folder / "out"))
    assert endings == ["json", "report.html", "transcribe.json"]


def test_json_names_files_so_that_they_can_be_opened(folder: Path) -> None:
    (folder / "talk.wav").rename(folder / NO_TEXT)
    (folder / TWO_LINES).write_text("These are only words.\n" * 20)
    code, out, err = said(typed(*TRANSCRIBE, NO_TEXT, TWO_LINES, "--json", folder=folder))
    assert (code, err) == (1, [])
    first, second = map(json.loads, out)
    assert first["recording"] == NO_TEXT
    assert (folder / first["files"][0]).exists()
    assert (second["recording"], second["error"]) == (TWO_LINES, "UnreadableRecording")


def test_a_part_of_a_recording_whose_name_is_no_text_is_done_again_in_the_same_formats(
    folder: Path,
) -> None:
    (folder / "talk.wav").rename(folder / NO_TEXT)
    assert typed(*TRANSCRIBE, NO_TEXT, folder=folder).returncode == 0
    redo = ("redo", NO_TEXT, "--from", "0", "--to", "1", "--out", "out")
    code, out, err = said(typed(*redo, folder=folder))
    assert (code, err) == (0, [])
    assert out[0].startswith(r"caf\xe9.wav: 0:00-0:01 done again")
    assert written(folder / "out") == ["caf\udce9.json"]


# ── Inputs ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def written_to_all_the_time(file: Path) -> Iterator[None]:
    """While it lasts, a file has another time of change each time that somebody looks."""
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            os.utime(file)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_list_that_changes_while_it_is_sent_is_one_line(folder: Path) -> None:
    (folder / "terms.txt").write_text("Eddystone\n")
    assert typed(*TRANSCRIBE, "talk.wav", folder=folder).returncode == 0
    for call in (
        (*TRANSCRIBE, "other.wav"),
        ("redo", "talk.wav", "--from", "0", "--to", "1"),
        ("rename", "talk.wav", "spk_0=Ada"),
    ):
        with written_to_all_the_time(folder / "terms.txt"):
            done = typed(*call, "--vocabulary", "terms.txt", folder=folder)
        changed = "terms.txt changed while it was sent. Try again when it is finished."
        assert said(done) == (1, [], [f"fanscribe: {changed}"]), call


def test_what_is_piped_into_it_is_transcribed_and_a_part_of_that_again(folder: Path) -> None:
    sound = (folder / "talk.wav").read_bytes()
    code, out, err = said(typed(*TRANSCRIBE, "-", folder=folder, input=sound))
    assert (code, out[-1], err) == (0, "  stdin.json", [])
    redo = ("redo", "-", "--from", "0", "--to", "1", "--formats", "json")
    code, out, err = said(typed(*redo, folder=folder, input=sound))
    assert (code, out[0][:30], err) == (0, "stdin: 0:00-0:01 done again, 0", [])
    assert not list(folder.parent.glob("fanscribe-*")), "no temporary file stays"


def test_a_recording_that_may_not_be_read_is_refused_where_it_is_named(folder: Path) -> None:
    (folder / "other.wav").chmod(0)
    named = ("talk.wav", "other.wav")
    code, out, (line,) = said(typed(*TRANSCRIBE, *named, folder=folder, before=plain()))
    assert (code, out, line) == (2, [], "fanscribe: other.wav may not be read by you.")


def test_standard_input_without_a_recording_is_refused(folder: Path) -> None:
    code, out, (line,) = said(typed(*TRANSCRIBE, "talk.wav", "-", folder=folder))
    assert (code, out) == (2, [])
    assert line.startswith("fanscribe: - is standard input, and no recording is piped into it")
    code, out, (line,) = said(typed(*TRANSCRIBE, "-", folder=folder, input=b""))
    assert (code, line) == (1, "fanscribe: stdin is empty (0 bytes).")


def test_what_can_not_be_read_in_a_folder_gets_a_line_and_the_rest_is_done(folder: Path) -> None:
    (folder / "gone.mp3").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.wav")
    (folder / "closed").mkdir(mode=0)
    (folder / "other.wav").chmod(0)
    code, out, err = said(typed(*TRANSCRIBE, ".", "--out", "out", folder=folder, before=plain()))
    assert (code, out[-1:]) == (1, ["  out/talk.json"])
    assert err == [
        "fanscribe: closed can't be read: you have no permission.",
        "fanscribe: gone.mp3: its link leads nowhere.",
        "fanscribe: other.wav may not be read by you.",
        "fanscribe: pipe.wav is a pipe, not a recording.",
    ]


# ── Outputs ──────────────────────────────────────────────────────────────────────────────────────


def test_a_transcript_whose_file_is_a_folder_stops_no_other(folder: Path) -> None:
    (folder / "talk.json").mkdir()
    code, out, (line,) = said(typed(*TRANSCRIBE, "talk.wav", "other.wav", folder=folder))
    assert (code, out[-1:]) == (1, ["  other.json"])
    assert line == (
        "fanscribe: talk.wav: talk.json is a folder: rename it, or name another folder with --out."
    )


def test_no_recording_is_written_over(folder: Path) -> None:
    sound = (folder / "other.wav").read_bytes()
    (folder / "other.wav").rename(folder / "talk.json")
    for command in (["talk.wav", "talk.json"], ["talk.json", "talk.wav"]):
        code, out, (line,) = said(typed(*TRANSCRIBE, *command, folder=folder))
        assert (code, out) == (2, [])
        assert "talk.json is a recording of this call" in line
    assert (folder / "talk.json").read_bytes() == sound
    assert not (folder.parent / "cache").exists(), "nothing was begun"


@pytest.mark.parametrize(
    ("option", "why"),
    [
        (["--out", "talk.wav/out"], "a part of its path is a file, not a folder. --out names"),
        (["--work", "talk.wav"], "a part of its path is a file, not a folder. --work names"),
        (["--out", "closed/out"], "you have no permission. --out names another folder"),
        (["--work", "closed"], "you have no permission. --work names another folder"),
    ],
)
def test_a_folder_that_can_not_be_written_to_is_found_out_before_any_work(
    folder: Path, option: list[str], why: str
) -> None:
    (folder / "closed").mkdir(mode=0o500)
    done = typed(*TRANSCRIBE, "talk.wav", *option, folder=folder, before=plain())
    code, out, (line,) = said(done)
    assert (code, out) == (2, [])
    assert f"{option[1]} can't be written to: {why}" in line


def test_a_transcript_that_no_disk_holds_is_a_line_and_the_next_goes_on(folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    formats = ("--formats", "json,transcribe-json,html,txt", "--out", "disk")
    command = (*TRANSCRIBE, "talk.wav", "other.wav", *formats)
    code, out, err = said(typed(*command, folder=folder, before=full(disk)))
    *complaints, left = out
    assert (code, complaints, len(err)) == (1, [], 2)
    assert err[0].startswith(
        "fanscribe: talk.wav: disk/talk.html can't be written: the disk is full."
    )
    assert err[0].endswith(" Kept: disk/talk.json. Kept: disk/talk.transcribe.json.")
    assert err[1].startswith("fanscribe: other.wav: disk/other")
    assert left == "talk.json talk.transcribe.json", "no half file"


def test_work_that_no_disk_holds_is_a_line_and_the_next_goes_on(folder: Path) -> None:
    a_wav(folder / "long.wav", np.zeros(16_000 * 60, np.int16))

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    named = ("long.wav", "talk.wav", "--out", "out")
    code, out, (line,) = said(typed(*TRANSCRIBE, *named, folder=folder, preexec_fn=limited))
    assert (code, out[-1:]) == (1, ["  out/talk.json"])
    assert line == (
        f"fanscribe: long.wav: The work's own files in {folder.parent} failed: it grows larger "
        "than the file system or your limit (`ulimit -f`) allows. TMPDIR names another folder."
    )


def test_work_that_can_not_be_kept_costs_no_transcript(folder: Path) -> None:
    a_wav(folder / "third.wav", np.zeros(18_000, np.int16))
    disk = folder / "disk"
    disk.mkdir()
    command = (*TRANSCRIBE, "talk.wav", "other.wav", "third.wav", "--out", "out", "--work", "disk")
    code, _, (line,) = said(typed(*command, folder=folder, before=full(disk)))
    assert code == 0
    assert written(folder / "out") == ["other.json", "talk.json", "third.json"]
    assert line == (
        "fanscribe: disk can't be written to: the disk is full. "
        "The transcripts lack nothing, but no run goes on from there."
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_what_can_not_be_said_is_not_blamed_on_the_works_own_files(folder: Path) -> None:
    into_full = ["sh", "-c", 'exec "$@" > /dev/full', "sh"]
    code, _, err = said(typed(*TRANSCRIBE, "talk.wav", folder=folder, before=into_full))
    assert err == ["fanscribe: Standard output can't be written to: the disk is full."]
    assert code == 1
    assert (folder / "talk.json").exists()


# ── Other machines ───────────────────────────────────────────────────────────────────────────────


def plain() -> list[str]:
    """In front of a command: who runs it may not do everything, even if it is root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv (util-linux), as root may read and write everything")
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]


def full(disk: Path) -> list[str]:
    """In front of a command: a folder is a disk of two pages, listed at the end."""
    alone = ["unshare", "--mount", "--map-root-user"]
    mount = f'mount -t tmpfs -o size=8k,nr_inodes=100 tmpfs "{disk}"'
    tried = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount]
    if not shutil.which("unshare") or subprocess.run(tried, check=False).returncode:
        pytest.skip("needs unshare and mount (util-linux), and to be allowed to make a tiny disk")
    script = f'{mount} && "$@"; code=$?; echo $(ls -A "{disk}"); exit $code'
    return [*alone, "sh", "-c", script, "sh"]
