"""What biased decoding brings: tiles in which something sounds like a term are read once more, with
these terms as hotwords. Nothing of the project does so (docs/adr/0025-wording.md).

    python -m benchmarks.biased [FOLDER] [--only long-en …] [--lists own unrelated "own everywhere"]

Recordings, terms and first readings are those of benchmarks.wording, in FOLDER (build/wording),
which keeps the second readings, too. Lists are the terms that are said (own), 1,000 that are not,
or both. A passage sounds like a term here from a likeness of 0.6 on, with many terms of 0.7. Counts
terms and word errors before and after the corrections of `vocabulary`, with the first readings,
with all second ones, and with those that have more terms. With "everywhere", a list's first terms
are hotwords of all tiles (of long-en of every second one), as `hotwords=@vocabulary` has them.
Writes benchmarks/results/wording/biased.json.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.recordings import ROOT, tiled
from benchmarks.speed import LONG_EN, RESULTS, machine
from benchmarks.wording import NOTHING, UNRELATED, Read, counted, edited, read, scores
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Plan
from fanscribe.documents.reading import Part, Reading
from fanscribe.recognition.models import find_model
from fanscribe.recognition.whisper import WhisperRecognizer
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.wording.hotwords import hotwords_of
from fanscribe.transcript.wording.said_text import said_text
from fanscribe.transcript.wording.sounds import Sound, likeness, sound_of
from fanscribe.transcript.wording.tokens import key_of
from fanscribe.transcript.wording.vocabulary import DOUBTFUL, MOST_TOKENS, SURE
from fanscribe.transcript.wording.word_lists import Term, read_vocabulary

RESULT = RESULTS / "wording" / "biased.json"
MODEL = "tiny.en"
LANGUAGE = "en"
MOST = 10  # hotwords of a tile
SHORTEST = 4  # letters of a passage that may sound like a term
SPARE = 3  # letters by which it may be longer or shorter
FEW, MANY = 0.6, 0.7  # likeness from which on it does, of a short list and of a long one
SHORT_LIST = 100  # terms

Spelled = tuple[str, Sound]


@dataclass(frozen=True)
class FirstReadings:
    """A job's plan and readings, as benchmarks.wording keeps them."""

    plan: Plan
    readings: Mapping[int, Reading]

    @classmethod
    def of(cls, work: Path) -> "FirstReadings":
        (job,) = (work / "jobs").iterdir()
        parts = [Part.model_validate_json(file.read_bytes()) for file in job.glob("parts/*.json")]
        plan = Plan.model_validate_json((job / "plan.json").read_bytes())
        return cls(plan, {each.tile: each for part in parts for each in part.readings})

    def transcript(self, others: Mapping[int, Reading] | None = None) -> Transcript:
        """With some readings in the place of the first."""
        readings = {**self.readings, **(others or {})}
        return build_transcript(self.plan, readings, settle_ledger(self.plan, readings, {}))


def sounding(reading: Reading, spelled: Sequence[Spelled], least: float) -> list[str]:
    """The terms that doubtful passages of a tile sound like, the likest first."""
    said = said_text(reading.words)
    best: dict[str, float] = {}
    for first in range(len(said.tokens)):
        surest = 1.0
        for last in range(first, min(first + MOST_TOKENS, len(said.tokens))):
            surest = min(surest, said.sure[last])
            if said.sure[last] >= SURE:
                break
            passage = "".join(token.key for token in said.tokens[first : last + 1])
            sound = sound_of(passage, LANGUAGE)
            if surest >= DOUBTFUL or len(sound.letters) < SHORTEST:
                continue
            for display, term in spelled:
                if abs(len(term.letters) - len(sound.letters)) <= SPARE:
                    best[display] = max(best.get(display, 0), likeness(sound, term))
    likely = sorted((-alike, display) for display, alike in best.items() if alike >= least)
    return [display for _, display in likely[:MOST]]


