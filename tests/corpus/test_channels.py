"""A call of two channels: each side its own words, under its own label."""

import json
import re
from pathlib import Path

import jiwer
import numpy as np
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.recordings import load, read_sentences
from tests.support.audio import a_wav
from tests.support.steps_in_memory import transcribed_here

JFK = (
    "And so, my fellow Americans, ask not what your country can do for you, "
    "ask what you can do for your country."
)


def test_each_side_of_a_call_has_its_own_words_under_its_own_label(
    corpus: Path, tmp_path: Path
) -> None:
    """They speak at once: mixed, nobody would be understood."""
    left, right = read_sentences()[4], load(corpus / "short-en" / "jfk.flac")
    length = max(len(left.samples), len(right))
    both = np.stack(
        [np.pad(side, (0, length - len(side))) for side in (left.samples, right)], axis=1
    )
    call = a_wav(tmp_path / "call.wav", both.reshape(-1), channels=2)
    formats = "json,txt,srt,vtt,tsv,transcribe-json"
    done = transcribed_here(call, language="en", channels="separate", formats=formats)

    normal = EnglishTextNormalizer()
    for label, text in (("ch_0", left.text), ("ch_1", JFK)):
        said = " ".join(
            segment["text"] for segment in done.printed["segments"] if segment["channel"] == label
        )
        assert jiwer.wer(normal(text), normal(said)) <= 0.1, said
    starts = [segment["start"] for segment in done.printed["segments"]]
    assert starts == sorted(starts), "interleaved by time"

    labels = json.loads(done.files["transcribe-json"])["results"]["channel_labels"]
    assert labels["number_of_channels"] == 2
    assert [channel["channel_label"] for channel in labels["channels"]] == ["ch_0", "ch_1"]
    for name in ("txt", "srt", "vtt", "tsv"):
        assert set(re.findall(r"ch_\d", done.files[name].decode())) == {"ch_0", "ch_1"}, name


def test_the_tiles_of_each_channel_partition_it(corpus: Path) -> None:
    done = transcribed_here(
        corpus / "calls" / "two_channel_16k.wav", language="en", channels="separate"
    )
    samples = done.printed["ledger"]["samples"]
    for channel in (0, 1):
        own = [tile for tile in done.printed["ledger"]["tiles"] if tile["channel"] == channel]
        assert (own[0]["start"], own[-1]["end"]) == (0, samples)
    assert {word["channel"] for word in done.printed["words"]} == {"ch_0", "ch_1"}
