"""Voice activity, over a stream, as faster-whisper hears it in one piece."""

import numpy as np
import pytest
from faster_whisper.vad import VadOptions, get_speech_timestamps, get_vad_model

from fanscribe.audio.decode import FULL_SCALE
from fanscribe.audio.sound import Samples
from fanscribe.tiling.tiles import speech_spans
from fanscribe.tiling.voice_activity import SpeechDetector
from fanscribe.times import FRAME
from tests.conftest import SAMPLE
from tests.support.audio import decoded


@pytest.fixture(scope="module")
def talk() -> Samples:
    """The first minute and a bit of the sample: not a whole number of frames."""
    return decoded(SAMPLE)[0, : 60 * 16_000 + 77]


def detected(samples: Samples, block: int, gain_db: int = 0) -> SpeechDetector:
    detector = SpeechDetector(gain_db)
    for start in range(0, len(samples), block):
        detector.feed(samples[start : start + block])
    detector.finish()
    return detector


def test_probabilities_are_silerovads_own(talk: Samples) -> None:
    padded = np.pad(talk.astype(np.float32) / FULL_SCALE, (0, -len(talk) % FRAME))
    assert np.allclose(
        detected(talk, 100_000).probabilities, get_vad_model()(padded).reshape(-1), atol=1e-5
    )


@pytest.mark.parametrize("block", [160_000, 16_000, 1_001])
def test_the_size_of_the_blocks_leaves_no_trace(talk: Samples, block: int) -> None:
    whole, pieces = detected(talk, len(talk)), detected(talk, block)
    assert len(pieces.probabilities) == len(pieces.levels) == -(-len(talk) // FRAME)
    assert np.allclose(pieces.probabilities, whole.probabilities, atol=1e-5)
    assert np.allclose(pieces.levels, whole.levels)


def test_spans_of_speech_are_those_of_faster_whisper(talk: Samples) -> None:
    options = VadOptions(threshold=0.5, min_silence_duration_ms=160, speech_pad_ms=0)
    theirs = get_speech_timestamps(talk.astype(np.float32) / FULL_SCALE, options)
    ours = speech_spans(detected(talk, 160_000).probabilities, len(talk))
    assert ours == [(span["start"], span["end"]) for span in theirs]


def test_levels_are_those_of_the_sound() -> None:
    loud = np.tile(np.array([16_384, -16_384], np.int16), FRAME * 3 // 2)
    assert np.allclose(detected(loud, FRAME).levels, 0.5)


@pytest.mark.parametrize("offset", [-10_000, 300, 3_000])
def test_a_constant_offset_is_no_level_and_hides_no_speech(talk: Samples, offset: int) -> None:
    quiet = np.round(talk * 0.01).astype(np.int16)
    plain, off = (detected(each, 160_000, 36) for each in (quiet, quiet + np.int16(offset)))
    # the last frame is filled up with zeros
    assert max(off.levels[:-1]) == pytest.approx(max(plain.levels[:-1]), rel=0.05)
    heard, expected = (
        sum(end - start for start, end in speech_spans(each.probabilities, len(talk)))
        for each in (off, plain)
    )
    assert heard == pytest.approx(expected, rel=0.01)
