"""How much personal data redaction finds, kind by kind, and what it takes for some.

    python -m benchmarks.redaction [--spoken [--model base]] [--parted] [--each 30] [--show]
    python -m benchmarks.redaction --day

On labelled sets (benchmarks/personal_data.py): one that is made by templates and one by hand, as
text, and with --spoken the first as espeak-ng speaks it and a model (tiny.en, or a folder) reads
it. --parted cuts each text in or before its value, as a pause does after which the model begins a
new sentence. --show lists what was not found. --day measures time and memory of FindPersonalData
and Merge for a made day.

On text a value counts as found if every word of it is covered, by whatever kind. In speech, which a
model may mishear, it counts as found if a mark of its kind stands in its sentence and none of its
digits or names are left: runs of three digits, words of three letters.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.made_day import JOB, documents
from benchmarks.memory import peak_mb
from benchmarks.personal_data import EACH, SEED, Sentence, by_hand, sentences
from benchmarks.speed import with_table
from fanscribe import keys
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.payloads import MergeTask, PersonalDataTask
from fanscribe.documents.redaction import KINDS, Kind
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.find_personal_data import find_personal_data
from fanscribe.steps.merge import merge
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.redaction.find import find
from fanscribe.transcript.redaction.recognizers import load_recognizers
from fanscribe.transcript.redaction.spoken import as_typed, plain, runs
from tests.support.builders import a_transcript
from tests.support.fakes import MemoryStorage

RESULTS = Path(__file__).with_name("results") / "redaction.json"
PAGE, MARK = Path(__file__).parent.parent / "docs" / "redaction.md", "redaction"
PAUSE_S = 2.5  # between sentences
SPOKEN_EACH = 12  # sentences of a kind that are spoken
HOURS = 24


class Score(NamedTuple):
    """Counts of one kind: values, those found, those found as this kind, marks, and wrong ones."""

    values: int
    found: int
    of_kind: int
    marks: int
    wrong: int

    @property
    def row(self) -> dict[str, float]:
        return {
            "values": self.values,
            "recall": round(self.found / max(1, self.values), 3),
            "recall_of_kind": round(self.of_kind / max(1, self.values), 3),
            "precision": round(1 - self.wrong / max(1, self.marks), 3),
        }


class Tally:
    """Counts by kind, and what was missed."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[Kind]] = {
            name: Counter() for name in ("values", "found", "of_kind", "marks", "wrong")
        }
        self.missed: list[str] = []

    def rows(self) -> dict[str, dict[str, float]]:
        return {
            kind: Score(*(self.counts[name][kind] for name in self.counts)).row for kind in KINDS
        }


def on_text(said: Sequence[Sentence]) -> Tally:
    """Each sentence by itself."""
    tally, finders = Tally(), load_recognizers(KINDS)
    for sentence in said:
        found = find(a_transcript(sentence.text), KINDS, finders)
        covered = {i: mark.kind for mark in found for i in range(mark.first, mark.last + 1)}
        for number, value in enumerate(sentence.values):
            places = [i for i, of in enumerate(sentence.of) if of == number]
            tally.counts["values"][value.kind] += 1
            if all(place in covered for place in places):
                tally.counts["found"][value.kind] += 1
                same = {covered[place] for place in places} == {value.kind}
                tally.counts["of_kind"][value.kind] += same
            else:
                tally.missed.append(f"{value.kind}: {sentence.text}")
        for mark in found:
            tally.counts["marks"][mark.kind] += 1
            if all(sentence.of[i] is None for i in range(mark.first, mark.last + 1)):
                tally.counts["wrong"][mark.kind] += 1
                words = " ".join(sentence.words[mark.first : mark.last + 1])
                tally.missed.append(f"not {mark.kind}: {words} | {sentence.text}")
    return tally


def parted(said: Sequence[Sentence]) -> Iterator[Sentence]:
    """Sentences with a value, each cut in two before one of the value's words."""
    chance = random.Random(SEED)
    for sentence in said:
        inside = [i for i, of in enumerate(sentence.of) if of is not None and i]
        if inside:
            words, at = list(sentence.words), chance.choice(inside)
            words[at - 1] = f"{words[at - 1].rstrip(',.;:')}."
            words[at] = words[at][:1].upper() + words[at][1:]
            yield sentence._replace(words=words)


def on_speech(each: int, model: str) -> Tally:
    """All sentences as one recording, with pauses between them."""
    # Here, as a text needs no model of speech
    from tests.support.steps_in_memory import transcribed_here  # noqa: PLC0415

    said = sentences(each)
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "said.wav"
        ends = list(_speak(said, recording, Path(folder)))
        done = transcribed_here(recording, model, language="en", formats="json")
    return _heard(said, ends, done.printed)


def _speak(said: Sequence[Sentence], recording: Path, folder: Path) -> Iterator[float]:
    """Speak sentences into a file. Gives when each ends, with half of the pause after it."""
    one, at = folder / "one.wav", 0.0
    with wave.open(str(recording), "wb") as out:
        for i, sentence in enumerate(said):
            subprocess.run(
                ["espeak-ng", "-v", "en-us", "-s", "145", "-w", str(one), sentence.text], check=True
            )
            with wave.open(str(one)) as spoken:
                if i == 0:
                    out.setparams(spoken.getparams())
                out.writeframes(spoken.readframes(spoken.getnframes()))
                out.writeframes(b"\0\0" * int(PAUSE_S * spoken.getframerate()))
                at += spoken.getnframes() / spoken.getframerate() + PAUSE_S
            yield at - PAUSE_S / 2


