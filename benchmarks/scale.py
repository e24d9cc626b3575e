"""Measurements that grow with a recording's length: splitting from half an hour to half a day,
merging up to a day.

    python -m benchmarks.scale

Splits long-en, joined with itself, by the function's own code: CPU seconds of it and of its
decoder, and the most resident memory of each, in a process of its own. Merges made jobs
(made_day.py) out of memory, in the four default formats. Writes
benchmarks/results/scale/long-en.json with the machine, the versions and the commit.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

from benchmarks.made_day import JOB, documents
from benchmarks.memory import peak_mb
from benchmarks.speed import LONG_EN, RESULTS, machine
from fanscribe.audio.decode import Decoding, write_wav
from fanscribe.audio.sound import AudioPiece, Cutter, Samples
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import MergeTask
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.merge import merge
from fanscribe.tiling.listening import lay_tiles, listen
from fanscribe.tiling.tiles import SPEECH
from fanscribe.times import SAMPLE_RATE
from tests.support.fakes import MemoryStorage

RESULT = RESULTS / "scale" / "long-en.json"
COPIES = (1, 8, 24)  # of half an hour
HOURS = (0.5, 4, 24)


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


def merged(hours: str) -> dict[str, float]:
    """A made job, with its parts in memory: what they take is in the peak."""
    storage = MemoryStorage({("work", key): data for key, data in documents(float(hours))})
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    before_mb, began, cpu = peak_mb(), time.monotonic(), time.process_time()
    reference = merge(
        MergeTask(execution="scale", job=JOB, output=OutputOptions()), settings, storage
    )
    took = {"wall_s": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
    return {
        "hours": float(hours),
        "words": reference.words,
        **took,
        "before_mb": before_mb,
        "peak_mb": peak_mb(),
    }


def _alone(what: str, size: float) -> dict[str, Any]:
    """In a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", what, str(size)],
        capture_output=True,
        text=True,
        check=True,
    )
    result = {
        name: round(value, 1) for name, value in json.loads(done.stdout.splitlines()[-1]).items()
    }
    print(what, result, flush=True)
    return result


def main() -> None:
    if sys.argv[1:]:
        print(json.dumps({"split": split, "merge": merged}[sys.argv[1]](sys.argv[2])))
        return
    result = {
        "split": [_alone("split", copies) for copies in COPIES],
        "merge": [_alone("merge", hours) for hours in HOURS],
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**result, **machine()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
