"""What the command takes for a short recording over faster-whisper called directly, imports and
loading included: both as whole processes, in turns.

    python -m benchmarks.short [--seconds 11] [--runs 10] [--model tiny.en] [--device cuda]

The recording is the beginning of long-en. Prints each round, then the medians.
"""

import argparse
import statistics
import tempfile
import wave
from pathlib import Path

from benchmarks.recordings import load
from benchmarks.speed import LONG_EN, Run, machine, measured
from fanscribe.recognition.compute import computing
from fanscribe.recognition.models import find_model
from fanscribe.times import SAMPLE_RATE

DIRECTLY, OURS = "sequential, words", "fanscribe"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=11)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    model, on = find_model(asked.model).folder, computing({"FANSCRIBE_DEVICE": asked.device})
    rounds: list[dict[str, Run]] = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.wav"
        with wave.open(str(clip), "wb") as out:
            out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            out.writeframes(load(LONG_EN)[: asked.seconds * SAMPLE_RATE].tobytes())
        for number in range(asked.runs):
            rounds.append({way: measured(way, clip, model, on) for way in (DIRECTLY, OURS)})
            directly, ours = rounds[-1][DIRECTLY], rounds[-1][OURS]
            print(f"round {number + 1}: {directly.wall_s:.2f} s, {ours.wall_s:.2f} s", flush=True)
    for way in (DIRECTLY, OURS):
        wall = statistics.median(of[way].wall_s for of in rounds)
        cpu = statistics.median(of[way].cpu_s for of in rounds)
        print(f"{way}: {wall:.2f} s, {cpu:.2f} s of CPU")
    over = sorted(of[OURS].wall_s - of[DIRECTLY].wall_s for of in rounds)
    print(f"over: {statistics.median(over):.2f} s ({over[0]:.2f} to {over[-1]:.2f})")
    print(f"{machine()['cpu']}, {machine()['cores']} cores, {machine()['commit']}")


if __name__ == "__main__":
    main()
