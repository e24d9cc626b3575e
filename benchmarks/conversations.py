"""Conversations with exact references, made of readings in the public domain. All follows from a
seed.

A turn is a stretch of one reading, from pause to pause. Readers take turns at random; some begin
before the last has ended, and short remarks fall into long turns. A room, noise or a telephone are
simulated.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.diarization import Spoken
from benchmarks.recordings import CORPUS, load
from fanscribe.audio.sound import Samples
from fanscribe.tiling.tiles import speech_spans
from fanscribe.tiling.voice_activity import SpeechDetector
from fanscribe.times import SAMPLE_RATE, milliseconds

Setting = Literal["studio", "room", "telephone"]
Waveform = NDArray[np.float64]

# Where each reader reads, in seconds: recordings of LibriVox that the corpus joined
ENGLISH = Path("long-en/fairy-tales-30min.mp3")
FRENCH = Path("long-fr/fleurs-du-mal-16min.mp3")
Places = tuple[tuple[float, float], ...]
READERS: dict[str, tuple[Path, Places]] = {
    "ferreira": (ENGLISH, ((0, 477.5), (999, 1403.5))),
    "lundak": (ENGLISH, ((478, 997.5),)),
    "bree": (ENGLISH, ((1412, 1788),)),
    "french-1": (FRENCH, ((1, 276.5), (542, 706), (885.5, 950))),
    "french-2": (FRENCH, ((278, 364),)),
    "french-3": (FRENCH, ((365.5, 471.5),)),
    "french-4": (FRENCH, ((472.5, 541),)),
    "french-5": (FRENCH, ((707, 884.5),)),
    # the same people, recording by recording
    "ferreira, first": (ENGLISH, ((0, 477.5),)),
    "ferreira, second": (ENGLISH, ((999, 1403.5),)),
    "french-1, first": (FRENCH, ((1, 276.5),)),
    "french-1, second": (FRENCH, ((542, 706),)),
}


def _fleurs(*clips: str) -> tuple[str, ...]:
    return tuple(f"short-multi/fleurs-{clip}.ogg" for clip in clips)


# Speakers by their clips of some ten seconds: of FLEURS, of LJ Speech, and a president
CLIPS: dict[str, tuple[str, ...]] = {
    "german-1": _fleurs("de-000", "de-002"),
    "german-2": _fleurs("de-001", "de-004"),
    "german-3": _fleurs("de-003"),
    "portuguese-1": _fleurs("pt-000"),
    "portuguese-2": _fleurs("pt-001", "pt-002"),
    "portuguese-3": _fleurs("pt-003", "pt-004"),
    "english": _fleurs("en-000"),
    "spanish": _fleurs("es-000"),
    "linda": tuple(f"short-en/LJ001-{i:04}.wav" for i in range(1, 11)),
    "kennedy": ("short-en/jfk.flac",),
}
LOUDNESS = 0.06  # of every reader, as RMS
NOISE_DB: dict[Setting, float] = {"studio": -40, "room": -18, "telephone": -25}  # below speech
BRIDGED = 300  # ms: shorter pauses are speech, as annotators have it
FADE = SAMPLE_RATE // 20
PIECE, MARGIN = 2**22, 2**19  # samples of a piece that is filtered, and at its edges left out


@dataclass(frozen=True)
class Recipe:
    """What a conversation is made from."""

    readers: tuple[str, ...]
    minutes: float
    seed: int
    setting: Setting = "studio"
    overlaps: float = 0.1  # share of turns, more or less, that begin too early
    again: bool = False  # whoever has read all begins anew, until the time is over


@dataclass
class _Reading:
    """A reader's speech, taken from the front."""

    sound: Waveform
    spans: list[tuple[int, int]]

    def take(self, seconds: float) -> tuple[Waveform, list[tuple[int, int]]]:
        """About so much, from pause to pause; and where in it speech is."""
        begin = self.spans[0][0]
        taken = [self.spans.pop(0)]
        while (
            self.spans
            and self.spans[0][1] - begin < seconds * SAMPLE_RATE
            and self.spans[0][0] - taken[-1][1] < SAMPLE_RATE
        ):
            taken.append(self.spans.pop(0))
        low = max(0, begin - FADE)
        sound = self.sound[low : taken[-1][1] + FADE].copy()
        fade = np.linspace(0, 1, FADE)
        sound[:FADE] *= fade
        sound[-FADE:] *= fade[::-1]
        return sound, [(start - low, end - low) for start, end in taken]


@dataclass
class _Mix:
    """The conversation as it grows."""

    length: int
    sound: Waveform = field(init=False)
    spoken: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sound = np.zeros(self.length + 60 * SAMPLE_RATE)

    def add(self, who: str, start: int, sound: Waveform, spans: Sequence[tuple[int, int]]) -> int:
        """Returns where the speech ends."""
        end = min(len(self.sound), start + len(sound))
        self.sound[start:end] += sound[: end - start]
        self.spoken += [(who, start + first, start + last) for first, last in spans]
        return start + spans[-1][1]


