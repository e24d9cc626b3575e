"""Speed, memory and accuracy of Fanscribe beside what it wraps, in the same run, whole processes, interleaved.

    python -m benchmarks.speed [--model tiny.en …] [--runs 5] [--audio FILE] [--device cuda --compute-type float16]

Five ways to transcribe the same recording on all cores, beam 1: faster-whisper's sequential decoding as the usual scripts do
it, without and with word times; its BatchedInferencePipeline, without and with; and `fanscribe transcribe` (state machine, S3,
words, second look, four formats). Each run is a process from its start to its end: wall time, user and system time of it and
all that it started, and the resident memory of its largest process. Ratios are of the same round, then medians are taken.

Writes benchmarks/results/<model>-<device>-<compute type>.json with the machine, the versions and the commit. With --chart, draws
docs/speed.svg and the README's table from all that is there.
"""

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.recordings import CORPUS
from fanscribe.models import find_model

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
LONG_EN = CORPUS / "long-en" / "fairy-tales-30min.mp3"
THEIRS = """
import sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
way, words, audio, folder, device, compute, cores = sys.argv[1:]
model = WhisperModel(folder, device=device, compute_type=compute, cpu_threads=int(cores))
options = dict(language="en", beam_size=1, word_timestamps=words == "words")
if way == "batched":
    segments, _ = BatchedInferencePipeline(model).transcribe(audio, batch_size=8, **options)
else:
    segments, _ = model.transcribe(audio, **options)
print("".join(segment.text for segment in segments))
"""
WAYS = ("sequential", "sequential, words", "batched", "batched, words", "fanscribe")


@dataclass(frozen=True)
class Hardware:
    """Where the model runs, and in which numbers."""

    device: str
    compute_type: str


@dataclass(frozen=True)
class Run:
    """One way, once."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    wer: float | None


def measured(way: str, audio: Path, model: Path, hardware: Hardware, text: str | None) -> Run:
    """Run a way in a process of its own. Its last word is the transcript."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said").open("wb+") as said:
        began = time.monotonic()
        process = subprocess.Popen(_command(way, audio, model, hardware, folder), stdout=said, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)  # of the process and of all its descendants that have ended
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{way} ended with exit status {process.returncode}: {' '.join(map(str, process.args))}")  # type: ignore[arg-type]
        said.seek(0)
        transcript = Path(folder) / f"{audio.stem}.txt"
        words = transcript.read_text() if way == "fanscribe" else said.read().decode()
    normal = EnglishTextNormalizer()
    wer = jiwer.wer(normal(text), normal(words)) if text else None
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, wer)


def _command(way: str, audio: Path, model: Path, hardware: Hardware, folder: str) -> list[str]:
    if way == "fanscribe":
        chosen: list[str] = []
        ours = [str(Path(sys.executable).with_name("fanscribe")), "transcribe", str(audio), "--language", "en"]
        return [*ours, "--model", str(model), "--out", folder, "--work", folder, *chosen]
    kind, _, words = way.partition(", ")
    cores = str(os.cpu_count() or 1)
    return [
        sys.executable, "-c", THEIRS, kind, words, str(audio), str(model), hardware.device, hardware.compute_type, cores
    ]  # fmt: skip


def summary(runs: Sequence[Mapping[str, Run]], seconds: float) -> dict[str, Any]:
    """Medians of each way, and of its ratios to sequential decoding in the same round."""
    found = {}
    for way in runs[0]:
        of_way = [round_[way] for round_ in runs]
        wall = statistics.median(run.wall_s for run in of_way)
        found[way] = {
            "wall_s": round(wall, 2),
            "cpu_s": round(statistics.median(run.cpu_s for run in of_way), 2),
            "peak_mb": round(statistics.median(run.peak_mb for run in of_way)),
            "rtf": round(wall / seconds, 4),
            "wer": None if of_way[0].wer is None else round(of_way[0].wer, 4),
        }
        if "sequential" in runs[0]:
            for field in ("wall_s", "cpu_s", "peak_mb"):
                ratios = [getattr(round_[way], field) / getattr(round_["sequential"], field) for round_ in runs]
                found[way][f"{field.rsplit('_', 1)[0]}_of_sequential"] = round(statistics.median(ratios), 3)
        if "batched, words" in runs[0]:
            ratios = [round_[way].wall_s / round_["batched, words"].wall_s for round_ in runs]
            found[way]["wall_of_batched_words"] = round(statistics.median(ratios), 3)
    return found


def machine() -> dict[str, Any]:
    """What the figures belong to."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    versions = {name: importlib.metadata.version(name) for name in ("faster-whisper", "ctranslate2", "onnxruntime", "av", "moto")}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "cpu": cpu[1] if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
        "commit": commit.stdout.strip(),
        "date": time.strftime("%Y-%m-%d"),
    }


def duration(audio: Path) -> float:
    with av.open(str(audio)) as container:
        return float((container.duration or 0) / 1_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", default=["tiny.en"])
    parser.add_argument("--audio", type=Path, default=LONG_EN, help="with its text beside it as .txt, for the WER")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compute-type", default="int8")
    asked = parser.parse_args()
    text = asked.audio.with_suffix(".txt").read_text() if asked.audio.with_suffix(".txt").exists() else None
    hardware = Hardware(asked.device, asked.compute_type)
    for name in asked.model:
        folder = find_model(name).folder
        rounds = []
        for number in range(asked.runs):
            rounds.append({way: measured(way, asked.audio, folder, hardware, text) for way in asked.ways})
            walls = ", ".join(f"{way} {run.wall_s:.1f} s" for way, run in rounds[-1].items())
            print(f"{name}, round {number + 1}: {walls}", flush=True)
        result = {"model": find_model(name).name, "audio": asked.audio.name, "seconds": round(duration(asked.audio), 1)}
        result |= dataclasses.asdict(hardware) | {"runs": asked.runs, "ways": summary(rounds, duration(asked.audio))} | machine()
        report(result)
        RESULTS.mkdir(exist_ok=True)
        target = RESULTS / f"{result['model']}-{asked.device}-{asked.compute_type}.json"
        target.write_text(json.dumps(result, indent=2) + "\n")


def report(result: Mapping[str, Any]) -> None:
    print(f"{'way':20}{'wall s':>8}{'of seq.':>9}{'CPU s':>8}{'of seq.':>9}{'MB':>6}{'of seq.':>9}{'RTF':>8}{'WER %':>7}")
    for way, of in result["ways"].items():
        wer = "" if of["wer"] is None else f"{100 * of['wer']:7.2f}"
        ratios = [of.get(f"{name}_of_sequential", float("nan")) for name in ("wall", "cpu", "peak")]
        print(
            f"{way:20}{of['wall_s']:8.1f}{ratios[0]:9.2f}{of['cpu_s']:8.1f}{ratios[1]:9.2f}"
            f"{of['peak_mb']:6}{ratios[2]:9.2f}{of['rtf']:8.4f}{wer}"
        )


if __name__ == "__main__":
    main()
