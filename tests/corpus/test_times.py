"""Word times, where the truth is known: at the joints of joined recordings."""

from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.recordings import Clip, load, read_sentences, store
from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.support.steps_in_memory import transcribed_here

LOUD = 0.02 * 32_768  # a level that only speech has in these clips


def onset(samples: Samples) -> float:
    """Seconds until the first sound: the first 10 ms whose level is that of speech."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(float)
    return float(np.argmax(np.sqrt((frames**2).mean(axis=1)) > LOUD)) * 0.01


def joined(clips: list[Clip], pause_s: float) -> tuple[Samples, list[float]]:
    """The clips one after another, and when each begins to speak."""
    pause = np.zeros(round(pause_s * SAMPLE_RATE), np.int16)
    starts, sounds, length = [], [], 0
    for clip in clips:
        starts.append(length / SAMPLE_RATE + onset(clip.samples))
        sounds += [clip.samples, pause]
        length += len(clip.samples) + len(pause)
    return np.concatenate(sounds), starts


def first_word_errors(recording: Path, clips: list[Clip], starts: list[float]) -> list[float]:
    """How far each clip's first word is from where the clip begins to speak."""
    words = transcribed_here(recording, language="en").printed["words"]
    errors = []
    for start, clip in zip(starts, clips, strict=True):
        opening = clip.text.split()[0].strip('",.').lower()
        near = [word["start"] for word in words if word["word"].strip('",.').lower() == opening]
        errors.append(min((abs(time - start) for time in near), default=99.0))
    return errors


def _bare(word: dict[str, Any]) -> str:
    return str(word["word"]).strip('",.').lower()


def test_the_first_words_of_joined_clips_are_where_the_joints_are(
    corpus: Path, tmp_path: Path
) -> None:
    clips = [
        *read_sentences(),
        Clip(load(corpus / "short-en" / "jfk.flac"), "And so, my fellow Americans"),
    ]
    for pause in (0.3, 1.0):
        sound, starts = joined(clips, pause)
        errors = first_word_errors(store(Clip(sound, ""), tmp_path / "joined.wav"), clips, starts)
        assert np.median(errors) <= 0.15, errors
        assert max(errors) <= 0.6, errors


@pytest.mark.usefixtures("corpus")
def test_there_is_no_drift_over_three_hours(tmp_path: Path) -> None:
    """The same clip in the first minute and in the last of three hours: the same times from its
    start.
    """
    sentences = read_sentences()
    sound, _ = joined(sentences[:4], 1.0)
    hush = np.zeros(3 * 3600 * SAMPLE_RATE - 2 * len(sound), np.int16)
    recording = store(Clip(np.concatenate([sound, hush, sound]), ""), tmp_path / "long.wav")
    words = transcribed_here(recording, language="en").printed["words"]
    offset = (len(sound) + len(hush)) / SAMPLE_RATE
    early = [word for word in words if word["start"] < offset / 2]
    late = [word for word in words if word["start"] > offset / 2]
    matching = SequenceMatcher(
        None, [_bare(word) for word in early], [_bare(word) for word in late], autojunk=False
    )
    pairs = [
        (early[block.a + i], late[block.b + i])
        for block in matching.get_matching_blocks()
        for i in range(block.size)
    ]
    assert len(pairs) > 0.9 * max(len(early), len(late))
    drift = [second["start"] - offset - first["start"] for first, second in pairs]
    assert abs(float(np.median(drift))) <= 0.02
    assert max(map(abs, drift)) <= 0.3, "as far as two alignments of a word in other windows differ"
