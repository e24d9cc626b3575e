"""A job as long as one likes, as Split and Transcribe leave it in the work bucket: all of it read,
nothing of it real.
"""

import base64
import hashlib
import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Plan, Recording, Span, StoredAudio, Tile
from fanscribe.documents.reading import Part, Reading, Word
from fanscribe.documents.voices import SpeakerBasis, TileVoices, Utterance, Voices
from fanscribe.errors import WorkDamaged
from fanscribe.times import FRAME, SAMPLE_RATE, milliseconds
from tests.support.fakes import MemoryStorage

TEXT = Path(__file__).resolve().parents[1] / "sample" / "lighthouse-talk.txt"
JOB = "0123456789abcdef"
BATCH = 4  # tiles in a part: the template's BatchTiles
MODELS = "madeup"  # by which voices are taken
PEOPLE = 8
UTTERANCE = 2 * SAMPLE_RATE
# a letter's length and the shortest word's: some 2.8 words a second with pauses, as in the corpus
LETTER_MS, SHORTEST_MS = 62, 90
PAUSES = ((",;:", (60, 400)), (".?!", (250, 1_300)))  # ms behind a mark


def documents(hours: float, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Keys and contents: the plan, and a part for every batch."""
    chance, said = random.Random(seed), cycle(said_words())
    tiles: list[Tile] = []
    readings: list[Reading] = []
    while not tiles or tiles[-1].end < hours * 3600 * SAMPLE_RATE:
        start = tiles[-1].end if tiles else 0
        end = start + chance.randrange(25 * SAMPLE_RATE, 30 * SAMPLE_RATE) // FRAME * FRAME
        words = tuple(words_of(said, milliseconds(start) + 100, milliseconds(end) - 100, chance))
        tiles.append(Tile(index=len(tiles), start=start, end=end, speech=tuple(_speech(words))))
        scores = {
            "avg_logprob": round(-chance.random(), 6),
            "no_speech_prob": 0.0123,
            "compression_ratio": 1.6181,
        }
        readings.append(Reading(tile=tiles[-1].index, language="en", words=words, **scores))
    recording = Recording(bucket="recordings", key="day.mp3", etag="0123", samples=tiles[-1].end)
    spent = BilledTime(ms=1_000, memory_mb=10_240)
    about = {
        "recording": recording,
        "options": ReadingOptions(),
        "model": "tiny.en",
        "sound": StoredAudio(job=JOB),
    }
    plan = Plan(job=JOB, tiles=tuple(tiles), spent=(spent,), **about)
    yield keys.plan(JOB), plan.model_dump_json().encode()
    for first in range(0, len(readings), BATCH):
        batch = readings[first : first + BATCH]
        part = Part(first=batch[0].tile, last=batch[-1].tile, readings=tuple(batch), spent=spent)
        yield keys.part(JOB, part.first, part.last), part.model_dump_json().encode()


def said_words() -> list[str]:
    return TEXT.read_text("utf-8").split()


def spoken(tile: Tile) -> tuple[Word, ...]:
    """The stub's reading of a tile: the tile alone decides."""
    said = cycle(said_words())
    for _ in range(tile.index):
        next(said)
    return tuple(
        words_of(
            said,
            milliseconds(tile.start) + 100,
            milliseconds(tile.end) - 100,
            random.Random(tile.index),
        )
    )


def words_of(said: Iterator[str], now: int, end: int, chance: random.Random) -> Iterator[Word]:
    """As many as fit between two times (ms)."""
    for text in said:
        length = max(SHORTEST_MS, round(LETTER_MS * len(text) * chance.uniform(0.7, 1.3)))
        if now + length > end:
            return
        yield Word(
            text=f" {text}",
            start=now,
            end=now + length,
            probability=round(chance.betavariate(6, 1), 4),
        )
        pause = next((pause for marks, pause in PAUSES if text[-1] in marks), (0, 0))
        now += length + chance.randint(*pause)


def _speech(words: tuple[Word, ...]) -> Iterator[Span]:
    """Spans of words without a pause between them, in samples."""
    start = 0
    for word, following in zip(words, [*words[1:], None], strict=True):
        start = start or word.start
        if following is None or following.start - word.end >= 160:
            yield start * SAMPLE_RATE // 1000, word.end * SAMPLE_RATE // 1000
            start = 0


def voices(tiles: tuple[Tile, ...], seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Keys and contents, where speakers are asked for: eight people, who take turns at random."""
    yield keys.speakers(JOB), SpeakerBasis(models=MODELS).model_dump_json().encode()
    rng = np.random.default_rng(seed)
    people = rng.standard_normal((PEOPLE, 192))
    for tile in tiles:
        taken = Voices(first=tile.index, last=tile.index, tiles=(_voices(tile, people, rng),))
        key = keys.voices(JOB, MODELS, tile.index, tile.index)
        yield key, taken.model_dump_json().encode()


def _voices(tile: Tile, people: np.ndarray, rng: np.random.Generator) -> TileVoices:
    utterances: list[Utterance] = []
    who = 0
    for start in range(tile.start, tile.end - UTTERANCE, UTTERANCE):
        if rng.random() < 0.2:
            who = int(rng.integers(len(people)))
        heard = people[who] + 0.6 * rng.standard_normal(192)
        small = np.round(127 * heard / np.abs(heard).max()).astype(np.int8)
        utterances.append(
            Utterance(
                window=tile.start + (start - tile.start) // (5 * UTTERANCE) * 5 * UTTERANCE,
                voice=0,
                active=((start, start + UTTERANCE),),
                alone=UTTERANCE,
                voice_print=base64.b64encode(small.tobytes()).decode(),
            )
        )
    return TileVoices(tile=tile.index, utterances=tuple(utterances))


class FolderStorage(MemoryStorage):
    """S3 as files of a folder, so that a process has no memory but its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def read(self, bucket: str, key: str) -> bytes:
        if not (file := self.folder / bucket / key).exists():
            raise WorkDamaged(f"There is no s3://{bucket}/{key}.")
        return file.read_bytes()

    def find(self, bucket: str, key: str) -> tuple[bytes, str] | None:
        file = self.folder / bucket / key
        if not file.exists():
            return None
        data = file.read_bytes()
        return data, hashlib.md5(data).hexdigest()

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        assert content_type
        file = self.folder / bucket / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def delete(self, bucket: str, key: str) -> None:
        (self.folder / bucket / key).unlink(missing_ok=True)

    def sizes(self, bucket: str, prefix: str) -> dict[str, int]:
        root = self.folder / bucket
        found = (file for file in (root / prefix).parent.rglob("*") if file.is_file())
        sizes = {str(file.relative_to(root)): file.stat().st_size for file in sorted(found)}
        return {key: size for key, size in sizes.items() if key.startswith(prefix)}
