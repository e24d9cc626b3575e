"""From the samples of tiles to their readings, with faster-whisper. The only module that imports it.

Tiles are decoded in batches, yet each as if it were alone: batch, chunk and neighbours leave no trace in a reading.
That is why this calls the steps of faster-whisper's `BatchedInferencePipeline` rather than its `transcribe`: that one
carries the end of the last speech from each tile into the word times of the next.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel, available_models, download_model
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens, merge_punctuations

from fanscribe.audio import Samples
from fanscribe.contracts import Reading, Tile
from fanscribe.errors import UnknownModel
from fanscribe.options import ENGLISH
from fanscribe.times import SAMPLE_RATE
from fanscribe.words import TimedWord, settle

FULL_SCALE = 32_768.0
PREPENDED, APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"  # punctuation belongs to its word (faster-whisper's lists)
TASK = "transcribe"


class Recognizer(Protocol):
    """What turns tiles into readings. Same tile, samples and language: same reading."""

    def read(self, tiles: Sequence[Tile], samples: Sequence[Samples], language: str | None) -> list[Reading]: ...


def known_models() -> list[str]:
    """The names that faster-whisper knows."""
    return list(available_models())


def fetch_model(name: str) -> Path:
    """The folder of a model that faster-whisper knows, from its cache or the hub. Raises UnknownModel if it can't be had."""
    try:
        return Path(download_model(name))
    except Exception as error:  # the hub client has no common base for what goes wrong offline
        raise UnknownModel(
            f"The model {name} is not on this machine and could not be fetched from the model hub ({type(error).__name__}). "
            "Fetch it where there is a network, and name its folder."
        ) from error


@dataclass(frozen=True)
class _Decoded:
    tokens: list[int]
    avg_logprob: float
    no_speech_prob: float


class WhisperRecognizer:
    """A loaded model. Loading takes a second for tiny and many for large: keep it while the process lives."""

    def __init__(self, folder: Path, threads: int, compute_type: str = "int8", beam_size: int = 1) -> None:
        self._whisper = WhisperModel(str(folder), device="cpu", cpu_threads=threads, compute_type=compute_type)
        self._beam_size = beam_size

    def read(self, tiles: Sequence[Tile], samples: Sequence[Samples], language: str | None) -> list[Reading]:
        """One reading per tile, in order. Without a language, each tile is read in the one that the model hears in it."""
        encoded = self._whisper.encode(np.stack([self._features(sound) for sound in samples]))
        languages = [language] * len(tiles) if language else self._hear_languages(encoded, len(tiles))
        readings: dict[int, Reading] = {}
        for spoken, group in _grouped(languages):
            some = encoded if len(group) == len(tiles) else _pick(encoded, group)
            readings |= zip(group, self._read_encoded([tiles[i] for i in group], some, spoken), strict=True)
        return [readings[i] for i in range(len(tiles))]

    def _features(self, samples: Samples) -> np.ndarray[Any, np.dtype[np.float32]]:
        spectrum = self._whisper.feature_extractor(samples.astype(np.float32) / FULL_SCALE)
        return np.asarray(pad_or_trim(spectrum[..., :-1]), dtype=np.float32)

    def _hear_languages(self, encoded: ctranslate2.StorageView, count: int) -> list[str]:
        if not self._whisper.model.is_multilingual:
            return [ENGLISH] * count
        return [ranked[0][0].strip("<|>") for ranked in self._whisper.model.detect_language(encoded)]

    def _read_encoded(self, tiles: Sequence[Tile], encoded: ctranslate2.StorageView, language: str) -> Iterator[Reading]:
        tokenizer = Tokenizer(self._whisper.hf_tokenizer, self._whisper.model.is_multilingual, task=TASK, language=language)
        decoded = self._decode(encoded, tokenizer, len(tiles))
        aligned = self._align(encoded, tokenizer, tiles, decoded)
        for tile, result, timed in zip(tiles, decoded, aligned, strict=True):
            yield Reading(
                tile=tile.index,
                language=language,
                words=settle(timed, tile),
                avg_logprob=round(result.avg_logprob, 4),
                no_speech_prob=round(result.no_speech_prob, 4),
                compression_ratio=round(get_compression_ratio(tokenizer.decode(result.tokens) or " "), 4),
            )

    def _decode(self, encoded: ctranslate2.StorageView, tokenizer: Tokenizer, count: int) -> list[_Decoded]:
        """Without timestamp tokens: with them the design's measurement gave 13.6 % WER instead of 10.7 %."""
        prompt = self._whisper.get_prompt(tokenizer, previous_tokens=[], without_timestamps=True)
        results = self._whisper.model.generate(
            encoded,
            [prompt] * count,
            beam_size=self._beam_size,
            max_length=self._whisper.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
        )
        # generate's score is already the mean over the tokens; faster-whisper counts the end token in
        return [
            _Decoded(tokens, result.scores[0] * len(tokens) / (len(tokens) + 1), result.no_speech_prob)
            for result in results
            for tokens in [result.sequences_ids[0]]
        ]

    def _align(
        self, encoded: ctranslate2.StorageView, tokenizer: Tokenizer, tiles: Sequence[Tile], decoded: Sequence[_Decoded]
    ) -> Iterator[list[TimedWord]]:
        """Words with their times from the tile's start, by cross-attention (20 ms steps)."""
        text_tokens = [[token for token in result.tokens if token < tokenizer.eot] for result in decoded]
        frames = [-(-(tile.end - tile.start) // SAMPLE_RATE) * self._whisper.frames_per_second for tile in tiles]
        for alignment in self._whisper.find_alignment(tokenizer, text_tokens, encoded, frames):
            merge_punctuations(alignment, PREPENDED, APPENDED)
            yield [
                TimedWord(entry["word"], round(entry["start"] * 1000), round(entry["end"] * 1000), float(entry["probability"]))
                for entry in alignment
                if entry["word"]
            ]


def _grouped(languages: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    ordered = sorted(range(len(languages)), key=lambda i: languages[i])
    return ((language, list(group)) for language, group in itertools.groupby(ordered, key=lambda i: languages[i]))


def _pick(encoded: ctranslate2.StorageView, items: Sequence[int]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(np.asarray(encoded)[list(items)]))
