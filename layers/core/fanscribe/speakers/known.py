"""Known voices: how each sounds, and which speakers sound so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from fanscribe.audio.sound import Samples
from fanscribe.documents.options import MOST_SPEAKERS, SpeakerCount
from fanscribe.documents.speaker import Recognized
from fanscribe.documents.voices import KnownVoice, TileVoices, Utterance
from fanscribe.speakers.clustering import speakers_of
from fanscribe.speakers.voice_prints import Vectors, likeness, packed, unit, vectors_of
from fanscribe.times import SAMPLE_RATE

# Cosines from which on a speaker has a known voice. By telephone all people sound more alike, and
# nobody like themselves from near: benchmarks/known_voices.py
NEAR, BY_TELEPHONE = 0.6, 0.8
BAND, ABOVE = (300, 3_000), (4_300, 6_000)  # Hz: what a telephone carries, and does not
NEXT_TO_NOTHING = 1e-4  # of the power: telephones have 1e-4.4 and less, other recordings 1e-3.1
DIGITS = 2  # of a similarity
ANYBODY = SpeakerCount(fewest=1, most=MOST_SPEAKERS)


class Voice(NamedTuple):
    """One person's voice print, and the seconds of speech behind it."""

    voice_print: str
    seconds: float


def voice_of(utterances: Sequence[Utterance]) -> Voice | None:
    """The voice of utterances of one person. None if all are too short to tell."""
    printed = [each for each in utterances if each.voice_print is not None]
    if not printed:
        return None
    seconds = np.array([max(each.alone, 1) for each in printed]) / SAMPLE_RATE
    vectors = vectors_of([each.voice_print or "" for each in printed])
    return Voice(packed(seconds @ vectors), float(seconds.sum()))


def known_voice(samples: Samples, tiles: Sequence[TileVoices]) -> KnownVoice | None:
    """The voice of whoever speaks most in a clip. None if nobody does."""
    speakers: dict[int | None, list[Utterance]] = {}
    for tile, found in zip(tiles, speakers_of(tiles, ANYBODY), strict=True):
        for utterance, speaker in zip(tile.utterances, found, strict=True):
            speakers.setdefault(speaker, []).append(utterance)
    voices = [voice for each in speakers.values() if (voice := voice_of(each))]
    voice = max(voices, key=lambda voice: voice.seconds, default=None)
    return voice and KnownVoice(voice_print=voice.voice_print, narrow=is_narrow(samples))


def is_narrow(samples: Samples) -> bool:
    """True if there is next to nothing above what a telephone carries."""
    power = np.square(np.abs(np.fft.rfft(samples.astype(np.float64))))
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    inside, above = (power[(hertz > low) & (hertz < high)].mean() for low, high in (BAND, ABOVE))
    return bool(above < NEXT_TO_NOTHING * inside)


def similarity(one: str, other: str) -> float:
    """Cosine of two voice prints."""
    return round(float(likeness(vectors_of([one]), vectors_of([other]))[0, 0]), DIGITS)


def recognized(
    speakers: Mapping[int, str], known: Mapping[str, Sequence[KnownVoice]]
) -> dict[int, Recognized]:
    """Speakers, given by their voice prints, who have a known voice. Whoever is nearest is first:
    nobody has two names, and no name two. Several clips of one person count by their mean.
    """
    if not speakers or not known:
        return {}
    numbers, names = list(speakers), list(known)
    theirs = vectors_of(list(speakers.values()))
    near, far = (
        [[each.voice_print for each in clips if each.narrow == narrow] for clips in known.values()]
        for narrow in (False, True)
    )
    alike = np.stack([likeness(theirs, _means(way, theirs.shape[1])) for way in (near, far)])
    beyond = alike - np.array([NEAR, BY_TELEPHONE])[:, np.newaxis, np.newaxis]
    found: dict[int, Recognized] = {}
    while beyond.max() >= 0:
        way, speaker, name = np.unravel_index(int(beyond.argmax()), beyond.shape)
        cosine = round(float(alike[way, speaker, name]), DIGITS)
        found[numbers[speaker]] = Recognized(names[name], cosine)
        beyond[:, speaker] = beyond[:, :, name] = -1
    return found


def _means(voices: Iterable[Sequence[str]], width: int) -> Vectors:
    """One row for each voice; zeros where there is no print."""
    return unit(np.stack([vectors_of(each).sum(0) if each else np.zeros(width) for each in voices]))
