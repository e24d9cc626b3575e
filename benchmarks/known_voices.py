"""How far known voices can be trusted: the same person in a clip and as a speaker, and others.

    python -m benchmarks.known_voices

Readers of the corpus, in a studio and in a room, are heard as they are and through telephones of
three kinds. A clip is so many seconds of somebody's speech. A speaker is so many seconds, of
another recording or of another part of the same one, in either place, over the same kind of line.
Printed is, for the thresholds that are in force, how often in percent a person is missed, and how
often somebody else is mistaken for one; then the same between two kinds of telephone, and between
near and telephone.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.conversations import Recipe, Setting, conversation
from benchmarks.recordings import load
from benchmarks.speakers import laid
from fanscribe.audio.sound import Samples
from fanscribe.speakers.known import BY_TELEPHONE, NEAR
from fanscribe.speakers.voice_prints import likeness, unit, vectors_of
from fanscribe.speakers.voice_reader import VoiceReader, load_voice_reader
from fanscribe.times import SAMPLE_RATE
from tests.support.hostile_media import encoded

PLACES: tuple[Setting, ...] = ("studio", "room")
READERS = (
    *("ferreira, first", "ferreira, second", "lundak", "bree", "french-1, first"),
    *("french-1, second", "french-2", "french-3", "french-4", "french-5"),
)
MINUTES = 2.5
APART = 5  # seconds between a clip and a speaker of the same recording
MOST = 8  # clips or speakers of a recording
LENGTHS = ((3, 10), (5, 10), (10, 10), (10, 30), (20, 30), (30, 30))  # seconds of clip and speaker


class Stretch(NamedTuple):
    """So many seconds of somebody's speech."""

    person: str
    recording: str
    start: float
    end: float
    line: str
    vector: NDArray[np.float64]


class Heard(NamedTuple):
    """All utterances of a recording."""

    person: str
    recording: str
    line: str
    middles: NDArray[np.float64]
    seconds: NDArray[np.float64]
    vectors: NDArray[np.float64]


def _filtered(samples: Samples) -> Samples:
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum = np.fft.rfft(samples.astype(np.float64)) * ((hertz > 300) & (hertz < 3_400))
    return np.asarray(np.clip(np.fft.irfft(spectrum, len(samples)), -32_768, 32_767), np.int16)


def _coded(samples: Samples, kind: str, codec: str, bit_rate: int | None = None) -> Samples:
    """At 8 kHz through a codec and back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"call.{kind}"
        path.write_bytes(encoded(samples, kind, codec, 8_000, bit_rate))
        return load(path)


LINES: dict[str, Callable[[Samples], Samples]] = {
    "near": lambda samples: samples,
    "band": _filtered,
    "law": lambda samples: _coded(samples, "wav", "pcm_mulaw"),
    "opus": lambda samples: _coded(samples, "ogg", "libopus", 10_000),
}


def _heard(reader: VoiceReader) -> Iterator[Heard]:
    for name in READERS:
        for seed, place in enumerate(PLACES):
            samples, _ = conversation(Recipe((name,), MINUTES, 100 + seed, place))
            for line, through in LINES.items():
                yield _listened(reader, name, line, through(samples))


def _listened(reader: VoiceReader, name: str, line: str, samples: Samples) -> Heard:
    found = [
        each
        for tile in laid(samples)
        if not tile.silent
        for each in reader.voices(tile, samples[tile.start : tile.end]).utterances
        if each.voice_print
    ]
    middles = [(each.active[0][0] + each.active[-1][1]) / 2 / SAMPLE_RATE for each in found]
    seconds = [each.alone / SAMPLE_RATE for each in found]
    vectors = vectors_of([each.voice_print or "" for each in found])
    person = name.split(",", maxsplit=1)[0]
    return Heard(person, name, line, np.array(middles), np.array(seconds), vectors)


def stretches(heard: Heard, length: float) -> Iterator[Stretch]:
    """Stretches with so many seconds of speech, one after the other."""
    first, made = 0, 0
    for i in range(len(heard.seconds)):
        if heard.seconds[first : i + 1].sum() < length:
            continue
        vector = heard.seconds[first : i + 1] @ heard.vectors[first : i + 1]
        begin, end = float(heard.middles[first]), float(heard.middles[i])
        yield Stretch(heard.person, heard.recording, begin, end, heard.line, vector)
        first, made = i + 1, made + 1
        if made == MOST:
            return


def rates(clips: Sequence[Stretch], speakers: Sequence[Stretch], kind: str) -> str:
    """Share of pairs of a kind in which a person is missed, or somebody mistaken."""
    alike = likeness(_vectors(clips), _vectors(speakers))
    own, others = list[float](), list[float]()
    for clip, row in zip(clips, alike, strict=True):
        needed = NEAR if clip.line == "near" else BY_TELEPHONE
        for speaker, cosine in zip(speakers, row, strict=True):
            if _kind(clip, speaker) != kind:
                continue
            if clip.person != speaker.person:
                others.append(cosine >= needed)
            elif _apart(clip, speaker):
                own.append(cosine < needed)
    return f"{100 * np.mean(own):8.1f}{100 * np.mean(others):8.2f}"


def _vectors(found: Sequence[Stretch]) -> NDArray[np.float64]:
    return unit(np.stack([each.vector for each in found]))


def _kind(clip: Stretch, speaker: Stretch) -> str:
    near = "near" in {clip.line, speaker.line}
    if clip.line == speaker.line:
        return "near" if near else "telephone"
    return "both" if near else "telephones"


def _apart(clip: Stretch, speaker: Stretch) -> bool:
    after = clip.end + APART < speaker.start or speaker.end + APART < clip.start
    return clip.recording != speaker.recording or after


def main() -> None:
    heard = list(_heard(load_voice_reader()))
    kinds = ("near", "telephone", "telephones", "both")
    print(f"{'clip':>6}{'speaker':>9}" + "".join(f"{kind:>16}" for kind in kinds))
    for clip_s, speaker_s in LENGTHS:
        clips = [each for one in heard for each in stretches(one, clip_s)]
        speakers = [each for one in heard for each in stretches(one, speaker_s)]
        shown = "".join(rates(clips, speakers, kind) for kind in kinds)
        print(f"{clip_s:4} s{speaker_s:7} s{shown}", flush=True)


if __name__ == "__main__":
    main()
