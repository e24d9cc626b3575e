"""Vocabulary and names by numbers: how many terms are written as they should be, before and after;
word errors; what a list of terms that nobody said does; and Merge's time and memory with all of it.

    python -m benchmarks.wording [FOLDER]

Terms are spoken by flite (a Debian package) in sentences (terms.json); those of "tuning" chose the
bounds in vocabulary.py, those of "test" hardly any. "announcements" are read sentences with one
before each (recordings.py), some with a name. long-en is half an hour of LibriVox; 1,000
terms that it has nothing to do with are in unrelated-terms.txt. Words are read by tiny.en, once:
FOLDER (build/wording) keeps sound and readings. Writes benchmarks/results/wording/tiny.en.json.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.made_day import JOB, documents
from benchmarks.memory import peak_mb
from benchmarks.recordings import ROOT, load, of_short_pieces, store
from benchmarks.speed import LONG_EN, RESULTS, machine
from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import MergeTask
from fanscribe.documents.plan import Plan
from fanscribe.documents.reading import Part
from fanscribe.documents.wording import WordListText
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.merge import merge
from fanscribe.times import SAMPLE_RATE
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.wording.tokens import key_of
from fanscribe.transcript.wording.word_lists import Term, WordLists, read_vocabulary
from fanscribe.transcript.wording.worded import worded
from tests.support.fakes import MemoryStorage

SPOKEN = json.loads((ROOT / "benchmarks" / "terms.json").read_text("utf-8"))
UNRELATED = (ROOT / "benchmarks" / "unrelated-terms.txt").read_text("utf-8")
VOICES = ("slt", "rms", "awb")
PAUSE = np.zeros(SAMPLE_RATE * 6 // 10, np.int16)
RESULT = RESULTS / "wording" / "tiny.en.json"
HOURS = 24
NOTHING = OutputOptions()
NAMES = OutputOptions(consistent_names=True)


@dataclass(frozen=True)
class Read:
    """A recording as the model read it, and what was said."""

    transcript: Transcript
    text: str
    terms: Sequence[Term]


# ── Sound and readings ────────────────────────────────────────────────────────────────────────────


def sentences(name: str) -> Iterator[tuple[str, str]]:
    """What is said, with a voice for each sentence."""
    spoken = SPOKEN[name]
    for i, sentence in enumerate(spoken["sentences"]):
        for j, term in enumerate(spoken["terms"]):
            yield sentence.format(term.split("\t")[0]), VOICES[(i + j) % len(VOICES)]


def say(name: str, file: Path) -> None:
    pieces = []
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said.wav"
        for text, voice in sentences(name):
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", said], check=True)
            pieces += [load(said), PAUSE]
    file.write_bytes(write_wav(np.concatenate(pieces)))


def read(name: str, folder: Path) -> Read:
    if name == "long-en":
        file, text = LONG_EN, LONG_EN.with_suffix(".txt").read_text("utf-8")
        listed = SPOKEN[name]
    elif name == "announcements":
        clip = of_short_pieces()["sentences, long pauses"]
        file, text, listed = folder / f"{name}.wav", clip.text, SPOKEN[name]
        store(clip, file)
    else:
        file, text = folder / f"{name}.wav", " ".join(said for said, _ in sentences(name))
        listed = SPOKEN[name]["terms"]
        if not file.exists():
            say(name, file)
    work = folder / f"{name}.work"
    if not work.exists():
        command = f"transcribe {file} --language en --formats txt --work {work} --out {folder}"
        fanscribe = str(Path(sys.executable).with_name("fanscribe"))
        subprocess.run([fanscribe, *command.split()], check=True)
    return Read(built(work), text, read_vocabulary("\n".join(listed)))


def built(work: Path) -> Transcript:
    """The transcript of the job that is kept there."""
    (job,) = (work / "jobs").iterdir()
    plan = Plan.model_validate_json((job / "plan.json").read_bytes())
    parts = [Part.model_validate_json(file.read_bytes()) for file in job.glob("parts/*.json")]
    readings = {each.tile: each for part in parts for each in part.readings}
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))


# ── Counting ──────────────────────────────────────────────────────────────────────────────────────


def counted(text: str, terms: Sequence[Term]) -> Counter[str]:
    """How often each term stands there, letter by letter."""
    found = Counter[str]()
    padded = f" {' '.join(text.split())} "
    for term in terms:
        pieces = padded.split(term.display)
        found[term.display] = sum(
            not (before[-1:].isalnum() or after[:1].isalnum()) for before, after in pairwise(pieces)
        )
    return found


def scores(transcript: Transcript, said: Read) -> dict[str, Any]:
    normal = EnglishTextNormalizer()
    spoken, written = counted(said.text, said.terms), counted(transcript.text, said.terms)
    return {
        "spoken": spoken.total(),
        "right": (spoken & written).total(),
        "too_many": (written - spoken).total(),
        "word_errors": round(100 * jiwer.wer(normal(said.text), normal(transcript.text)), 2),
    }


def edited(said: Read, terms: Sequence[Term], output: OutputOptions) -> Transcript:
    return worded(said.transcript, WordLists(vocabulary=tuple(terms) or None), output)


def measured(name: str, folder: Path) -> dict[str, Any]:
    said = read(name, folder)
    own = {key_of(term.display) for term in said.terms}
    strangers = [each for each in read_vocabulary(UNRELATED) if key_of(each.display) not in own]
    began = time.process_time()
    unrelated = edited(said, strangers, NOTHING)
    seconds = time.process_time() - began
    ways = {
        "before": said.transcript,
        "vocabulary": edited(said, said.terms, NOTHING),
        "names": edited(said, (), NAMES),
        "both": edited(said, said.terms, NAMES),
        "unrelated": unrelated,
    }
    made = [f"{each.was} -> {each.now} ({each.score})" for each in unrelated.corrections or ()]
    return {
        "words": len(said.transcript.words),
        **{way: scores(transcript, said) for way, transcript in ways.items()},
        "unrelated_terms": len(strangers),
        "unrelated_corrections": made,
        "unrelated_cpu_s": round(seconds, 2),
    }


# ── A day ─────────────────────────────────────────────────────────────────────────────────────────


def a_day(all_of_it: str) -> dict[str, float]:
    """Merge of a made day, with or without all that edits words, in a process of its own."""
    storage = MemoryStorage({("work", key): data for key, data in documents(HOURS)})
    output = OutputOptions()
    if all_of_it == "yes":
        lists = {
            "vocabulary": UNRELATED,
            "replace": "colour\tcolor\n/(\\d+) percent/\t\\1 %\n",
            "word_filter": "lamp\noil\n",
        }
        for name, text in lists.items():
            document = WordListText(text=text).model_dump_json().encode()
            storage.write("work", keys.word_list(JOB, name), document, "application/json")
        named = {name: f"sha256:{name}" for name in lists}
        output = OutputOptions.model_validate(named | {"consistent_names": True})
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    began = time.process_time()
    merge(MergeTask(execution="day", job=JOB, output=output), settings, storage)
    return {"cpu_s": round(time.process_time() - began, 1), "peak_mb": round(peak_mb())}


def alone(all_of_it: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.wording", "--day", all_of_it]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    if sys.argv[1:2] == ["--day"]:
        print(json.dumps(a_day(sys.argv[2])))
        return
    folder = Path(sys.argv[1] if sys.argv[1:] else ROOT / "build" / "wording")
    folder.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {}
    for name in ("tuning", "test", "announcements", "long-en"):
        result[name] = measured(name, folder)
        print(name, json.dumps(result[name], indent=1, ensure_ascii=False), flush=True)
    result["day"] = {"without": alone("no"), "with": alone("yes")}
    print(result["day"])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**result, **machine()}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
