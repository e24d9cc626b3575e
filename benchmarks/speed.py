"""Speed, memory and accuracy of Fanscribe beside what it wraps, in the same run, whole processes,
interleaved.

    python -m benchmarks.speed [--model tiny.en …] [--device cuda] [--compute-type float16] [--runs
    5] [--audio FILE] [--ways …] python -m benchmarks.speed --draw

Five ways to transcribe the same recording on all cores, beam 1: faster-whisper's sequential
decoding as the usual scripts do it, without and with word times; its BatchedInferencePipeline,
without and with; and `fanscribe transcribe` (state machine, S3, words, fallback, four formats).
Each run is a process from its start to its end: wall time, user and system time of it and all that
it started, and the most memory that they held together. Ratios are of the same round, then medians
are taken.

Writes benchmarks/results/<model>.json (<model>-<device>-<compute type>.json, if it is not the CPU
with int8; with -avx2 on a processor without AVX-512) with machine, versions and commit, and from
all that is there docs/speed.svg and the tables in docs/speed.md and README.md; with --draw, these
alone.
"""

import argparse
import ctypes
import importlib.metadata
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import av
import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.memory import watched
from benchmarks.recordings import CORPUS
from fanscribe.recognition.compute import ComputeType, Computing, Device, computing, cpu_features
from fanscribe.recognition.models import find_model

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
CHART, PAGE, README = ROOT / "docs" / "speed.svg", ROOT / "docs" / "speed.md", ROOT / "README.md"
END = "<!-- end -->"
LONG_EN = CORPUS / "long-en" / "fairy-tales-30min.mp3"
THEIRS = """
import sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
way, words, audio, folder, cores, device, compute_type, beam = sys.argv[1:]
model = WhisperModel(folder, device=device, compute_type=compute_type, cpu_threads=int(cores))
options = dict(language="en", word_timestamps=words == "words")
if beam != "usual":
    options |= dict(beam_size=int(beam))
if way == "batched":
    segments, _ = BatchedInferencePipeline(model).transcribe(audio, batch_size=8, **options)
else:
    segments, _ = model.transcribe(audio, **options)
print("".join(segment.text for segment in segments))
"""
ADOPTING = 36  # PR_SET_CHILD_SUBREAPER
WAYS = ("sequential", "sequential, words", "batched", "batched, words", "fanscribe")
CPU = Computing(device="cpu", compute_type="int8")
# The table that faster-whisper's users know: sizes, and where and with which numbers they were
# computed
SIZES = ("tiny.en", "base", "small", "medium", "large-v3", "distil-large-v3", "large-v3-turbo")
COLUMNS = {
    "CPU, int8": ("cpu", "int8"),
    "GPU, float16": ("cuda", "float16"),
    "GPU, int8": ("cuda", "int8"),
}


@dataclass(frozen=True)
class Run:
    """One way, once."""

    wall_s: float
    cpu_s: float
    together_mb: float  # of all its processes at once
    said: str

    def wer(self, text: str) -> float:
        """Its word errors against what was said, as a share."""
        normal = EnglishTextNormalizer()
        return float(jiwer.wer(normal(text), normal(self.said)))


def measured(way: str, audio: Path, model: Path, on: Computing = CPU, beam: int | None = 1) -> Run:
    """Run a way in a process of its own. Its last word is the transcript. Without a beam, each side
    has its own default.
    """
    _adopt_orphans()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said").open("wb+") as said:
        began = time.monotonic()
        command = _command(way, audio, model, folder, on, beam)
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
        with watched(process.pid) as peak:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        spent = [usage, *_orphans()]
        if process.returncode:
            raise RuntimeError(f"{way} ended with exit status {process.returncode}: {command}")
        said.seek(0)
        transcript = Path(folder) / f"{audio.stem}.txt"
        words = transcript.read_text() if way == "fanscribe" else said.read().decode()
    return Run(wall, sum(one.ru_utime + one.ru_stime for one in spent), peak.mb, words)


