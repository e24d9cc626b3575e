"""A model with random weights writes what it was given, and so takes the time of a real one."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import SHAPES, Shape, Vocabulary, make
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.reading import Reading
from fanscribe.recognition.models import MULTILINGUAL_VOCABULARY, find_model, open_model
from fanscribe.recognition.whisper import WhisperRecognizer
from tests.support.builders import a_tile

TEXT = " This is a synthetic voice reading a text that was"
SMALLEST = {"encoder_layers": 1, "decoder_layers": 1, "width": 64, "heads": 2, "aligns": ((0, 0),)}


def made(folder: Path, vocabulary: Vocabulary, mels: int = 80, weights: str = "float16") -> Path:
    make(Shape(**SMALLEST, mels=mels), vocabulary, folder, weights, tokens=10)  # type: ignore[arg-type]
    return folder


def read(folder: Path, seconds: list[int], language: str = "en") -> list[Reading]:
    noise = np.random.default_rng(0).normal(0, 1_000, sum(seconds) * 16_000).astype(np.int16)
    edges = [sum(seconds[:i]) for i in range(len(seconds) + 1)]
    tiles = [a_tile(i, edges[i], edges[i + 1]) for i in range(len(seconds))]
    sounds = [noise[tile.start : tile.end] for tile in tiles]
    return WhisperRecognizer(folder, cores=1, fallback=False).read(
        tiles, sounds, language, ReadingOptions()
    )


def said(reading: Reading) -> str:
    return "".join(word.text for word in reading.words)


@pytest.mark.parametrize("weights", ["float16", "int8"])
def test_it_writes_the_same_number_of_tokens_whatever_it_hears(
    tmp_path: Path, weights: str
) -> None:
    vocabulary = Vocabulary.of(find_model("tiny.en").folder)
    assert [
        said(reading) for reading in read(made(tmp_path, vocabulary, weights=weights), [28, 3, 20])
    ] == [TEXT] * 3


def test_a_tile_is_picked_from_a_batch_as_if_it_were_alone(tmp_path: Path) -> None:
    """Times are read from what was encoded, tile by tile: the same, with another one before it or
    without.
    """
    folder = made(tmp_path, Vocabulary.of(find_model("tiny.en").folder))
    alone, first = read(folder, [20])[0], read(folder, [20, 28])[0]
    assert alone == first


def test_a_tile_of_30_s_exactly_is_read(tmp_path: Path) -> None:
    """Its spectrum has a window's length as it is."""
    folder = made(tmp_path, Vocabulary.of(find_model("tiny.en").folder))
    assert [said(reading) for reading in read(folder, [30])] == [TEXT]


def multilingual() -> Vocabulary:
    """tiny.en's tokens in the multilingual models' layout: they have one text token more."""
    return Vocabulary.of(find_model("tiny.en").folder).with_token(
        "<|further|>", before="<|endoftext|>"
    )


def test_a_large_v3_has_one_language_more_and_every_later_token_moves() -> None:
    before = multilingual()
    after = before.with_token("<|yue|>", before="<|translate|>")
    place = after.tokens.index("<|yue|>")
    assert after.tokens[place + 1] == "<|translate|>" == before.tokens[place]
    assert len(after.tokens) == len(before.tokens) + 1 == 51_866
    ids = {entry["content"]: entry["id"] for entry in after.tokenizer["added_tokens"]}
    assert all(after.tokens[number] == content for content, number in ids.items())


def test_a_large_v3_hears_128_mels(tmp_path: Path) -> None:
    folder = made(tmp_path, multilingual(), mels=128)
    assert open_model(folder, "large").languages[-1] == "yue"
    assert [said(reading) for reading in read(folder, [5], "yue")] == [TEXT]


def test_weights_are_as_many_as_the_published_models_have() -> None:
    """Parameters in millions, by openai/whisper's model card (large-v3-turbo's own)."""
    published = {
        "tiny.en": 39,
        "base": 74,
        "small": 244,
        "medium": 769,
        "large-v3": 1550,
        "large-v3-turbo": 809,
    }
    for size, millions in published.items():
        shape = SHAPES[size]
        # squares of the width in each
        layers = 12 * shape.encoder_layers + 16 * shape.decoder_layers
        # rows: tokens, positions, convolutions
        around = MULTILINGUAL_VOCABULARY + 448 + 1_500 + 3 * (shape.mels + shape.width)
        count = layers * shape.width**2 + around * shape.width
        assert count / 1e6 == pytest.approx(millions, rel=0.04), size