def conversation(recipe: Recipe) -> tuple[Samples, list[Spoken]]:
    """Its sound, and who speaks when."""
    rng = np.random.default_rng(recipe.seed)
    readings = {who: _reading(who) for who in recipe.readers}
    colour = {who: _placed(recipe.setting, rng) for who in recipe.readers}
    mix, at, last = _Mix(round(recipe.minutes * 60 * SAMPLE_RATE)), 0, ""

    def seconds(low: float, high: float) -> int:
        return int(rng.uniform(low, high) * SAMPLE_RATE)

    while at < mix.length and (left := [who for who, each in readings.items() if each.spans]):
        who = str(rng.choice([each for each in left if each != last] or left))
        sound, spans = readings[who].take(float(np.exp(rng.uniform(0, np.log(20)))))
        end, last = mix.add(who, at, colour[who](sound), spans), who
        if recipe.again and not readings[who].spans:
            readings[who] = _reading(who)
        others = [each for each in left if each != who and readings[each].spans]
        if others and end - at > 6 * SAMPLE_RATE and rng.random() < 2 * recipe.overlaps:
            other = str(rng.choice(others))
            remark, its = readings[other].take(1.0)
            if len(remark) < 3 * SAMPLE_RATE:
                mix.add(
                    other, at + seconds(1, (end - at) / SAMPLE_RATE - 3), colour[other](remark), its
                )
        early = rng.random() < 4 * recipe.overlaps
        at = end - min(seconds(0.3, 2.5), (end - at) // 2) if early else end + seconds(0.05, 1.2)
    return _recorded(recipe.setting, mix, rng), _reference(mix)


def _brown(hertz: Waveform) -> Waveform:
    return np.asarray(1 / np.maximum(hertz, 50))


def _recorded(setting: Setting, mix: _Mix, rng: np.random.Generator) -> Samples:
    sound = mix.sound[: max(end for _, _, end in mix.spoken) + SAMPLE_RATE]
    noise = _filtered(rng.standard_normal(len(sound)), _brown)
    noise *= LOUDNESS * 10 ** (NOISE_DB[setting] / 20) / noise.std()
    sound += noise
    del noise  # half a gigabyte for each hour
    if setting == "telephone":
        sound = _filtered(sound, lambda hertz: ((hertz > 300) & (hertz < 3_400)).astype(float))
    np.clip(sound, -1, 1, out=sound)
    sound *= 32_767
    return sound.astype(np.int16)


def _placed(setting: Setting, rng: np.random.Generator) -> Callable[[Waveform], Waveform]:
    """A reader's loudness, and where in the room it is."""
    gain = 10 ** (rng.uniform(-4, 4) / 20)
    if setting != "room":
        return lambda sound: sound * gain
    fades = rng.uniform(0.25, 0.55)  # seconds until the echo is 60 dB lower
    times = np.arange(int(fades * SAMPLE_RATE)) / SAMPLE_RATE
    echo = rng.standard_normal(len(times)) * 10 ** (-3 * times / fades)
    echo[: SAMPLE_RATE // 400] = 0
    echo *= rng.uniform(0.5, 1) / np.sqrt((echo**2).sum())
    echo[0] = 1

    def heard(sound: Waveform) -> Waveform:
        length = len(sound) + len(echo)
        spectrum = np.fft.rfft(sound, length) * np.fft.rfft(echo, length)
        return np.asarray(np.fft.irfft(spectrum, length)[: len(sound)] * gain)

    return heard


def _filtered(sound: Waveform, gain: Callable[[Any], Any]) -> Waveform:
    """In pieces, since all of an hour at once takes 9 GB."""
    weights = gain(np.fft.rfftfreq(PIECE, 1 / SAMPLE_RATE))
    padded = np.pad(sound, (MARGIN, PIECE))
    filtered = np.empty_like(sound)
    for start in range(0, len(sound), PIECE - 2 * MARGIN):
        piece = np.fft.irfft(np.fft.rfft(padded[start : start + PIECE]) * weights, PIECE)
        here = filtered[start : start + PIECE - 2 * MARGIN]
        here[:] = piece[MARGIN : MARGIN + len(here)]
    return filtered


def _reference(mix: _Mix) -> list[Spoken]:
    joined: list[Spoken] = []
    for who, start, end in sorted(mix.spoken):
        first, last = milliseconds(start), milliseconds(end)
        if joined and joined[-1].who == who and first - joined[-1].end < BRIDGED:
            joined[-1] = joined[-1]._replace(end=max(joined[-1].end, last))
        else:
            joined.append(Spoken(first, last, who))
    return sorted(joined)


def _reading(who: str) -> _Reading:
    sound, spans = _source(who)
    return _Reading(sound, list(spans))


@cache
def _source(who: str) -> tuple[Waveform, tuple[tuple[int, int], ...]]:
    samples = np.concatenate(list(_parts(who)))
    detector = SpeechDetector()
    detector.feed(samples)
    detector.finish()
    spans = tuple(speech_spans(detector.probabilities.tolist(), len(samples)))
    sound = samples / 32_768
    speech = np.concatenate([sound[start:end] for start, end in spans])
    return sound * (LOUDNESS / np.sqrt(np.mean(speech**2))), spans


def _parts(who: str) -> Iterator[Samples]:
    if who in CLIPS:
        yield from (_loaded(CORPUS / clip) for clip in CLIPS[who])
        return
    file, places = READERS[who]
    whole = _loaded(CORPUS / file)
    for start, end in places:
        yield whole[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]


@cache
def _loaded(path: Path) -> Samples:
    return load(path)
