"""Which speakers have a known voice."""

import numpy as np

from fanscribe.documents.speaker import Recognized
from fanscribe.documents.voices import KnownVoice, TileVoices, Utterance
from fanscribe.speakers.known import is_narrow, known_voice, recognized, voice_of
from fanscribe.speakers.voice_prints import packed
from fanscribe.times import SAMPLE_RATE

RNG = np.random.default_rng(1)
FIRST, SECOND = (RNG.standard_normal(192) for _ in range(2))


def between(share: float) -> str:
    """A voice so much like the first one, by its cosine."""
    one, other = FIRST / np.linalg.norm(FIRST), SECOND / np.linalg.norm(SECOND)
    other -= (other @ one) * one
    return packed(share * one + np.sqrt(1 - share**2) * other / np.linalg.norm(other))


def known(share: float, *, narrow: bool = False) -> KnownVoice:
    return KnownVoice(voice_print=between(share), narrow=narrow)


def said(start_s: int, seconds: int, voice_print: str | None) -> Utterance:
    start = start_s * SAMPLE_RATE
    span = (start, start + seconds * SAMPLE_RATE)
    return Utterance(
        window=start, voice=0, active=(span,), alone=span[1] - start, voice_print=voice_print
    )


def test_whoever_is_near_enough_has_the_name_and_by_telephone_it_takes_more() -> None:
    speakers = {7: between(1)}
    assert recognized(speakers, {"Ada": [known(0.62)]}) == {7: Recognized("Ada", 0.62)}
    assert recognized(speakers, {"Ada": [known(0.58)]}) == {}
    assert recognized(speakers, {"Ada": [known(0.78, narrow=True)]}) == {}
    assert recognized(speakers, {"Ada": [known(0.82, narrow=True)]}) == {7: Recognized("Ada", 0.82)}
    assert recognized({}, {"Ada": [known(1)]}) == recognized(speakers, {}) == {}


def test_the_nearest_is_first_and_nobody_has_two_names_or_shares_one() -> None:
    speakers = {0: between(1), 1: between(0.9)}
    found = recognized(speakers, {"Ada": [known(0.95)], "Eve": [known(0.7)], "Bob": [known(0.1)]})
    assert found.keys() == {0, 1}
    assert sorted(each.name for each in found.values()) == ["Ada", "Eve"]
    assert recognized(speakers, {"Ada": [known(1)]}) == {0: Recognized("Ada", 1.0)}


def test_several_clips_count_by_their_mean_those_by_telephone_apart() -> None:
    clips = [known(0.5), known(0.5), known(0.9, narrow=True)]
    assert recognized({0: between(1)}, {"Ada": clips}) == {0: Recognized("Ada", 0.9)}
    assert recognized({0: between(1)}, {"Ada": clips[:2]}) == {}


def test_the_voice_of_a_clip_is_that_of_whoever_speaks_most_in_it() -> None:
    tile = TileVoices(
        tile=0,
        utterances=(
            said(0, 2, between(0)),
            *(said(2 * i, 2, between(1)) for i in range(1, 5)),
            said(10, 1, None),
        ),
    )
    noise = RNG.integers(-9_000, 9_000, 10 * SAMPLE_RATE).astype(np.int16)
    voice = known_voice(noise, [tile])
    assert voice is not None
    assert recognized({0: between(1)}, {"Ada": [voice]}) == {0: Recognized("Ada", 1.0)}
    assert known_voice(noise, [TileVoices(tile=0, utterances=())]) is None
    assert voice_of([said(0, 1, None)]) is None


def test_sound_without_anything_above_a_telephone_s_band_is_narrow() -> None:
    noise = RNG.integers(-9_000, 9_000, 10 * SAMPLE_RATE)
    spectrum = np.fft.rfft(noise)
    spectrum[np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE) > 3_400] = 0
    assert not is_narrow(noise.astype(np.int16))
    assert is_narrow(np.fft.irfft(spectrum).astype(np.int16))
