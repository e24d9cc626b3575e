"""Whisper models of each size's true shape with random weights, for measuring where the real
weights can't be had.

    python -m benchmarks.synthetic large-v3 build/large-v3 [--like FOLDER] [--weights float16]
    [--tokens 96]

How long a model computes does not depend on what its weights are, but on how many it has and how
many tokens it writes. Random weights write one token until there is no room; so these are given
what to write. The decoder's position encodings, which come before all else, are large, and each
points at the embedding of the token that comes next: whatever the sound is, at place n the n-th
token of a fixed text wins, and after the last of them the end of text. Embeddings and projection
are one matrix, as in every Whisper, so shape, size, memory and time are those of the real model.

Tokens, languages and tokenizer are those of a real model's folder (`--like`; tiny.en comes with the
installation and makes an English-only one). A large-v3 has one language more than the multilingual
models before it, and hears 128 mels instead of 80.
"""

import argparse
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import whisper_spec
from tokenizers import Tokenizer

from fanscribe.recognition.models import MULTILINGUAL_VOCABULARY, find_model

TEXT = Path(__file__).resolve().parent.parent / "sample" / "lighthouse-talk.txt"
TOKENS = 96  # of a tile of long-en, on average (tiny.en, first readings: 82 words)
POSITIONS, HEARD = 448, 1_500  # places of the decoder and of the encoder, in every size
SPREAD = 0.02  # of the weights: so small that what the layers add never outweighs the position
LOUD = 1_000.0  # of the position encodings


@dataclass(frozen=True)
class Shape:
    """A size of Whisper (openai/whisper, model-card.md).

    `aligns`: layers and heads that word times are read from.
    """

    encoder_layers: int
    decoder_layers: int
    width: int
    heads: int
    mels: int
    aligns: Sequence[tuple[int, int]]

    @property
    def languages_more(self) -> bool:
        return self.mels == 128


def _every(layer: int, heads: int) -> tuple[tuple[int, int], ...]:
    return tuple((layer, head) for head in range(heads))


SHAPES = {  # heads as CTranslate2's converter knows them, large-v3-turbo's as published with it
    "tiny.en": Shape(4, 4, 384, 6, 80, ((1, 0), (2, 0), (2, 5), *_every(3, 5))),
    "base": Shape(
        6, 6, 512, 8, 80,
        ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)),
    ),
    "small": Shape(
        12, 12, 768, 12, 80,
        ((5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)),
    ),
    "medium": Shape(24, 24, 1024, 16, 80, ((13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4))),
    "large-v3": Shape(
        32, 32, 1280, 20, 128,
        ((7, 0), (10, 17), (12, 18), (13, 12), (16, 1),
         (17, 14), (19, 11), (21, 4), (24, 1), (25, 6)),
    ),
    "large-v3-turbo": Shape(
        32, 4, 1280, 20, 128,
        ((2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)),
    ),
    # the converter's rule where it knows no heads
    "distil-large-v3": Shape(32, 2, 1280, 20, 128, _every(1, 20)),
}  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """A real model's tokens and tokenizer."""

    tokens: list[str]
    tokenizer: dict[str, Any]

    @classmethod
    def of(cls, folder: Path) -> "Vocabulary":
        as_json, as_text = folder / "vocabulary.json", folder / "vocabulary.txt"
        tokens = (
            json.loads(as_json.read_text("utf-8"))
            if as_json.exists()
            else as_text.read_text("utf-8").rstrip("\n").split("\n")
        )
        return cls(tokens, json.loads((folder / "tokenizer.json").read_text("utf-8")))

    @property
    def multilingual(self) -> bool:
        return len(self.tokens) >= MULTILINGUAL_VOCABULARY

    def with_token(self, token: str, before: str) -> "Vocabulary":
        """One more: the number of every later token grows by one."""
        place = self.tokens.index(before)
        tokens = [*self.tokens[:place], token, *self.tokens[place:]]
        added = self.tokenizer["added_tokens"]
        model = next(entry for entry in added if entry["id"] == place)
        moved = [entry | {"id": entry["id"] + (entry["id"] >= place)} for entry in added]
        moved.append(model | {"id": place, "content": token})
        changed = self.tokenizer | {
            "added_tokens": sorted(moved, key=lambda entry: int(entry["id"]))
        }
        return Vocabulary(tokens, changed)

    def prompt(self) -> int:
        """Tokens before the text: start, no timestamps, and if multilingual, language and task."""
        return 4 if self.multilingual else 2

    def text(self, count: int) -> list[int]:
        """The first so many tokens of the sample's text, repeated where it is too short, and the
        end of text.
        """
        said = "".join(f" {word}" for word in TEXT.read_text("utf-8").split())
        encoded = Tokenizer.from_str(json.dumps(self.tokenizer)).encode(
            said, add_special_tokens=False
        )
        return [
            *itertools.islice(itertools.cycle(encoded.ids), count),
            self.tokens.index("<|endoftext|>"),
        ]


