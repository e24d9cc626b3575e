"""Writes docs/session.txt: the command with --stack, typed into a terminal.

Run as `python -m benchmarks.session`.

The stack is the embedded engine, served on a port. Every line of output is what the command said.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fanscribe_local.emulator.engine import Engine
from fanscribe_local.project import PROJECT

SESSION = PROJECT / "docs" / "session.txt"
SAMPLE = PROJECT / "sample" / "lighthouse-talk.mp3"
FANSCRIBE = Path(sys.executable).with_name("fanscribe")
STACK = "fanscribe"
JOB = "lighthouse"  # the beginning of its name
BEGINNING, END = 200, 240  # characters that are shown of a long output


def typed(line: str, folder: Path, url: str) -> str:
    """The terminal's text after a line was typed."""
    environment = {
        "PATH": f"{FANSCRIBE.parent}:{os.environ['PATH']}",
        "FANSCRIBE_STACK": STACK,
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    done = subprocess.run(
        line.split(),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    output = done.stdout
    if "--text" in line:
        output = f"{output[:BEGINNING].rsplit(' ', 1)[0]} … {output[-END:].split(' ', 1)[1]}"
    return f"$ {line}\n{output}"


def stored(engine: Engine) -> list[str]:
    found = engine.s3.list_objects_v2(Bucket=engine.bucket("WorkBucket"))
    return [entry["Key"] for entry in found.get("Contents", [])]


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as scratch,
        Engine({"Model": "tiny.en", "MapConcurrency": "1"}, 1, Path(scratch)) as engine,
    ):
        folder = Path(scratch) / "desk"
        (folder / "talks").mkdir(parents=True)
        shutil.copy(SAMPLE, folder / "talks")
        session = [f"$ export FANSCRIBE_STACK={STACK}\n"]
        session.append(
            typed(
                f"fanscribe transcribe talks --stack {STACK} --language en --no-wait",
                folder,
                engine.url,
            )
        )
        while not any("/parts/" in key for key in stored(engine)):
            time.sleep(0.1)
        session += [
            typed(line, folder, engine.url)
            for line in (
                f"fanscribe status {JOB}",
                f"fanscribe status {JOB} --text",
                f"fanscribe fetch {JOB} --out transcripts",
                "fanscribe list",
                f"fanscribe status {JOB} --json",
            )
        ]
    SESSION.write_text("\n".join(session), "utf-8")
    print(SESSION.read_text("utf-8"))


if __name__ == "__main__":
    main()
