"""The command `fanscribe`, as it is typed: what it writes, what it says, how it exits."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fanscribe.audio.decode import write_wav
from tests.conftest import SAMPLE
from tests.support.audio import a_tone, a_video_without_sound, a_wav, decoded
from tests.support.builders import a_model_folder

FANSCRIBE = Path(sys.executable).with_name("fanscribe")


def typed(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, as someone with an odd AWS set-up would."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "AWS_PROFILE": "nobody",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
    }
    command = [FANSCRIBE, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_recording_becomes_four_files_and_a_line_that_says_so(tmp_path: Path) -> None:
    a_wav(tmp_path / "talk.wav", decoded(SAMPLE)[0, : 40 * 16_000])
    done = typed("transcribe", "talk.wav", "--language", "en", "--out", "out", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        f"talk.{kind}" for kind in ("json", "srt", "txt", "vtt")
    ]
    first, *files = done.stdout.splitlines()
    assert re.match(r"talk\.wav: 0:40 of audio, 1\d\d words, in ", first), first
    assert files == [f"  out/talk.{kind}" for kind in ("json", "srt", "txt", "vtt")]


def test_formats_and_chunks_are_as_they_were_asked_for(tmp_path: Path) -> None:
    recording = tmp_path / "hush.wav"
    recording.write_bytes(write_wav(np.zeros(16_000, np.int16)))
    done = typed(
        "transcribe",
        "hush.wav",
        "--formats",
        "srt,json",
        "--workers",
        "1",
        "--chunk-tiles",
        "2",
        folder=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["hush.json", "hush.srt", "hush.wav"]
    assert json.loads((tmp_path / "hush.json").read_text())["complete"] is True


@pytest.mark.long
def test_every_format_and_option_reaches_the_job(tmp_path: Path) -> None:
    speech = decoded(SAMPLE)[0, : 8 * 16_000]
    both = np.stack([speech, np.zeros_like(speech)], axis=1).reshape(-1)
    a_wav(tmp_path / "call.wav", both, channels=2)
    options = [
        "--channels",
        "separate",
        "--formats",
        "json,txt,srt,vtt,html,tsv,transcribe-json",
        "--caption-line-length",
        "20",
    ]
    done = typed(
        "transcribe",
        "call.wav",
        *options,
        "--initial-prompt",
        "Zürich – 東京",
        "--out",
        "out",
        folder=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    extensions = ["html", "json", "srt", "transcribe.json", "tsv", "txt", "vtt"]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        f"call.{extension}" for extension in extensions
    ]
    printed = json.loads((tmp_path / "out" / "call.json").read_text())
    assert {segment["channel"] for segment in printed["segments"]} == {"ch_0"}
    captions = (tmp_path / "out" / "call.srt").read_text().splitlines()
    assert max(map(len, captions)) == len("00:00:00,000 --> 00:00:00,000"), (
        "lines of at most 20 characters"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one of each thing that is no recording."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "folder").mkdir()
    (folder / "empty.wav").touch()
    (folder / "words.mp3").write_text("These are only words.\n" * 20)
    (folder / "invalid.wav").write_bytes(b"RIFF\x12\x00\x00\x00WAVEjunkjunk")
    a_wav(folder / "zero.wav", a_tone(0))
    a_wav(folder / "tone.wav", a_tone(1))
    a_video_without_sound(folder / "mute.mp4")
    (folder / "list.m3u8").write_text("#EXTM3U\nhttp://127.0.0.1:9/talk.mp3\n")
    (folder / "talk.mp3.gz").write_bytes(b"\x1f\x8b\x08\x00")
    a_wav(folder / "wide.wav", a_tone(1), channels=16)
    a_model_folder(folder / "model", ["en", "fr"], multilingual=True)
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.mp3"], "nowhere.mp3: there is no such file"),
        (["folder"], "folder is a folder"),
        (["tone.wav", "folder/../tone.wav"], "tone.wav would both be written to out/tone.json"),
        (["tone.wav", "--out", "words.mp3"], "words.mp3 is a file"),
        (
            ["tone.wav", "--model", "tiny.fr"],
            "There is no model 'tiny.fr'. Name a folder with model.bin in it, or one of tiny.en",
        ),
        (["tone.wav", "--model", "model/model.bin"], "name its folder, model"),
        (["tone.wav", "--model", "folder"], "there is no model.bin in it"),
        (["tone.wav", "--language", "fr"], "--model small, for one, knows about a hundred"),
        (
            ["tone.wav", "--model", "model", "--language", "de"],
            "model does not know the language 'de': it knows en, fr",
        ),
        (["tone.wav", "--language", "French"], "'language' can't be 'French'"),
        (["tone.wav", "--task", "translate"], "tiny.en can't translate"),
        (
            ["tone.wav", "--beam-size", "0"],
            "'beam_size' can't be '0': it takes a whole number from 1 to 10",
        ),
        (["tone.wav", "--vad-threshold", "2"], "'vad_threshold' can't be '2'"),
        (["tone.wav", "--channels", "left"], "'channels' can't be 'left'"),
        (["tone.wav", "--formats", "docx"], "'formats' can't be 'docx'"),
        (["tone.wav", "--workers", "0"], "'--workers': 0 is not in the range"),
        (["tone.wav", "--chunk-tiles", "0"], "'--chunk-tiles': 0 is not in the range"),
        ([], "Missing argument 'AUDIO...'"),
        (
            ["tone.wav", "--voices", "Ada=tone.wav"],
            "--voices names speakers: it needs --speakers",
        ),
        (
            ["tone.wav", "--speakers", "2", "--voices", "Ada=none.wav"],
            "--voices: none.wav is no file. A clip is a file, times in the recording",
        ),
        (["tone.wav", "--speakers", "2", "--voices", "Ada"], "'voices' can't be 'Ada'"),
    ],
)
def test_a_wrong_call_gets_one_clear_line(folder: Path, arguments: list[str], message: str) -> None:
    out = [] if "--out" in arguments else ["--out", "out"]
    done = typed("transcribe", *arguments, *out, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("fanscribe: ")
    assert message in line
    assert not (folder / "out").exists()


# and what is said of it after its name
BAD_RECORDINGS = {
    "empty.wav": "is empty (0 bytes)",
    "words.mp3": "can't be read as audio or video",
    "invalid.wav": "is cut off before the part that says how to read it",
    "zero.wav": "has no sound",
    "mute.mp4": "has no sound: there is no audio stream",
    "list.m3u8": "is a playlist (HLS), not a recording: upload the audio that it points to",
    "talk.mp3.gz": "is an archive (gzip), not a recording: unpack it",
    "wide.wav": (
        "has 16 channels, and at most 8 may be: raise the template's MaxChannels, or mix it down"
    ),
}


def test_bad_recordings_get_one_clear_line_each_and_stop_no_other(
    folder: Path, tmp_path: Path
) -> None:
    recordings = [*BAD_RECORDINGS, "tone.wav"]
    done = typed("transcribe", *recordings, "--formats", "txt", "--out", tmp_path, folder=folder)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    for line, (name, message) in zip(lines, BAD_RECORDINGS.items(), strict=True):
        assert line.startswith(f"fanscribe: {name} {message}")
    assert [file.name for file in tmp_path.iterdir()] == ["tone.txt"]
    assert done.stdout.splitlines()[-1] == f"  {tmp_path}/tone.txt"


@pytest.mark.long
def test_a_part_is_done_again_here_and_only_its_words_are_others(tmp_path: Path) -> None:
    a_wav(tmp_path / "talk.wav", decoded(SAMPLE)[0, 60 * 16_000 : 100 * 16_000])
    out = ("--formats", "json", "--work", "work", "--workers", "1")

    def printed(*arguments: str) -> tuple[dict[str, Any], str]:
        done = typed(*arguments, *out, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads((tmp_path / "talk.json").read_text()), done.stdout

    def parts() -> int:
        return len(list(tmp_path.glob("work/jobs/*/parts/*")))

    def words(document: dict[str, Any], start: float, end: float) -> list[Any]:
        return [word for word in document["words"] if word["end"] <= start or word["start"] >= end]

    was, _ = printed("transcribe", "talk.wav", "--language", "en")
    before = parts()
    again = (
        "redo",
        "talk.wav",
        "--from",
        "0:10",
        "--to",
        "0:13",
        "--hotwords",
        "Eddystone, Smeaton",
        "--beam-size",
        "5",
    )
    now, said = printed(*again)
    assert said.startswith("talk.wav: 0:10-0:13 done again, 0:40 of audio, ")
    (redone,) = [tile for tile in now["ledger"]["tiles"] if "redone" in tile]
    edges = redone["start"] / 16_000, redone["end"] / 16_000
    assert edges[0] <= 10
    assert edges[1] >= 13
    assert words(now, *edges) == words(was, *edges)
    assert redone["redone"]["options"]["hotwords"] == "Eddystone, Smeaton"
    assert parts() == before + 1

    assert printed(*again)[0] == now
    assert parts() == before + 1, "nothing was read twice"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["tone.wav", "--from", "0:00", "--to", "0:01", "--work", "empty"],
            "Nothing is kept of tone.wav in ",
        ),
        (
            ["nowhere.mp3", "--from", "0:00", "--to", "0:01"],
            "nowhere.mp3: there is no such file. A job of a stack needs --stack",
        ),
        (["tone.wav", "--from", "0:02", "--to", "0:01"], "--to 0:01 is not after --from 0:02"),
        (
            ["tone.wav", "--from", "0:75", "--to", "2:00"],
            "'--from': '0:75' is no time such as 12:10, 1:02:03 or 730",
        ),
        (["tone.wav", "--from", "0:00"], "Missing option '--to'"),
        (
            ["tone.wav", "--from", "0:00", "--to", "0:01", "--beam-size", "0"],
            "'beam_size' can't be '0'",
        ),
        (["tone.wav", "--from", "0:00", "--to", "0:01", "--no-wait"], "--no-wait needs --stack"),
    ],
)
def test_a_wrong_redo_gets_one_clear_line(folder: Path, arguments: list[str], message: str) -> None:
    done = typed("redo", *arguments, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert message in line


def test_a_transcript_is_written_anew_here_in_the_formats_that_it_had(tmp_path: Path) -> None:
    (tmp_path / "hush.wav").write_bytes(write_wav(np.zeros(16_000, np.int16)))
    work = ("--work", "work", "--out", "out")
    first = typed("transcribe", "hush.wav", "--formats", "txt,tsv", *work, folder=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    again = typed("rename", "hush.wav", "spk_0=Ada", "spk_1=Bob", *work, folder=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    message, files = again.stdout.splitlines()[1:-2], again.stdout.splitlines()[-2:]
    assert message[-1] == (
        "  No speaker is named: they were not told apart. The option speakers does that."
    )
    assert files == ["  out/hush.tsv", "  out/hush.txt"]
    other = typed(
        "rename", "hush.wav", "spk_0=", "--formats", "vtt", *work, "--json", folder=tmp_path
    )
    assert json.loads(other.stdout)["files"] == ["out/hush.vtt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tone.wav"], "Give LABEL=NAME, such as spk_0=Ada, or --voices."),
        (["tone.wav", "--voices", "Ada=none.wav"], "--voices: none.wav is no file. A clip is"),
        (["tone.wav", "Ada"], "'names' can't be 'Ada': it takes each speaker's label once"),
        (["tone.wav", "spk_0=Ada", "spk_0=Bob"], "'names' can't be 'spk_0=Ada spk_0=Bob'"),
        (["tone.wav", "spk_0=Ada", "--formats", "docx"], "'formats' can't be 'docx'"),
        (["tone.wav", "spk_0=Ada", "--work", "empty"], "Nothing is kept of tone.wav in "),
        (["nowhere.mp3", "spk_0=Ada"], "there is no such file. A job of a stack needs --stack"),
        (["tone.wav", "spk_0=Ada", "--region", "x"], "--region needs --stack"),
    ],
)
def test_a_wrong_rename_gets_one_clear_line(
    folder: Path, arguments: list[str], message: str
) -> None:
    done = typed("rename", *arguments, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert message in line