def make(
    shape: Shape,
    vocabulary: Vocabulary,
    folder: Path,
    weights: str = "float16",
    tokens: int = TOKENS,
) -> None:
    """A model's folder. `weights`: float16 as the published ones have them, or int8, which is half
    of it.
    """
    if shape.languages_more and vocabulary.multilingual:
        vocabulary = vocabulary.with_token("<|yue|>", before="<|translate|>")
    folder.mkdir(parents=True, exist_ok=True)
    spec = _filled(shape, len(vocabulary.tokens), vocabulary.prompt(), vocabulary.text(tokens))
    spec.register_vocabulary(vocabulary.tokens)
    spec.config.alignment_heads = shape.aligns
    spec.config.suppress_ids, spec.config.suppress_ids_begin = (
        [],
        [vocabulary.tokens.index("<|endoftext|>")],
    )
    first = vocabulary.tokens.index("<|startoftranscript|>") + 1
    spec.config.lang_ids = (
        list(range(first, vocabulary.tokens.index("<|translate|>")))
        if vocabulary.multilingual
        else [first]
    )
    spec.validate()
    spec.optimize(quantization=weights)
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(vocabulary.tokenizer), "utf-8")
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"feature_size": shape.mels}), "utf-8"
    )


class _Chance:
    """Random matrices of float16, the same ones every time."""

    def __init__(self) -> None:
        self._generator = np.random.default_rng(0)
        self._values = np.linspace(-SPREAD, SPREAD, 256, dtype=np.float16)

    def __call__(self, *shape: int) -> Any:
        return self._values[self._generator.integers(0, 256, shape, dtype=np.uint8)]


def _filled(shape: Shape, size: int, prompt: int, text: Sequence[int]) -> whisper_spec.WhisperSpec:
    """Every weight that a Whisper has."""
    chance, width = _Chance(), shape.width
    spec = whisper_spec.WhisperSpec(
        shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads
    )
    encoder, decoder = spec.encoder, spec.decoder
    for convolution, channels in ((encoder.conv1, shape.mels), (encoder.conv2, width)):
        convolution.weight, convolution.bias = chance(width, channels, 3), chance(width)
    encoder.position_encodings.encodings = chance(HEARD, width)
    embeddings = chance(size, width)
    decoder.embeddings.weight = decoder.projection.weight = embeddings
    decoder.position_encodings.encodings = _pointing(embeddings, prompt, text)
    for norm in _norms(spec):
        norm.gamma, norm.beta = np.ones(width, np.float16), np.zeros(width, np.float16)
    for linear, out, into in _linears(spec, width):
        linear.weight, linear.bias = chance(out, into), chance(out)
    return spec


def _pointing(embeddings: Any, prompt: int, text: Sequence[int]) -> Any:
    """Position encodings that say which token comes next: nothing in the prompt, the text, and its
    end for ever.
    """
    next_ones = np.array([*text, *[text[-1]] * POSITIONS])[: POSITIONS - prompt + 1]
    rows = embeddings[next_ones].astype(np.float32)
    rows *= LOUD / np.linalg.norm(rows, axis=1, keepdims=True)
    silent = np.zeros((prompt - 1, rows.shape[1]), np.float32)
    return np.concatenate([silent, rows]).astype(np.float16)


def _norms(spec: whisper_spec.WhisperSpec) -> Iterator[Any]:
    yield from (spec.encoder.layer_norm, spec.decoder.layer_norm)
    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        yield from (layer.self_attention.layer_norm, layer.ffn.layer_norm)
    for layer in spec.decoder.layer:
        yield layer.attention.layer_norm


def _linears(spec: whisper_spec.WhisperSpec, width: int) -> Iterator[tuple[Any, int, int]]:
    """Each with its outputs and inputs.

    Queries, keys and values are one matrix, as the converter makes them.
    """
    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        fused, out = layer.self_attention.linear
        yield from ((fused, 3 * width, width), (out, width, width))
        yield from ((layer.ffn.linear_0, 4 * width, width), (layer.ffn.linear_1, width, 4 * width))
    for layer in spec.decoder.layer:
        queries, fused, out = layer.attention.linear
        yield from ((queries, width, width), (fused, 2 * width, width), (out, width, width))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("size", choices=SHAPES)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--like", default="tiny.en", help="the model whose tokens it has, by name or folder"
    )
    parser.add_argument(
        "--weights", choices=("float16", "int8"), default="float16", help="as they are stored"
    )
    parser.add_argument("--tokens", type=int, default=TOKENS, help="that it writes for a tile")
    asked = parser.parse_args()
    vocabulary = Vocabulary.of(find_model(asked.like).folder)
    make(SHAPES[asked.size], vocabulary, asked.folder, asked.weights, asked.tokens)


if __name__ == "__main__":
    main()
