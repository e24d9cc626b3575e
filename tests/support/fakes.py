"""Fakes that behave: S3 in memory, and a recognizer whose readings can be computed by hand."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading, Word
from fanscribe.documents.voices import TileVoices, Utterance
from fanscribe.errors import RecordingNotFound, WorkDamaged
from fanscribe.jobs.storage import StoredObject
from fanscribe.recognition.language import Probabilities
from fanscribe.times import SAMPLE_RATE, milliseconds


@dataclass
class MemoryStorage:
    """S3 as a dictionary. `metadata` is what uploaders said of their objects."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    metadata: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def describe(self, bucket: str, key: str, version: str | None) -> StoredObject:
        if (bucket, key) not in self.objects:
            raise RecordingNotFound(f"There is no s3://{bucket}/{key}.")
        data = self.objects[bucket, key]
        return StoredObject(_etag(data), version, self.metadata.get((bucket, key), {}), len(data))

    def download(
        self, bucket: str, key: str, stored: StoredObject, target: Path, most: int | None = None
    ) -> None:
        assert self.describe(bucket, key, stored.version).etag == stored.etag
        target.write_bytes(self.objects[bucket, key][:most])

    def read(self, bucket: str, key: str) -> bytes:
        if (bucket, key) not in self.objects:
            raise WorkDamaged(f"There is no s3://{bucket}/{key}.")
        return self.objects[bucket, key]

    def read_range(self, bucket: str, key: str, start: int, end: int, size: int) -> bytes:
        data = self.read(bucket, key)
        if len(data) != size:
            raise WorkDamaged(f"s3://{bucket}/{key} is not {size} bytes long.")
        return data[start:end]

    def find(self, bucket: str, key: str) -> tuple[bytes, str] | None:
        data = self.objects.get((bucket, key))
        return None if data is None else (data, _etag(data))

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        assert content_type
        self.objects[bucket, key] = data

    def upload(self, bucket: str, key: str, file: Path, content_type: str) -> None:
        self.write(bucket, key, file.read_bytes(), content_type)

    def write_over(self, bucket: str, key: str, data: bytes, etag: str | None) -> bool:
        found = self.find(bucket, key)
        if (found[1] if found else None) != etag:
            return False
        self.objects[bucket, key] = data
        return True

    def delete(self, bucket: str, key: str) -> None:
        self.objects.pop((bucket, key), None)

    def keys(self, bucket: str, prefix: str) -> list[str]:
        return list(self.sizes(bucket, prefix))

    def sizes(self, bucket: str, prefix: str) -> dict[str, int]:
        found = sorted(
            (key, len(data)) for (where, key), data in self.objects.items() if where == bucket
        )
        return {key: size for key, size in found if key.startswith(prefix)}


def _etag(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


class Killed(BaseException):
    """The end of a worker, as far as one process can play it: nothing of ours catches it."""


@dataclass
class SpellingRecognizer:
    """Reads from each tile one word that tells its index and its first sample.

    `dies_at` counts batches; a tile in `deadly` kills, one in `hard` raises an error.
    """

    dies_at: int | None = None
    deadly: frozenset[int] = frozenset()
    hard: frozenset[int] = frozenset()
    readers: int = 1
    batches: list[list[int]] = field(default_factory=list)

    def detect_language(self, samples: Sequence[Samples]) -> list[Probabilities]:
        return [
            {"fr": 0.9, "en": 0.1} if sound[0] % 3 else {"en": 0.8, "fr": 0.2} for sound in samples
        ]

    def read(
        self,
        tiles: Sequence[Tile],
        samples: Sequence[Samples],
        language: str,
        options: ReadingOptions,
    ) -> list[Reading]:
        assert options
        self.batches.append([tile.index for tile in tiles])
        if len(self.batches) - 1 == self.dies_at or self.deadly.intersection(self.batches[-1]):
            raise Killed
        if self.hard.intersection(self.batches[-1]):
            raise MemoryError("no room for SECRET")
        return [
            self._reading(tile, sound, language) for tile, sound in zip(tiles, samples, strict=True)
        ]

    def _reading(self, tile: Tile, sound: Samples, language: str) -> Reading:
        assert len(sound) == tile.end - tile.start
        start, end = milliseconds(tile.start), milliseconds(tile.end)
        word = Word(text=f" tile{tile.index}-{sound[0]}", start=start, end=end, probability=0.5)
        return Reading(
            tile=tile.index,
            language=language,
            words=(word,),
            avg_logprob=-0.5,
            no_speech_prob=0.0,
            compression_ratio=1.0,
        )


@dataclass
class ParityVoiceReader:
    """Hears one voice in each tile: that of one person in tiles that begin at an even number of
    seconds, and another's in the others. A tile in `hard` raises an error.
    """

    hard: frozenset[int] = frozenset()
    heard: list[int] = field(default_factory=list)

    def voices(self, tile: Tile, samples: Samples) -> TileVoices:
        assert len(samples) == tile.end - tile.start
        self.heard.append(tile.index)
        if tile.index in self.hard:
            raise MemoryError("no room for SECRET")
        person = tile.start // SAMPLE_RATE % 2
        sound = np.random.default_rng(person).integers(-99, 99, 192)
        own = np.random.default_rng(tile.start).integers(-28, 28, 192)
        utterance = Utterance(
            window=tile.start,
            voice=0,
            active=((tile.start, tile.end),),
            alone=tile.end - tile.start,
            voice_print=base64.b64encode((sound + own).astype(np.int8).tobytes()).decode(),
        )
        return TileVoices(tile=tile.index, utterances=(utterance,))
