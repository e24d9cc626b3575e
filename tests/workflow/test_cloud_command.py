"""The command with --stack: the embedded engine served on a port as if it were AWS, over a line
that can be cut.
"""

import json
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.documents.job import InvocationTimes
from fanscribe_local.client.progress import JobProgress
from fanscribe_local.client.upload import SMALLEST_PART
from fanscribe_local.emulator.engine import Engine
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.cut_connection import Line
from tests.support.workflow import all_keys
from tests.workflow.test_command import FANSCRIBE

HERE = ("--stack", "fanscribe")
ENGLISH = ("--language", "en")


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with Line(engine.url) as line:
        yield line


def begin(line: Line, *arguments: str | Path, folder: Path) -> subprocess.Popen[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "AWS_ENDPOINT_URL": line.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    pipe = subprocess.PIPE
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # where the tests run in the background it is ignored, also by children
    return subprocess.Popen(
        [str(FANSCRIBE), *map(str, arguments)],
        cwd=folder,
        env=environment,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def typed(line: Line, *arguments: str | Path, folder: Path) -> tuple[int, str, str]:
    return ended(begin(line, *arguments, folder=folder))


def until(holds: Callable[[], object], process: subprocess.Popen[str]) -> None:
    while not holds():
        assert process.poll() is None, f"it ended too early: {ended(process)}"
        time.sleep(0.01)


def speech(folder: Path, name: str, first: int, last: int) -> Path:
    """Seconds of the sample as a file of their own."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    a_wav(file, decoded(SAMPLE)[0, first * 16_000 : last * 16_000])
    return file


def a_large_recording(folder: Path) -> Path:
    """Seven parts of an upload and a half, and no speech: 192 kHz, two channels."""
    file = folder / "hush.wav"
    a_wav(file, np.zeros(15 * SMALLEST_PART // 4, np.int16), channels=2, rate=192_000)
    return file


def running(engine: Engine) -> bool:
    return any(execution.running for execution in engine.stack.latest(5))


def parts_there(engine: Engine) -> dict[int, tuple[int, datetime]]:
    """The parts of the one upload that is not finished: size, and when each came."""
    bucket = engine.stack.work
    (begun,) = engine.s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    found = engine.s3.list_parts(Bucket=bucket, Key=begun["Key"], UploadId=begun["UploadId"]).get(
        "Parts", []
    )
    return {part["PartNumber"]: (part["Size"], part["LastModified"]) for part in found}


@pytest.mark.long
def test_a_folder_of_recordings_becomes_a_folder_of_transcripts(line: Line, tmp_path: Path) -> None:
    speech(tmp_path, "calls/a.wav", 0, 8)
    speech(tmp_path, "calls/later/b.wav", 20, 28)
    (tmp_path / "calls" / "notes.txt").write_text("no recording")
    code, out, err = typed(
        line, "transcribe", "calls", *HERE, *ENGLISH, "--out", "out", "--json", folder=tmp_path
    )
    assert (code, err) == (0, "")
    printed = sorted(map(json.loads, out.splitlines()), key=lambda result: result["recording"])
    assert [(result["recording"], result["status"]) for result in printed] == [
        ("a.wav", "SUCCEEDED"),
        ("later/b.wav", "SUCCEEDED"),
    ]
    written = sorted(str(file.relative_to(tmp_path)) for file in (tmp_path / "out").rglob("*.*"))
    assert written == sorted(file for result in printed for file in result["files"])
    assert written == [
        *(f"out/a.{kind}" for kind in ("json", "srt", "txt", "vtt")),
        *(f"out/later/b.{kind}" for kind in ("json", "srt", "txt", "vtt")),
    ]
    assert json.loads((tmp_path / "out" / "a.json").read_text())["words"]

    code, out, err = typed(line, "list", *HERE, "--count", "2", folder=tmp_path)
    head, *jobs = out.splitlines()
    assert head.split() == ["JOB", "STATUS", "STARTED", "TOOK", "RECORDING"]
    assert {job.split()[0] for job in jobs} == {result["job"] for result in printed}
    assert all("succeeded" in job for job in jobs)


def test_ctrl_c_ends_the_watching_and_says_how_to_come_back(
    engine: Engine, line: Line, tmp_path: Path
) -> None:
    speech(tmp_path, "talk.wav", 0, 60)
    watching = begin(
        line, "transcribe", "talk.wav", *HERE, *ENGLISH, "--beam-size", "5", folder=tmp_path
    )
    until(lambda: running(engine), watching)
    time.sleep(0.5)  # the answer that it runs is on its way
    watching.send_signal(signal.SIGINT)
    code, out, err = ended(watching)
    assert (code, out) == (130, "")
    said, status, fetch = err.strip().splitlines()
    assert said == "fanscribe: stopped watching; the job goes on. Come back:"
    code, out, err = typed(line, *shlex.split(status)[1:], folder=tmp_path)
    assert (code, err) == (0, "")
    assert out.startswith("talk-")
    assert "(talk.wav): " in out
    code, out, err = typed(line, *shlex.split(fetch)[1:], folder=tmp_path)
    assert (code, err) == (0, "")
    assert out.startswith("talk.wav: 1:00 of audio, ")
    assert (tmp_path / "talk.txt").exists()


@pytest.mark.long
def test_an_upload_goes_on_where_the_line_broke_and_where_it_was_killed(
    engine: Engine, line: Line, tmp_path: Path
) -> None:
    recording = a_large_recording(tmp_path)
    line.cut_at = 3 * SMALLEST_PART
    sending = begin(line, "transcribe", recording, *HERE, "--formats", "json", folder=tmp_path)
    until(lambda: not line.up, sending)
    time.sleep(1)
    broke = parts_there(engine)
    line.mend()
    line.cut_at = line.sent + 3 * SMALLEST_PART
    until(lambda: not line.up, sending)
    sending.kill()
    ended(sending)
    assert not [key for key in all_keys(engine, "WorkBucket") if key.endswith("hush.wav")], (
        "it is not there yet"
    )
    killed = parts_there(engine)
    assert broke
    assert broke.items() < killed.items(), "what was there is not sent again"
    have = sum(size for size, _ in killed.values())
    line.mend()
    before, size = line.sent, recording.stat().st_size
    code, out, _ = typed(line, "transcribe", recording, *HERE, "--formats", "json", folder=tmp_path)
    assert (code, out.splitlines()[-1]) == (0, "  hush.json")
    assert out.splitlines()[1].startswith(
        "  Nothing was transcribed. Speech was detected in 0% of "
    )
    assert size - have <= line.sent - before < size - have + SMALLEST_PART // 4, (
        "only what S3 did not have is sent"
    )
    (key,) = [key for key in all_keys(engine, "WorkBucket") if key.endswith("hush.wav")]
    stored = engine.s3.get_object(Bucket=engine.stack.work, Key=key)["Body"].read()
    assert stored == recording.read_bytes()

    before = line.sent
    code, out, _ = typed(line, "transcribe", recording, *HERE, "--formats", "srt", folder=tmp_path)
    assert (code, out.splitlines()[-1]) == (0, "  hush.srt")
    assert line.sent - before < SMALLEST_PART // 4, "what is there is not sent again"


@pytest.mark.long
def test_watching_outlives_a_line_that_is_cut(engine: Engine, line: Line, tmp_path: Path) -> None:
    speech(tmp_path, "talk.wav", 100, 140)
    watching = begin(
        line, "transcribe", "talk.wav", *HERE, *ENGLISH, "--formats", "txt", folder=tmp_path
    )
    until(lambda: running(engine), watching)
    line.cut()
    time.sleep(3)
    assert watching.poll() is None
    line.mend()
    code, out, err = ended(watching)
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "  talk.txt"


@pytest.mark.long
def test_text_so_far_is_in_order_and_marks_what_is_missing(
    engine: Engine, line: Line, tmp_path: Path
) -> None:
    speech(tmp_path, "talk.wav", 0, 120)
    code, out, _ = typed(line, "transcribe", "talk.wav", *HERE, *ENGLISH, "--json", folder=tmp_path)
    assert code == 0
    job, whole = json.loads(out)["job"], (tmp_path / "talk.txt").read_text()
    output = engine.stack.find_job(job).output
    assert output is not None
    parts = [
        key for key in all_keys(engine, "WorkBucket") if key.startswith(keys.parts(output["job"]))
    ]
    engine.s3.delete_object(Bucket=engine.stack.work, Key=parts[0])  # as if it were still to come
    code, out, _ = typed(line, "status", job, *HERE, "--text", folder=tmp_path)
    missing, _, rest = out.partition("\n\n")
    assert code == 0
    assert missing.startswith("[missing 0:00-")
    assert rest.strip()
    assert whole.endswith(rest)

    code, out, _ = typed(line, "status", job[:-2], *HERE, "--text", "--json", folder=tmp_path)
    printed = json.loads(out)
    assert (printed["job"], printed["status"], printed["recording"], printed["seconds"]) == (
        job,
        "SUCCEEDED",
        "talk.wav",
        120.0,
    )
    assert printed["seconds_done"] < 120
    assert printed["chunks"] == {"waiting": 0, "running": 0, "done": 2, "failed": 0}
    assert printed["text"].startswith("[missing 0:00-")


@pytest.mark.long
def test_a_run_is_reported_as_it_ends_and_later_from_its_history(
    engine: Engine, line: Line, tmp_path: Path
) -> None:
    speech(tmp_path, "talk.wav", 0, 40)
    code, out, err = typed(
        line, "transcribe", "talk.wav", *HERE, *ENGLISH, "--report", "--json", folder=tmp_path
    )
    assert (code, err) == (0, "")
    printed = json.loads(out)
    page = tmp_path / "talk.report.html"
    assert printed["files"][-1] == page.name
    (child,) = engine.stack.children(engine.stack.find_job(printed["job"]).arn)
    (answer,) = (
        json.loads(event["taskSucceededEventDetails"]["output"])
        for event in child.events
        if "Succ" in event["type"]
    )
    assert answer["Payload"]["remaining"] == 0
    took = InvocationTimes.model_validate(answer["Payload"]["took"])
    assert (took.tiles, took.audio) == (2, 40_000)
    assert 0 < took.load + took.read <= took.ms
    assert f"{took.read / 40_000:.2g} s</dd>" in page.read_text()

    at_once = page.read_text()
    page.unlink()
    code, out, err = typed(
        line, "report", printed["job"][:-2], *HERE, "--out", "later", folder=tmp_path
    )
    assert (code, out, err) == (0, "later/talk.report.html\n", "")
    assert (tmp_path / out.strip()).read_text() == at_once

    code, out, _ = typed(line, "status", printed["job"], *HERE, "--json", folder=tmp_path)
    usage = engine.stack.find_job(printed["job"]).usage
    assert usage is not None
    assert json.loads(out)["usd"] == usage.usd > 0


def test_a_run_that_failed_is_reported_too(line: Line, tmp_path: Path) -> None:
    (tmp_path / "words.mp3").write_text("These are only words.\n" * 20)
    code, _, err = typed(line, "transcribe", "words.mp3", *HERE, "--report", folder=tmp_path)
    assert code == 1
    assert err.endswith(" Kept: words.report.html.\n")
    assert (
        "<strong>UnreadableRecording</strong> words.mp3"
        in (tmp_path / "words.report.html").read_text()
    )
    code, out, _ = typed(line, "list", *HERE, "--count", "1", "--json", folder=tmp_path)
    job = json.loads(out)["job"]
    code, out, err = typed(line, "status", job, *HERE, "--text", folder=tmp_path)
    assert (code, out) == (1, "")
    assert err.startswith(f"fanscribe: {job} has no text: words.mp3 can't be read as audio")


def document(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found


@pytest.mark.long
def test_a_part_is_done_again_at_the_price_of_its_tiles_and_the_rest_stays(
    engine: Engine, line: Line, tmp_path: Path
) -> None:
    speech(tmp_path, "talk.wav", 60, 110)
    code, out, _ = typed(
        line,
        "transcribe",
        "talk.wav",
        *HERE,
        *ENGLISH,
        "--formats",
        "json",
        "--json",
        folder=tmp_path,
    )
    assert code == 0
    job, was = json.loads(out)["job"], document(tmp_path, "talk.json")
    parts = {key for key in all_keys(engine, "WorkBucket") if "/parts/" in key}
    again = [
        "redo",
        job,
        "--from",
        "0:10",
        "--to",
        "0:13",
        "--beam-size",
        "5",
        "--hotwords",
        "Eddystone",
        *HERE,
    ]
    code, out, err = typed(line, *again, "--model", "tiny.en", "--out", "mended", folder=tmp_path)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("talk.wav: 0:10-0:13 done again, 0:50 of audio, ")
    assert out.splitlines()[1:] == ["  mended/talk.json"], "in the formats that the job had"
    now = document(tmp_path, "mended/talk.json")
    (redone,) = [tile for tile in now["ledger"]["tiles"] if "redone" in tile]
    start, end = redone["start"] / 16_000, redone["end"] / 16_000
    assert 8 < start <= 10
    assert 13 <= end < 15
    assert [word for word in now["words"] if word["end"] <= start or word["start"] >= end] == [
        word for word in was["words"] if word["end"] <= start or word["start"] >= end
    ]
    assert (redone["redone"]["model"], redone["redone"]["options"]["hotwords"]) == (
        "tiny.en",
        "Eddystone",
    )
    (read,) = {key for key in all_keys(engine, "WorkBucket") if "/parts/" in key} - parts
    assert len(keys.tiles_of(read)) == 1

    code, out, err = typed(line, *again, "--no-wait", "--json", folder=tmp_path)
    twice = json.loads(out)["job"]
    assert (code, err, twice.startswith("redo-talk-")) == (0, "", True)
    code, out, err = typed(line, "fetch", twice, *HERE, "--out", "twice", folder=tmp_path)
    assert (code, err) == (0, "")
    assert (tmp_path / "twice" / "talk.json").read_bytes() == (
        tmp_path / "mended" / "talk.json"
    ).read_bytes()
    assert {key for key in all_keys(engine, "WorkBucket") if "/parts/" in key} - parts == {read}, (
        "nothing was read twice"
    )

    code, out, _ = typed(line, "status", twice, *HERE, "--text", folder=tmp_path)
    assert (code, out.split()) == (0, now["text"].split())
    code, out, _ = typed(line, "list", *HERE, "--count", "1", folder=tmp_path)
    assert out.splitlines()[1].endswith("talk.wav 0:10-0:13")

    code, out, err = typed(line, *again, "--model", "large-v3", folder=tmp_path)
    assert (code, out) == (1, "")
    assert (
        "The model large-v3 was asked for, and the functions have tiny.en. "
        "Leave the model out, or deploy the other one"
    ) in err


def test_a_job_of_a_stack_is_written_anew_and_nothing_is_read(line: Line, tmp_path: Path) -> None:
    (tmp_path / "hush.wav").write_bytes(write_wav(np.zeros(16_000, np.int16)))
    formats = ("--formats", "vtt,diarized-json", "--json")
    _, out, _ = typed(line, "transcribe", "hush.wav", *HERE, *formats, folder=tmp_path)
    job = json.loads(out)["job"]
    rename = ("rename", job, "spk_0=Ada", *HERE, "--out", "anew")
    code, out, err = typed(line, *rename, folder=tmp_path)
    assert (code, err) == (0, "")
    assert out.splitlines()[-2:] == ["  anew/hush.diarized.json", "  anew/hush.vtt"]
    assert "No speaker is named" in (tmp_path / "anew" / "hush.vtt").read_text()
    code, out, _ = typed(line, "list", *HERE, "--count", "1", folder=tmp_path)
    assert out.splitlines()[1].startswith("rename-hush-")


@pytest.mark.parametrize(
    ("arguments", "code", "printed"),
    [
        (["rename", "nobodys", "spk_0=Ada", *HERE], 2, "There is no job 'nobodys'"),
        (["rename", "nobodys", "spk_0=Ada", *HERE, "--work", "x"], 2, "--work can't be given with"),
        (
            ["redo", "nobodys", "--stack", "fanscribe", "--from", "1", "--to", "2"],
            2,
            "There is no job 'nobodys'",
        ),
        (
            [
                "redo",
                "nobodys",
                "--stack",
                "fanscribe",
                "--from",
                "1",
                "--to",
                "2",
                "--workers",
                "2",
            ],
            2,
            "--workers can't be given with",
        ),
        (
            ["transcribe", "tone.wav", "--stack", "nobodys"],
            2,
            "There is no stack 'nobodys' in the region us-east-1",
        ),
        (
            ["transcribe", "tone.wav", "--stack", "fanscribe", "--workers", "2"],
            2,
            "--workers can't be given with --stack",
        ),
        (
            ["transcribe", "tone.wav", "--stack", "fanscribe", "--no-wait", "--report"],
            2,
            "--report waits for the run's end",
        ),
        (["transcribe", "tone.wav", "--no-wait"], 2, "--no-wait needs --stack"),
        (
            ["transcribe", "tone.wav", "--stack", "fanscribe", "--beam-size", "0"],
            2,
            "'beam_size' can't be '0'",
        ),
        (
            ["transcribe", "empty", "--stack", "fanscribe"],
            2,
            "empty is a folder without recordings",
        ),
        (
            ["transcribe", "words.mp3", "--stack", "fanscribe"],
            1,
            "fanscribe: words.mp3 can't be read as audio or video",
        ),
        (
            ["transcribe", "tone.wav", "--stack", "fanscribe", "--language", "fr"],
            1,
            "tone.wav: The model tiny.en does not know",
        ),
        (
            ["status", "talk-nobodys", "--stack", "fanscribe"],
            2,
            "There is no job 'talk-nobodys'. `fanscribe list` shows",
        ),
        (["fetch", "", "--stack", "fanscribe"], 2, "jobs begin with '': type more of it"),
        (["list"], 2, "Missing option '--stack' (env var: 'FANSCRIBE_STACK')"),
        (
            ["list", "--stack", "fanscribe", "--profile", "nobody"],
            2,
            "The config profile (nobody) could not be found",
        ),
        (
            ["list", "--stack", "fanscribe", "--endpoint-url", "http://127.0.0.1:9"],
            1,
            "AWS: Could not connect to the endpoint",
        ),
    ],
)
def test_a_wrong_call_and_a_failed_job_get_one_clear_line(
    line: Line, tmp_path: Path, arguments: list[str], code: int, printed: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.mp3").write_text("These are only words.\n" * 20)
    a_wav(tmp_path / "tone.wav", np.zeros(16_000, np.int16))
    ended_with, out, err = typed(line, *arguments, folder=tmp_path)
    assert (ended_with, out) == (code, "")
    (said,) = err.splitlines()
    assert printed in said


@pytest.mark.long
def test_a_job_is_fetched_under_the_name_that_its_recording_has_here(
    line: Line, tmp_path: Path
) -> None:
    names = ["1.1 Lesson name", "caf\udce9.wav", "two\nlines.wav", "é" * 125 + "b.wav"]
    for number, name in enumerate(names):
        a_wav(tmp_path / name, np.zeros(16_000 + number, np.int16))
    asked = (*HERE, *ENGLISH, "--formats", "json", "--json", "--out", "at-once")
    code, out, err = typed(line, "transcribe", *names, *asked, folder=tmp_path)
    assert (code, err) == (0, "")
    printed = [json.loads(each) for each in out.splitlines()]
    assert {result["recording"] for result in printed} == set(names)
    at_once = sorted(file.name for file in (tmp_path / "at-once").iterdir())
    assert len(at_once) == len(names)
    assert {"1.1 Lesson name.json", "caf\udce9.json", "two\nlines.json"} < set(at_once)

    jobs = [result["job"] for result in printed]
    code, out, err = typed(line, "fetch", *jobs, *HERE, "--out", "later", folder=tmp_path)
    assert (code, err) == (0, "")
    assert sorted(file.name for file in (tmp_path / "later").iterdir()) == at_once
    assert r"  later/caf\xe9.json" in out.splitlines()
    code, out, err = typed(line, "report", *jobs, *HERE, "--out", "later", folder=tmp_path)
    assert (code, err) == (0, "")
    assert r"later/two\x0alines.report.html" in out.splitlines()
    code, out, _ = typed(line, "list", *HERE, "--count", "4", folder=tmp_path)
    assert code == 0
    assert {r"caf\xe9.wav", r"two\x0alines.wav"} < {row.split()[-1] for row in out.splitlines()}


def test_what_is_piped_into_it_is_uploaded(line: Line, tmp_path: Path) -> None:
    a_wav(tmp_path / "talk.wav", np.zeros(16_000, np.int16))
    os.mkfifo(tmp_path / "pipe.wav")
    writer = threading.Thread(
        target=lambda: (tmp_path / "pipe.wav").write_bytes((tmp_path / "talk.wav").read_bytes()),
    )
    writer.start()
    code, out, err = typed(
        line, "transcribe", "pipe.wav", *HERE, "--formats", "txt", folder=tmp_path
    )
    writer.join()
    assert (code, out.splitlines()[-1:], err) == (0, ["  pipe.txt"], "")


@pytest.mark.long
def test_files_that_can_not_be_fetched_are_a_line_and_the_next_goes_on(
    line: Line, tmp_path: Path
) -> None:
    a_wav(tmp_path / "a.wav", np.zeros(16_000, np.int16))
    a_wav(tmp_path / "b.wav", np.zeros(17_000, np.int16))
    asked = (*HERE, *ENGLISH, "--formats", "txt", "--json")
    code, out, _ = typed(line, "transcribe", "a.wav", "b.wav", *asked, folder=tmp_path)
    assert code == 0
    one, other = sorted(json.loads(each)["job"] for each in out.splitlines())

    later = ("--out", "later", *HERE)
    for name in ("a.txt", "a.report.html"):
        (tmp_path / "later" / name).mkdir(parents=True)
    code, out, err = typed(line, "fetch", one, other, *later, folder=tmp_path)
    assert (code, out.splitlines()[-1:]) == (1, ["  later/b.txt"])
    assert err == (
        "fanscribe: a.wav: later/a.txt can't be written: it is a folder. Fix that or name another "
        "folder with --out: the same command goes on from here.\n"
    )
    code, out, err = typed(line, "report", one, other, *later, folder=tmp_path)
    assert (code, out) == (1, "later/b.report.html\n")
    assert err.startswith("fanscribe: later/a.report.html can't be written: it is a folder.")
    assert sorted(file.name for file in (tmp_path / "later").iterdir()) == [
        "a.report.html",
        "a.txt",
        "b.report.html",
        "b.txt",
    ], "no half file"

    for command in ("fetch", "report"):
        code, out, err = typed(line, command, one, one, *HERE, folder=tmp_path)
        assert (code, out, err) == (2, "", f"fanscribe: {one} is named twice. Name it once.\n")
        to = ("--out", "a.wav/later", *HERE)
        code, out, err = typed(line, command, one, *to, folder=tmp_path)
        assert (code, out) == (2, "")
        assert "a.wav/later can't be written to: a part of its path is a file" in err


@pytest.mark.long
def test_a_redo_redacts_what_was_redacted_after_the_job(
    engine: Engine, line: Line, tmp_path: Path
) -> None:
    speech(tmp_path, "call.wav", 60, 80)
    hidden = ("--redact", "card", "--redact-audio", "flac", "--json")
    code, out, _ = typed(line, "transcribe", "call.wav", *HERE, *ENGLISH, *hidden, folder=tmp_path)
    assert code == 0
    job = json.loads(out)["job"]
    code, *_ = typed(line, "rename", job, "spk_0=Ada", "--redact", "name", *HERE, folder=tmp_path)
    assert code == 0
    again = ["redo", job, "--from", "0:01", "--to", "0:05", "--model", "tiny.en", *HERE, "--json"]
    code, out, _ = typed(line, *again, folder=tmp_path)
    assert code == 0, out
    arn = engine.state_machine.replace(":stateMachine:", ":execution:")
    progress = JobProgress(engine.stack, f"{arn}:{json.loads(out)['job']}")
    progress.now()
    assert progress.job is not None
    assert progress.job.output["redact"] == ["name"]
