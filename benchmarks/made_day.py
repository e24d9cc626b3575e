"""A job as long as one likes, as Split and Transcribe leave it in the work bucket: all of it read,
nothing of it real.
"""

import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from fanscribe import keys
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Plan, Recording, Span, StoredAudio, Tile
from fanscribe.documents.reading import Part, Reading, Word
from fanscribe.times import FRAME, SAMPLE_RATE, milliseconds

TEXT = Path(__file__).resolve().parents[1] / "sample" / "lighthouse-talk.txt"
JOB = "0123456789abcdef"
BATCH = 4  # tiles in a part: the template's BatchTiles
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