def _adopt_orphans() -> None:
    """Processes that outlive the one that started them become children of this one, where the
    system can do it: what a copied process has used is known to nobody else.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPTING, 1)


def _orphans() -> Iterator[resource.struct_rusage]:
    """Usage of each of them, and of all its descendants that have ended."""
    while True:
        try:
            yield os.wait4(-1, 0)[2]
        except ChildProcessError:
            return


def _command(  # noqa: PLR0913, PLR0917  (all that is said on the command line)
    way: str, audio: Path, model: Path, folder: str, on: Computing, beam: int | None
) -> list[str]:
    if way == "fanscribe":
        ours = [
            str(Path(sys.executable).with_name("fanscribe")),
            "transcribe",
            str(audio),
            "--language",
            "en",
        ]
        ours += ["--device", on.device, "--compute-type", on.compute_type]
        ours += ["--beam-size", str(beam)] if beam else []
        return [*ours, "--model", str(model), "--out", folder, "--work", folder]
    kind, _, words = way.partition(", ")
    theirs = [
        sys.executable,
        "-c",
        THEIRS,
        kind,
        words,
        str(audio),
        str(model),
        str(os.cpu_count() or 1),
    ]
    return [*theirs, on.device, on.compute_type, str(beam or "usual")]


def summary(runs: Sequence[Mapping[str, Run]], seconds: float, text: str | None) -> dict[str, Any]:
    """Medians of each way, and of its ratios to sequential decoding in the same round."""
    found = {}
    for way in runs[0]:
        of_way = [round_[way] for round_ in runs]
        wall = statistics.median(run.wall_s for run in of_way)
        found[way] = {
            "wall_s": round(wall, 2),
            "cpu_s": round(statistics.median(run.cpu_s for run in of_way), 2),
            "together_mb": round(statistics.median(run.together_mb for run in of_way)),
            "rtf": round(wall / seconds, 4),
            "wer": None if text is None else round(of_way[0].wer(text), 4),
        }
        if "sequential" in runs[0]:
            for field in ("wall_s", "cpu_s", "together_mb"):
                ratios = [
                    getattr(round_[way], field) / getattr(round_["sequential"], field)
                    for round_ in runs
                ]
                found[way][f"{field.rsplit('_', 1)[0]}_of_sequential"] = round(
                    statistics.median(ratios), 3
                )
        if "batched, words" in runs[0]:
            ratios = [round_[way].wall_s / round_["batched, words"].wall_s for round_ in runs]
            found[way]["wall_of_batched_words"] = round(statistics.median(ratios), 3)
    return found


def machine() -> dict[str, Any]:
    """The machine and the versions of the figures."""
    cpu = (
        re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        if Path("/proc/cpuinfo").exists()
        else None
    )
    versions = {
        name: importlib.metadata.version(name)
        for name in ("faster-whisper", "ctranslate2", "onnxruntime", "av", "moto")
    }
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "cpu": cpu[1] if cpu else platform.processor(),
        "features": cpu_features(),
        "cores": os.cpu_count(),
        "gpu": gpu(),
        "python": platform.python_version(),
        "versions": versions,
        "commit": commit.stdout.strip(),
        "date": time.strftime("%Y-%m-%d"),
    }


def gpu() -> str | None:
    """The name of the first NVIDIA GPU, where there is one."""
    if not shutil.which("nvidia-smi"):
        return None
    asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    return next(
        iter(
            subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
        ),
        None,
    )


def duration(audio: Path) -> float:
    with av.open(str(audio)) as container:
        return float((container.duration or 0) / 1_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", nargs="+", default=["tiny.en"])
    parser.add_argument("--device", choices=get_args(Device), default="cpu")
    parser.add_argument(
        "--compute-type", choices=get_args(ComputeType), help="by default int8, on a GPU float16"
    )
    parser.add_argument(
        "--audio", type=Path, default=LONG_EN, help="with its text beside it as .txt, for the WER"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    asked = parser.parse_args()
    if not asked.draw:
        said = {"FANSCRIBE_DEVICE": asked.device}
        said |= {"FANSCRIBE_COMPUTE_TYPE": asked.compute_type} if asked.compute_type else {}
        measure(asked.model, asked.audio, asked.runs, asked.ways, computing(said))
    files = sorted(RESULTS.glob("*.json"), key=lambda file: file.stem)
    results = [found for file in files if "ways" in (found := json.loads(file.read_text()))]
    CHART.write_text(chart(results))
    page = with_table(PAGE.read_text(), "speed", table(results))
    PAGE.write_text(with_table(page, "devices", classic(results)))
    README.write_text(with_table(README.read_text(), "speed", brief(results)))


def measure(
    models: Sequence[str], audio: Path, runs: int, ways: Sequence[str], on: Computing
) -> None:
    text = audio.with_suffix(".txt").read_text() if audio.with_suffix(".txt").exists() else None
    for name in models:
        folder = find_model(name).folder
        rounds = []
        for number in range(runs):
            rounds.append({way: measured(way, audio, folder, on) for way in ways})
            walls = ", ".join(f"{way} {run.wall_s:.1f} s" for way, run in rounds[-1].items())
            print(f"{name}, round {number + 1}: {walls}", flush=True)
        result = {
            "model": find_model(name).name,
            "audio": audio.name,
            "seconds": round(duration(audio), 1),
        }
        result |= (
            on.model_dump()
            | {"runs": runs, "ways": summary(rounds, duration(audio), text)}
            | machine()
        )
        report(result)
        RESULTS.mkdir(exist_ok=True)
        stem = find_model(name).name + ("" if on == CPU else f"-{on.device}-{on.compute_type}")
        stem += "-avx2" if narrow(result) else ""
        (RESULTS / f"{stem}.json").write_text(json.dumps(result, indent=2) + "\n")


def report(result: Mapping[str, Any]) -> None:
    print(
        f"{'way':20}{'wall s':>8}{'of seq.':>9}{'CPU s':>8}{'of seq.':>9}"
        f"{'MB':>6}{'of seq.':>9}{'RTF':>8}{'WER %':>7}"
    )
    for way, of in result["ways"].items():
        wer = "" if of["wer"] is None else f"{100 * of['wer']:7.2f}"
        ratios = [
            of.get(f"{name}_of_sequential", float("nan")) for name in ("wall", "cpu", "together")
        ]
        print(
            f"{way:20}{of['wall_s']:8.1f}{ratios[0]:9.2f}{of['cpu_s']:8.1f}{ratios[1]:9.2f}"
            f"{of['together_mb']:6}{ratios[2]:9.2f}{of['rtf']:8.4f}{wer}"
        )


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """One row for each way of each model."""
    lines = [
        ("| model | way | wall | of sequential | CPU | of sequential | memory | RTF | WER |"),
        "|---" * 9 + "|",
    ]
    for result in results:
        for way, of in result["ways"].items():
            wer = "" if of["wer"] is None else f"{100 * of['wer']:.2f} %"
            times = (
                f"{of['wall_s']:.0f} s | {of['wall_of_sequential']:.2f} | "
                f"{of['cpu_s']:.0f} s | {of['cpu_of_sequential']:.2f}"
            )
            lines.append(
                f"| {_title(result)} | {way} | {times} | "
                f"{memory_of(way, of)} | {of['rtf']:.3f} | {wer} |"
            )
    return "\n".join(lines)


def brief(results: Sequence[Mapping[str, Any]]) -> str:
    """One row for each model, of the three ways that one chooses between, on a CPU."""
    ways = {
        "sequential": "sequential",
        "batched, words": "batched, with word times",
        "fanscribe": "Fanscribe",
    }
    lines = [f"| model | {' | '.join(ways.values())} |", "|---" * (len(ways) + 1) + "|"]
    for result in (result for result in results if _computed(result)[0] == "cpu"):
        found = ((way, result["ways"][way]) for way in ways)
        cells = [
            f"{of['wall_s']:.0f} s, {memory_of(way, of)}, {100 * of['wer']:.1f} % errors"
            for way, of in found
        ]
        lines.append(f"| {_title(result)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def memory_of(way: str, of: Mapping[str, Any]) -> str:
    """Of all processes. Earlier results have the largest, which is all that the others have."""
    if "together_mb" in of:
        return f"{of['together_mb']:,} MB"
    largest = "largest process " if way == "fanscribe" else ""
    return f"{largest}{of['peak_mb']:,} MB"


def classic(results: Sequence[Mapping[str, Any]]) -> str:
    """Sizes against devices, with AVX-512: the real-time factor, and wall time as a share of
    sequential decoding's.
    """
    wide = [result for result in results if not narrow(result)]
    found = {(size_of(result["model"]), _computed(result)): result["ways"] for result in wide}
    lines = [f"| model | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for size in SIZES:
        ways = [found.get((size, on), {}).get("fanscribe") for on in COLUMNS.values()]
        cells = [
            f"{of['rtf']:.3f}, {of['wall_of_sequential']:.2f}" if of else "not run" for of in ways
        ]
        lines.append(f"| {size} | {' | '.join(cells)} |")
    return "\n".join(lines)


def size_of(model: str) -> str:
    """The name of the model in a folder such as `faster-whisper-base`."""
    return max((size for size in SIZES if model.endswith(size)), key=len, default=model)


def _title(result: Mapping[str, Any]) -> str:
    device, compute_type = _computed(result)
    on = "" if device == "cpu" else f", {device} {compute_type}"
    return f"{result['model']}{on}{', no AVX-512' if narrow(result) else ''}"


def narrow(result: Mapping[str, Any]) -> bool:
    """Whether the processor had no AVX-512.

    The first results, which don't say, are of one that has it.
    """
    features = result.get("features")
    return features is not None and not any(feature.startswith("avx512") for feature in features)


def _computed(result: Mapping[str, Any]) -> tuple[str, str]:
    return result.get("device", "cpu"), result.get("compute_type", "int8")


def with_table(page: str, name: str, made: str) -> str:
    """The page with one table made anew."""
    begin = page.index(f"<!-- {name} -->\n") + len(f"<!-- {name} -->\n")
    return f"{page[:begin]}\n{made}\n\n{page[page.index(END, begin) :]}"


# pixels of the chart: a row, where bars begin, a bar of 1.0, all
ROW, LEFT, FULL, WIDTH = 26, 150, 420, 720


def chart(results: Sequence[Mapping[str, Any]]) -> str:
    """Wall time as a share of sequential decoding, one bar for each way, with its word errors."""
    rows: list[str] = []
    y = 10
    for result in results:
        y += ROW
        rows.append(f'<text x="10" y="{y}" class="model">{_title(result)}</text>')
        for way, of in result["ways"].items():
            y += ROW
            width = round(FULL * of["wall_of_sequential"])
            kind = "ours" if way == "fanscribe" else "theirs"
            figure = f"{of['wall_of_sequential']:.2f}" + (
                "" if of["wer"] is None else f" · {100 * of['wer']:.1f} % errors"
            )
            rows += [
                f'<text x="{LEFT - 10}" y="{y}" class="way">{way}</text>',
                f'<rect x="{LEFT}" y="{y - 14}" width="{width}" height="18" class="{kind}"/>',
                f'<text x="{LEFT + width + 8}" y="{y}">{figure}</text>',
            ]
    style = (
        "text{font:14px system-ui,sans-serif;fill:#333}.way{text-anchor:end}.model{font-weight:600}"
        ".ours{fill:#a8400f}.theirs{fill:#c9c3b8}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.ours{fill:#f2a26b}.theirs{fill:#5a554d}}"
    )
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 20}" role="img">'
    title = "<title>Wall time as a share of sequential faster-whisper, and word errors</title>"
    return "\n".join([opening, title, f"<style>{style}</style>", *rows, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