def read_again(
    first: FirstReadings, audio: Path, terms: Sequence[Term], every: int, kept: Path
) -> dict[str, Any]:
    """Second readings of tiles by their number, with their hotwords and the CPU that they took.

    `every`: all terms for so many tiles, 0: to each tile those that it sounds like.
    """
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        return found
    spelled = [
        (each.display, sound_of(text, LANGUAGE)) for each in terms for text in each.spellings
    ]
    least = FEW if len(terms) <= SHORT_LIST else MANY
    hot = {
        i: [hotwords_of(terms)] if every else sounding(reading, spelled, least)
        for i, reading in first.readings.items()
        if not every or i % every == 0
    }
    _, sound = tiled(audio)
    recognizer = WhisperRecognizer(find_model(MODEL).folder, 1)
    second, began = dict[str, Any](), time.process_time()
    for tile in first.plan.tiles:
        if hotwords := hot.get(tile.index):
            options = first.plan.options.model_copy(update={"hotwords": ", ".join(hotwords)})
            reading = one(recognizer, first, tile.index, sound[tile.start : tile.end], options)
            second[str(tile.index)] = {"hot": hotwords, "reading": reading.model_dump(mode="json")}
    result = {"cpu": time.process_time() - began, "found": second}
    kept.write_text(json.dumps(result), "utf-8")
    return result


def one(
    recognizer: WhisperRecognizer,
    first: FirstReadings,
    tile: int,
    sound: Any,
    options: ReadingOptions,
) -> Reading:
    (found,) = (each for each in first.plan.tiles if each.index == tile)
    (reading,) = recognizer.read([found], [sound], LANGUAGE, options)
    return reading


def ways(
    first: FirstReadings, again: Mapping[str, Any], terms: Sequence[Term]
) -> Iterator[tuple[str, dict[int, Reading]]]:
    """Which second readings are taken."""
    second = {
        int(tile): Reading.model_validate(each["reading"]) for tile, each in again["found"].items()
    }

    def written(tile: int, reading: Reading) -> int:
        alone = Read(first.transcript({tile: reading}), "", terms)
        return counted(edited(alone, terms, NOTHING).text, terms).total()

    yield "first", {}
    yield "all second", second
    yield (
        "second with more terms",
        {
            tile: reading
            for tile, reading in second.items()
            if written(tile, reading) > written(tile, first.readings[tile])
        },
    )


def measured(name: str, listed: str, folder: Path) -> dict[str, Any]:
    said = read(name, folder)
    own = {key_of(term.display) for term in said.terms}
    strangers = [each for each in read_vocabulary(UNRELATED) if key_of(each.display) not in own]
    lists = {"own": [*said.terms], "unrelated": strangers, "both": [*said.terms, *strangers]}
    terms = lists[listed.split(maxsplit=1)[0]]
    every = (2 if name == "long-en" else 1) if listed.endswith("everywhere") else 0
    first = FirstReadings.of(folder / f"{name}.work")
    audio = LONG_EN if name == "long-en" else folder / f"{name}.wav"
    kept = folder / f"{name}.{listed.replace(' ', '-')}.again.json"
    again = read_again(first, audio, terms, every, kept)
    result: dict[str, Any] = {
        "tiles": len(first.readings),
        "read_again": len(again["found"]),
        "cpu_s": round(again["cpu"], 1),
    }
    for way, others in ways(first, again, terms):
        each = Read(first.transcript(others), said.text, said.terms)
        fixed = edited(each, terms, NOTHING)
        unsaid = counted(fixed.text, strangers) - counted(said.text, strangers)
        result[way] = {
            "tiles": len(others),
            "read": scores(each.transcript, each),
            "corrected": scores(fixed, each) | {"unrelated": dict(unsaid)},
            "sentence_marks": sum(each.transcript.text.count(mark) for mark in ".?!"),
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "wording")
    parser.add_argument("--only", nargs="+", default=["tuning", "test", "long-en"])
    parser.add_argument("--lists", nargs="+", default=["own", "unrelated", "both"])
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    known = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    for name in chosen.only:
        for listed in chosen.lists:
            known[f"{name}, {listed}"] = measured(name, listed, chosen.folder)
            print(name, listed, json.dumps(known[f"{name}, {listed}"], indent=1), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(known | machine(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
