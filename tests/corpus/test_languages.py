"""Languages: given, voted on, or several in one recording. Needs the multilingual base model."""

from pathlib import Path

import jiwer
import numpy as np
import pytest
from faster_whisper import BatchedInferencePipeline
from whisper_normalizer.basic import BasicTextNormalizer

from benchmarks.recordings import Clip, load, store
from tests.support.reference import on_one_core
from tests.support.steps_in_memory import transcribed_here

LANGUAGES = ["en", "de", "es", "fr", "pt"]


def clips_of(corpus: Path, language: str) -> Clip:
    """The five FLEURS clips of a language, one after another."""
    files = sorted((corpus / "short-multi").glob(f"fleurs-{language}-*.ogg"))
    pause = np.zeros(8_000, np.int16)
    sounds = [part for file in files for part in (load(file), pause)]
    return Clip(
        np.concatenate(sounds),
        " ".join(file.with_suffix(".txt").read_text().strip() for file in files),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_a_recording_is_voted_on(
    corpus: Path, base: str, tmp_path: Path, language: str
) -> None:
    recording = store(clips_of(corpus, language), tmp_path / "clips.wav")
    done = transcribed_here(recording, base, beam_size=1)
    assert (done.job.language, done.printed["language"]) == (language, language)


def test_several_languages_in_one_recording_are_each_given(
    corpus: Path, base: str, tmp_path: Path
) -> None:
    clips = [clips_of(corpus, language) for language in LANGUAGES]
    pause = np.zeros(12 * 16_000, np.int16)
    sounds = [part for clip in clips for part in (clip.samples, pause)]
    done = transcribed_here(
        store(Clip(np.concatenate(sounds), ""), tmp_path / "five.wav"),
        base,
        language="multilingual",
        beam_size=1,
    )
    segments = done.printed["segments"]
    start = 0.0
    for language, clip in zip(LANGUAGES, clips, strict=True):
        end = start + len(clip.samples) / 16_000
        detected = {
            segment["language"]
            for segment in segments
            if start <= (segment["start"] + segment["end"]) / 2 < end
        }
        assert detected == {language}
        start = end + 12


def test_fewer_words_of_french_poems_are_wrong_or_missing_than_with_the_batched_pipeline(
    corpus: Path, base: str
) -> None:
    """Of the words in the reference, which has the poems alone; both with beam 1.

    WER would count as errors the readers' introductions, which are spoken and are not in the
    reference: the batched pipeline skips most of them, and 57 words of the poems with them;
    sequential decoding and ours write them down.
    """
    recording = corpus / "long-fr" / "fleurs-du-mal-16min.mp3"
    normal = BasicTextNormalizer()
    segments, _ = BatchedInferencePipeline(on_one_core(base)).transcribe(
        str(recording), language="fr", beam_size=1, batch_size=8
    )
    reference = normal(recording.with_suffix(".txt").read_text())

    def wrong_or_missing(said: str) -> int:
        counted = jiwer.process_words(reference, normal(said))
        return int(counted.substitutions + counted.deletions)

    said = transcribed_here(recording, base, language="fr", beam_size=1).text
    assert wrong_or_missing(said) < wrong_or_missing("".join(segment.text for segment in segments))


def test_translation_is_into_english(corpus: Path, base: str, tmp_path: Path) -> None:
    recording = store(clips_of(corpus, "de"), tmp_path / "clips.wav")
    done = transcribed_here(recording, base, language="de", task="translate")
    assert done.printed["task"] == "translate"
    said = set(done.text.lower().replace(",", "").replace(".", "").split())
    assert len(said & {"the", "of", "and", "to", "is", "are", "in", "that", "was"}) >= 4
    assert not said & {"der", "die", "und", "nicht", "ist"}
