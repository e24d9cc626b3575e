"""The only module that decodes with faster-whisper: samples of tiles in, their readings out.

Tiles are decoded in batches, yet each as if it were alone: batch, chunk and neighbours leave no
trace in a reading. That is why this calls the steps of faster-whisper's `BatchedInferencePipeline`
rather than its `transcribe`: that one carries the end of the last speech from each tile into the
word times of the next. A reading that is not believed gets a fallback (fallback.py).
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from fanscribe.audio.decode import waveform
from fanscribe.audio.sound import Samples
from fanscribe.documents.options import ENGLISH, MULTILINGUAL, ReadingOptions
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.recognition.compute import ON_CPU, Computing
from fanscribe.recognition.fallback import (
    DEEPEST,
    Candidate,
    believed,
    compare,
    compression_ratio,
    fallback_reason,
    hears_nothing,
    joined,
    pieces,
    without_invented,
)
from fanscribe.recognition.language import Probabilities, spoken_in
from fanscribe.recognition.word_times import TimedWord, settle
from fanscribe.times import SAMPLE_RATE, milliseconds

# punctuation belongs to its word (faster-whisper's lists)
PREPENDED, APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"


class _Decoding(NamedTuple):
    """How to decode: what does not change from tile to tile."""

    tokenizer: Tokenizer
    prompt: list[int]
    search: Mapping[str, Any]  # of ctranslate2's generate


WINDOW = 30 * SAMPLE_RATE  # samples: what Whisper has learned to read
STEP = SAMPLE_RATE // 50  # samples: the encoder's 20 ms
# Samples of silence after a piece of a second look. A shorter window costs less to encode and to
# decode, and with so much silence words are as good as in 30 s. With 4 s, one sentence was written
# twice (benchmarks/notes.md).
SILENCE_AFTER = 8 * SAMPLE_RATE
NARROW = 1  # beam of options that nobody has completed: plans say theirs
# A fallback has few windows, so it can afford to search: beam 5 instead of 1 took long-en from 3.64
# to 3.66 % WER and recordings of short pieces from 6.6 to 6.2 and 6.0 to 4.7 % (tiny.en).
CAREFUL = {"beam_size": 5}
# Against loops. Not by temperature, as Whisper does: ctranslate2 draws from one generator for each
# thread, whatever the seed, so that the words would depend on what the process decoded before.
STUBBORN = {"beam_size": 5, "no_repeat_ngram_size": 4, "repetition_penalty": 1.1}


class WhisperRecognizer:
    """A loaded model. Loading takes a second for tiny and many for large.

    Its `readers` share the weights and the cores, and may be called from as many threads at once.
    """

    def __init__(
        self,
        folder: Path,
        cores: int,
        numbers: Computing = ON_CPU,
        *,
        readers: int = 1,
        fallback: bool = True,
    ) -> None:
        self._whisper = WhisperModel(
            str(folder),
            device=numbers.device,
            compute_type=numbers.compute_type,
            cpu_threads=max(1, cores // readers),
            num_workers=readers,
        )
        self.readers = readers
        self._fallback = fallback

    def read(
        self,
        tiles: Sequence[Tile],
        samples: Sequence[Samples],
        language: str,
        options: ReadingOptions,
    ) -> list[Reading]:
        """One reading per tile, in order.

        `language` is the recording's; of a multilingual one each tile may differ.
        """
        encoded = self._encode(samples)
        languages = [language] * len(tiles)
        if options.language == MULTILINGUAL and self._whisper.model.is_multilingual:
            languages = [spoken_in(ballot, language) for ballot in self._detect_language(encoded)]
        readings: dict[int, Reading] = {}
        for spoken, group in _grouped(languages):
            some = encoded if len(group) == len(tiles) else _pick(encoded, group)
            decoding = self._decoding(spoken, options)
            for i, candidate in zip(
                group, self._decode([tiles[i] for i in group], some, decoding), strict=True
            ):
                readings[i] = self._reading(tiles[i], samples[i], candidate, decoding)
        return [readings[i] for i in range(len(tiles))]

    def detect_language(self, samples: Sequence[Samples]) -> list[Probabilities]:
        """Probabilities of languages for each window. An English-only model knows English alone."""
        if not self._whisper.model.is_multilingual:
            return [{ENGLISH: 1.0}] * len(samples)
        with ThreadPoolExecutor(self.readers) as threads:
            return list(threads.map(self._hear, samples))

    def _hear(self, sound: Samples) -> Probabilities:
        return self._detect_language(self._encode([sound]))[0]

    def _detect_language(self, encoded: ctranslate2.StorageView) -> list[Probabilities]:
        return [
            {token.strip("<|>"): probability for token, probability in ranked}
            for ranked in self._whisper.model.detect_language(encoded)
        ]

    def _encode(self, samples: Sequence[Samples], window: int = WINDOW) -> ctranslate2.StorageView:
        """Encode samples, each with silence after it up to so many samples.

        In this machine's memory, where tiles are picked out of it: a GPU takes it back for each
        step by itself.

        One window at a time: together they take no less time, and memory for the attention of all
        (tiny.en: 75 MB each).
        """
        windows = [
            ctranslate2.StorageView.from_array(self._features(sound, window)[np.newaxis])
            for sound in samples
        ]
        encoded = [
            np.asarray(self._whisper.model.encode(window, to_cpu=True)) for window in windows
        ]
        return ctranslate2.StorageView.from_array(np.concatenate(encoded))

    def _features(
        self, samples: Samples, window: int = WINDOW
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        extract = self._whisper.feature_extractor
        padded = pad_or_trim(extract(waveform(samples))[..., :-1], window // extract.hop_length)
        # Contiguous, as CTranslate2 takes it: of 30 s exactly, there is nothing to pad or to trim
        return np.ascontiguousarray(padded, dtype=np.float32)

    def _decoding(self, language: str, options: ReadingOptions) -> _Decoding:
        """Without timestamp tokens: with them the design's measurement gave 13.6 % WER instead of
        10.7 %.
        """
        multilingual = self._whisper.model.is_multilingual
        tokenizer = Tokenizer(
            self._whisper.hf_tokenizer, multilingual, task=options.task, language=language
        )
        hotwords, said = (
            tokenizer.encode(f" {text.strip()}") if text else []
            for text in (options.hotwords, options.initial_prompt)
        )
        prompt = self._whisper.get_prompt(
            tokenizer,
            before(hotwords, said, self._whisper.max_length // 2 - 1),
            without_timestamps=True,
        )
        return _Decoding(tokenizer, prompt, {"beam_size": options.beam_size or NARROW})

    def _reading(
        self, tile: Tile, samples: Samples, candidate: Candidate, decoding: _Decoding
    ) -> Reading:
        evidence = None
        if self._fallback and (reason := fallback_reason(candidate, tile)):
            second = self._decode_again(tile, samples, candidate, decoding)
            evidence = compare(reason, candidate, second, tile)
            candidate = second if evidence.kept == "second" else candidate
        return Reading(
            tile=tile.index,
            language=decoding.tokenizer.language_code,
            words=() if hears_nothing(candidate, tile) else settle(candidate.words, tile),
            avg_logprob=round(candidate.avg_logprob, 4),
            no_speech_prob=round(candidate.no_speech_prob, 4),
            compression_ratio=round(candidate.compression_ratio, 4),
            second_look=evidence,
        )

    def _decode_again(
        self, tile: Tile, samples: Samples, first: Candidate, decoding: _Decoding, depth: int = 0
    ) -> Candidate:
        """Cut at its own silences. What the first reading has of a piece is kept where it is
        believed; the rest is searched wider.
        """
        parts = pieces(tile, first)
        if len(parts) == 1 or depth == DEEPEST:
            return self._decode_piece(tile, samples, decoding._replace(search=STUBBORN))
        kept = [believed(first, part) for part in parts]
        if all(kept):  # what was missed lies on both sides of a cut
            kept = [None] * len(parts)
        sounds = [samples[part.start - tile.start : part.end - tile.start] for part in parts]
        return joined(
            [
                known or self._read_piece(part, sound, decoding, depth)
                for known, part, sound in zip(kept, parts, sounds, strict=True)
            ]
        )

    def _read_piece(
        self, piece: Tile, samples: Samples, decoding: _Decoding, depth: int
    ) -> Candidate:
        """Search wider; where that is not believed either, once more."""
        candidate = self._decode_piece(piece, samples, decoding._replace(search=CAREFUL))
        if reason := fallback_reason(candidate, piece):
            deeper = depth if candidate.breaks_off else depth + 1
            again = self._decode_again(piece, samples, candidate, decoding, deeper)
            if compare(reason, candidate, again, piece).kept == "second":
                candidate = again
        return without_invented(candidate, piece)

    def _decode_piece(self, piece: Tile, samples: Samples, decoding: _Decoding) -> Candidate:
        """In a window of its own, whose length depends on nothing else."""
        window = min(WINDOW, -(-len(samples) // STEP) * STEP + SILENCE_AFTER)
        return self._decode([piece], self._encode([samples], window), decoding)[0]

    def _decode(
        self, tiles: Sequence[Tile], encoded: ctranslate2.StorageView, decoding: _Decoding
    ) -> list[Candidate]:
        results = self._whisper.model.generate(
            encoded,
            [decoding.prompt] * len(tiles),
            max_length=self._whisper.max_length,
            suppress_tokens=get_suppressed_tokens(decoding.tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
            **decoding.search,
        )
        tokens = [result.sequences_ids[0] for result in results]
        positions = self._whisper.max_length
        most = min(positions // 2, positions - len(decoding.prompt) + 1)  # CTranslate2's rule
        aligned = self._align(tiles, encoded, decoding.tokenizer, tokens)
        return [
            Candidate(
                words=words,
                # generate's score is the mean over the tokens; faster-whisper counts the end token
                # in
                avg_logprob=result.scores[0] * len(written) / (len(written) + 1),
                no_speech_prob=result.no_speech_prob,
                compression_ratio=compression_ratio(decoding.tokenizer.decode(written)),
                tokens=len(written),
                full=len(written) >= most,
            )
            for result, written, words in zip(results, tokens, aligned, strict=True)
        ]

    def _align(
        self,
        tiles: Sequence[Tile],
        encoded: ctranslate2.StorageView,
        tokenizer: Tokenizer,
        tokens: Sequence[list[int]],
    ) -> Iterator[tuple[TimedWord, ...]]:
        """Words with their times, by cross-attention (20 ms steps).

        One tile at a time: aligned in a batch, a shorter text is padded to the longest, and now and
        then a word's time or probability comes out different (measured: 1 word in 300; encoding and
        decoding are exact in any batch).
        """
        for i, (tile, written) in enumerate(zip(tiles, tokens, strict=True)):
            text = [token for token in written if token < tokenizer.eot]
            frames = -(-(tile.end - tile.start) // SAMPLE_RATE) * self._whisper.frames_per_second
            (alignment,) = self._whisper.find_alignment(
                tokenizer, [text], _pick(encoded, [i]), frames
            )
            merge_punctuations(alignment, PREPENDED, APPENDED)
            yield tuple(
                _timed(entry, milliseconds(tile.start)) for entry in alignment if entry["word"]
            )


def before(hotwords: list[int], said: list[int], room: int) -> list[int]:
    """Tokens before a tile's: the first hotwords and the end of what is taken as said before.

    Together they have half of the model's positions at most, for the other half is the tile's. With
    both as long as that, nothing could be written. Each may have what the other leaves.
    """
    half = room // 2
    hotwords = hotwords[: max(half, room - len(said))]
    return hotwords + said[max(0, len(said) + len(hotwords) - room) :]


def _timed(entry: Mapping[str, Any], offset: int) -> TimedWord:
    start, end = (offset + round(entry[edge] * 1000) for edge in ("start", "end"))
    return TimedWord(entry["word"], start, end, float(entry["probability"]))


def _grouped(languages: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    ordered = sorted(range(len(languages)), key=lambda i: languages[i])
    return (
        (language, list(group))
        for language, group in itertools.groupby(ordered, key=lambda i: languages[i])
    )


def _pick(encoded: ctranslate2.StorageView, items: Sequence[int]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(
        np.ascontiguousarray(np.asarray(encoded)[list(items)])
    )
