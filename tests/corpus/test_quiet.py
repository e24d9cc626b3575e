"""Recordings that are far too quiet: their words are found, and noise is not taken for words."""

from pathlib import Path

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from tests.corpus.test_faults import JFK
from tests.support.audio import a_wav, decoded
from tests.support.steps_in_memory import transcribed_here


def quieter(source: Path, target: Path, decibels: int, offset: int = 0) -> Path:
    (samples,) = decoded(source)
    return a_wav(target, np.round(samples * 10 ** (-decibels / 20) + offset).astype(np.int16))


@pytest.mark.parametrize("decibels", [30, 50, 60])
def test_speech_is_found_however_quiet_it_is(corpus: Path, tmp_path: Path, decibels: int) -> None:
    """At 60 dB less, a sample of the loudest word is one of 16 steps."""
    recording = quieter(corpus / "short-en" / "jfk.flac", tmp_path / "quiet.wav", decibels)
    done = transcribed_here(recording, language="en")
    normal = EnglishTextNormalizer()
    assert jiwer.wer(normal(JFK), normal(done.text)) <= 0.1
    assert any("very quiet" in note for note in done.printed["notes"])


def test_speech_is_found_on_a_constant_offset_that_is_a_hundred_times_as_far_from_0(
    corpus: Path, tmp_path: Path
) -> None:
    recording = quieter(corpus / "short-en" / "jfk.flac", tmp_path / "off.wav", 45, offset=3_000)
    done = transcribed_here(recording, language="en")
    normal = EnglishTextNormalizer()
    assert jiwer.wer(normal(JFK), normal(done.text)) <= 0.1
    assert any("very quiet" in note for note in done.printed["notes"])


@pytest.mark.parametrize("decibels", [0, 20, 40, 60])
@pytest.mark.parametrize("name", ["moh_morning_coffee.wav", "sb_noise1.wav"])
def test_noise_is_not_raised_into_words(
    corpus: Path, tmp_path: Path, name: str, decibels: int
) -> None:
    recording = quieter(corpus / "nonspeech" / name, tmp_path / name, decibels)
    done = transcribed_here(recording, language="en")
    assert done.text == ""
    assert any("Nothing was transcribed" in note for note in done.printed["notes"])


def test_a_recording_of_ordinary_loudness_is_listened_to_as_it_is(corpus: Path) -> None:
    done = transcribed_here(corpus / "short-en" / "jfk.flac", language="en")
    assert done.plan.sound.selection.gain_db == 0
    assert "notes" not in done.printed
