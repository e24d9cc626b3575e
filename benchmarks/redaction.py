"""How much personal data redaction finds, kind by kind, and what it takes for some.

    python -m benchmarks.redaction [--spoken] [--each 30] [--show]

On labelled sets (benchmarks/personal_data.py): one that is made by templates and one by hand, as
text, and with --spoken the first as espeak-ng speaks it and the packaged tiny.en reads it. --show
lists what was not found.

On text a value counts as found if every word of it is covered, by whatever kind. In speech, which a
model may mishear, it counts as found if a mark of its kind stands in its sentence and none of its
digits or names are left: runs of three digits, words of three letters.
"""

import argparse
import json
import re
import subprocess
import tempfile
import wave
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.personal_data import EACH, Sentence, by_hand, sentences
from benchmarks.speed import with_table
from fanscribe.documents.redaction import KINDS, Kind
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.redaction.find import find
from fanscribe.transcript.redaction.recognizers import load_recognizers
from fanscribe.transcript.redaction.spoken import as_typed, plain, runs
from tests.support.builders import a_transcript

RESULTS = Path(__file__).with_name("results") / "redaction.json"
PAGE, MARK = Path(__file__).parent.parent / "docs" / "redaction.md", "redaction"
PAUSE_S = 2.5  # between sentences
SPOKEN_EACH = 12  # sentences of a kind that are spoken


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spoken", action="store_true")
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--each", type=int)
    parser.add_argument("--show", action="store_true")
    chosen = parser.parse_args()
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if chosen.spoken:
        each = chosen.each or SPOKEN_EACH
        tallies = {f"spoken, {chosen.model}": on_speech(each, chosen.model)}
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
