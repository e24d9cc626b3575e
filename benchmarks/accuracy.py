"""Accuracy and CPU of Fanscribe beside what it wraps, in the same run, whole processes,
interleaved.

    python -m benchmarks.accuracy [--model tiny.en] [--beam 1] [--runs 1] [--only long-en …] [--in
    noise music] [--at 15 5 0 -5] [--minutes 12]

Three ways to transcribe the same recording on all cores, int8: faster-whisper's sequential decoding
as the usual scripts do it, its BatchedInferencePipeline with word times, and `fanscribe transcribe`
(state machine, words, fallback, four formats). Without --beam each has its own default, which for
faster-whisper is 5, with context and temperatures. CPU is user and system time of all processes of
a way, from start to end.

--in takes the first --minutes of long-en and mixes them with noise, with music or both in turn,
--at so many dB.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.recordings import BACKGROUNDS, CORPUS, mixed, of_short_pieces, opening, store
from benchmarks.speed import measured
from fanscribe.recognition.models import find_model

WAYS = ("sequential", "batched, words", "fanscribe")
DECIBELS = (15, 5, 0, -5)
MINUTE = 60_000  # ms


@dataclass(frozen=True)
class Recording:
    """A file, and what is said in it."""

    name: str
    audio: Path
    text: str


def recordings(folder: Path) -> Iterator[Recording]:
    """long-en, and recordings of short pieces written into `folder`."""
    long_en = CORPUS / "long-en" / "fairy-tales-30min.mp3"
    yield Recording("long-en", long_en, long_en.with_suffix(".txt").read_text())
    for name, clip in of_short_pieces().items():
        yield Recording(
            name,
            store(clip, folder / f"{name.replace(', ', '-').replace(' ', '-')}.wav"),
            clip.text,
        )


def in_background(
    names: Sequence[str], levels: Sequence[int], minutes: int, folder: Path
) -> Iterator[Recording]:
    """The opening of long-en, mixed, written into `folder`."""
    said = opening(minutes * MINUTE)
    for name in names:
        for level in levels:
            clip = mixed(said, name, level)
            yield Recording(
                f"{name}, {level} dB", store(clip, folder / f"{name}{level}.wav"), clip.text
            )


@dataclass(frozen=True)
class Result:
    """One way on one recording."""

    wer: float
    substitutions: int
    deletions: int
    insertions: int
    cpu: float


def result_of(way: str, recording: Recording, model: Path, beam: int | None) -> Result:
    normal = EnglishTextNormalizer()
    run = measured(way, recording.audio, model, beam=beam)
    counted = jiwer.process_words(normal(recording.text), normal(run.said))
    return Result(
        counted.wer, counted.substitutions, counted.deletions, counted.insertions, run.cpu_s
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--beam", type=int, help="of all ways; by default each has its own")
    parser.add_argument("--only", nargs="+", help="the recordings of these names")
    parser.add_argument("--in", dest="background", nargs="+", choices=BACKGROUNDS)
    parser.add_argument("--at", nargs="+", type=int, default=DECIBELS, help="dB")
    parser.add_argument("--minutes", type=int, default=12, help="of long-en, in a background")
    asked = parser.parse_args()
    model = find_model(asked.model).folder
    print(
        f"{'recording':26}{'way':16}{'WER %':>7}{'S':>6}{'D':>6}{'I':>6}"
        f"{'CPU s':>8}{'of sequential':>15}"
    )
    with tempfile.TemporaryDirectory() as folder:
        found = (
            in_background(asked.background, asked.at, asked.minutes, Path(folder))
            if asked.background
            else recordings(Path(folder))
        )
        for recording in found:
            if not asked.only or recording.name in asked.only:
                runs = [
                    [result_of(way, recording, model, asked.beam) for way in WAYS]
                    for _ in range(asked.runs)
                ]
                report(recording, runs)


def report(recording: Recording, runs: list[list[Result]]) -> None:
    """Medians over the runs: CPU, and its ratio to sequential decoding in the same run."""
    for i, way in enumerate(WAYS):
        result = runs[0][i]
        cpu = statistics.median(run[i].cpu for run in runs)
        ratio = statistics.median(run[i].cpu / run[0].cpu for run in runs)
        counts = f"{result.substitutions:6}{result.deletions:6}{result.insertions:6}"
        print(
            f"{recording.name:26}{way:16}{100 * result.wer:7.2f}{counts}{cpu:8.1f}{ratio:15.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