def _heard(said: Sequence[Sentence], ends: Sequence[float], printed: dict[str, object]) -> Tally:
    """The words that were heard, sentence by sentence, and what is found in them."""
    tally, finders = Tally(), load_recognizers(KINDS)
    segments = printed["segments"]
    assert isinstance(segments, list)
    start = 0.0
    for sentence, end in zip(said, ends, strict=True):
        heard = [
            word
            for segment in segments
            if start <= segment["start"] < end
            for word in segment["text"].split()
        ]
        start = end
        if not heard:
            continue
        found = find(_transcript(heard), KINDS, finders)
        hidden = {i for mark in found for i in range(mark.first, mark.last + 1)}
        shown = [word for i, word in enumerate(heard) if i not in hidden]
        kinds = Counter(mark.kind for mark in found)
        text = f"{sentence.text} -> {' '.join(shown)} {dict(kinds)}"
        for value in sentence.values:
            tally.counts["values"][value.kind] += 1
            left = _left(value.text, shown)
            tally.counts["found"][value.kind] += bool(found) and not left
            tally.counts["of_kind"][value.kind] += kinds[value.kind] > 0 and not left
            if not found or left:
                tally.missed.append(f"{value.kind}: {text}")
        wanted = {value.kind for value in sentence.values}
        for kind, count in kinds.items():
            tally.counts["marks"][kind] += count
            if not wanted:
                tally.counts["wrong"][kind] += count
                tally.missed.append(f"not {kind}: {text}")
    return tally


def _transcript(heard: Iterable[str]) -> Transcript:
    return a_transcript(" ".join(heard))


def _left(value: str, shown: Sequence[str]) -> bool:
    """True if digits or words of a value are still to be read."""
    digits = _digits(value.split())
    there = _digits(list(shown))
    if any(digits[i : i + 3] in there for i in range(len(digits) - 2)):
        return True
    ordinary = {"dot", "underscore", "slash", "www", "com", "the", "and", "may"}
    names = {plain(word).lower() for word in value.split() if not _digits([word])}
    kept = {name for name in names if len(name) > 2 and name not in ordinary}
    return bool(kept & {plain(word).lower() for word in shown})


def _digits(words: Sequence[str]) -> str:
    return re.sub(r"\D", " ", as_typed(words, runs(words)).text).replace("  ", " ").strip()


def table(known: dict[str, dict[str, dict[str, float]]]) -> str:
    """Recall of each kind in each set, as the page has it."""
    head = ["kind", *(f"{name}" for name in known)]
    lines = [head, ["---"] * len(head)]
    for kind in KINDS:
        cells = [
            f"{100 * rows[kind]['recall']:.0f} of {rows[kind]['values']:g}"
            for rows in known.values()
        ]
        lines.append([f"`{kind}`", *cells])
    whole = []
    for rows in known.values():
        values = sum(row["values"] for row in rows.values())
        found = sum(row["recall"] * row["values"] for row in rows.values())
        whole.append(f"**{100 * found / values:.0f}** of {values:g}")
    lines.append(["all", *whole])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# ── A day ─────────────────────────────────────────────────────────────────────────────────────────


def a_day(step: str, found: Path) -> dict[str, float]:
    """One of the two steps for a made day, in this process. Places of personal data lie in `found`
    between them.
    """
    storage = MemoryStorage({("work", key): data for key, data in documents(HOURS)})
    settings = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
    output, key = OutputOptions(redact=KINDS), ("work", keys.personal_data(JOB))
    began = time.process_time()
    if step == "find":
        task = PersonalDataTask(execution="day", job=JOB, output=output)
        find_personal_data(task, settings, storage, load_recognizers)
        found.write_bytes(storage.objects[key])
    else:
        storage.objects[key] = found.read_bytes()
        merge(MergeTask(execution="day", job=JOB, output=output), settings, storage)
    return {"cpu_s": round(time.process_time() - began, 1), "peak_mb": round(peak_mb())}


def print_a_day() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for step in ("find", "merge"):
            command = [sys.executable, "-m", "benchmarks.redaction", "--step", step]
            command += ["--found", str(Path(folder) / "found.json")]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(step, done.stdout.strip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spoken", action="store_true")
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--each", type=int)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--parted", action="store_true")
    parser.add_argument("--day", action="store_true")
    parser.add_argument("--step", choices=("find", "merge"), help=argparse.SUPPRESS)
    parser.add_argument("--found", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.day:
        print_a_day()
        return
    if chosen.step:
        print(json.dumps(a_day(chosen.step, chosen.found)))
        return
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if chosen.spoken:
        each = chosen.each or SPOKEN_EACH
        tallies = {f"spoken, {Path(chosen.model).name}": on_speech(each, chosen.model)}
    elif chosen.parted:
        tallies = {"parted": on_text(list(parted(sentences(chosen.each or EACH))))}
    else:
        tallies = {"text": on_text(sentences(chosen.each or EACH)), "by hand": on_text(by_hand())}
    for name, tally in tallies.items():
        print(f"── {name}")
        for kind, row in tally.rows().items():
            print(f"{kind:14}", *(f"{key} {value:g}" for key, value in row.items()), sep="  ")
        if chosen.show:
            print(*tally.missed, sep="\n")
    rows = {name: tally.rows() for name, tally in tallies.items()}
    known |= rows
    RESULTS.write_text(json.dumps(known, indent=2) + "\n")
    if not chosen.each:
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), MARK, table(known)), "utf-8")


if __name__ == "__main__":
    main()
