"""Measurements that grow with a recording's length: splitting from half an hour to half a day,
merging up to a day.

    python -m benchmarks.scale [merge HOURS]

Splits long-en, joined with itself, by the function's own code: CPU seconds of it and of its
decoder, and the most resident memory of each, in a process of its own. Merges made jobs
(made_day.py) out of a folder, in the four default formats, without speakers and with eight, each
in a process of its own, too. Writes benchmarks/results/scale/long-en.json with the machine, the
versions and the commit. With `merge`, it merges so many hours, and writes nothing.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.made_day import JOB, FolderStorage, documents, voices
from benchmarks.memory import peak_mb
from benchmarks.speed import LONG_EN, RESULTS, machine
from fanscribe.audio.decode import Decoding, write_wav
from fanscribe.audio.sound import AudioPiece, Cutter, Samples
from fanscribe.documents.options import OutputOptions, SpeakerCount
from fanscribe.documents.payloads import MergeTask
from fanscribe.jobs.folder import JobFolder
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.merge import merge
from fanscribe.tiling.listening import lay_tiles, listen
from fanscribe.tiling.tiles import SPEECH
from fanscribe.times import SAMPLE_RATE

RESULT = RESULTS / "scale" / "long-en.json"
COPIES = (1, 8, 24)  # of half an hour
HOURS = (0.5, 4, 24)
SPEAKERS = {"off": None, "auto": SpeakerCount(fewest=1, most=30)}


def split(copies: str) -> dict[str, float]:
    """Half an hour, `count` times."""
    with tempfile.TemporaryDirectory() as folder:
        joined = Path(folder) / "joined.mp3"
        with joined.open("wb") as file:
            for _ in range(int(copies)):
                file.write(LONG_EN.read_bytes())
        cutter = Cutter(0)
        frames = listen(
            Decoding(joined, joined.name, None),
            lambda block: deque(map(_as_stored, cutter.feed(block)), 0),
        )
        tiles = lay_tiles(frames, SPEECH)
    own, decoder = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    audio_s, cpu_s = (
        frames.samples / SAMPLE_RATE,
        sum(used.ru_utime + used.ru_stime for used in (own, decoder)),
    )
    peaks = {"peak_mb": peak_mb(), "decoder_peak_mb": decoder.ru_maxrss / 1024}
    return {
        "hours": audio_s / 3600,
        "tiles": len(tiles),
        "cpu_s": cpu_s,
        "times_real_time": audio_s / cpu_s,
        **peaks,
    }


def _as_stored(piece: tuple[AudioPiece, Samples]) -> int:
    """Made as Split stores it, and forgotten."""
    return len(write_wav(piece[1]))


def made(hours: str, folder: str) -> dict[str, float]:
    """A made job, as files of a folder."""
    storage = FolderStorage(Path(folder))
    for key, data in documents(float(hours)):
        storage.write("work", key, data, "application/json")
    tiles = JobFolder(storage, "work", JOB).plan().tiles
    for key, data in voices(tiles):
        storage.write("work", key, data, "application/json")
    return {"tiles": len(tiles)}


def merged(hours: str, folder: str, speakers: str) -> dict[str, float]:
    """The job that was made there."""
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    output = OutputOptions(speakers=SPEAKERS[speakers])
    before_mb, began, cpu = peak_mb(), time.monotonic(), time.process_time()
    reference = merge(
        MergeTask(execution="scale", job=JOB, output=output), settings, FolderStorage(Path(folder))
    )
    took = {"wall_s": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
    return {
        "hours": float(hours),
        "words": reference.words,
        **took,
        "before_mb": before_mb,
        "peak_mb": peak_mb(),
    }


def _merges(hours: float) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        _alone("made", hours, folder)
        return [
            {"speakers": speakers, **_alone("merged", hours, folder, speakers)}
            for speakers in SPEAKERS
        ]


def _alone(what: str, *about: float | str) -> dict[str, Any]:
    """In a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", what, *map(str, about)],
        capture_output=True,
        text=True,
        check=True,
    )
    result = {
        name: round(value, 1) for name, value in json.loads(done.stdout.splitlines()[-1]).items()
    }
    print(what, *about[2:], result, flush=True)
    return result


def main() -> None:
    match sys.argv[1:]:
        case ["merge", hours]:
            _merges(float(hours))
        case [what, *about]:
            steps: dict[str, Callable[..., dict[str, float]]]
            steps = {"split": split, "made": made, "merged": merged}
            print(json.dumps(steps[what](*about)))
        case _:
            result = {
                "split": [_alone("split", copies) for copies in COPIES],
                "merge": [row for hours in HOURS for row in _merges(hours)],
            }
            RESULT.parent.mkdir(exist_ok=True)
            RESULT.write_text(json.dumps({**result, **machine()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
