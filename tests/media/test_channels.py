"""Nobody is erased by the way in which channels become one, and ordinary music is mixed as usual.

Driven through Split: it decodes once more where the usual downmix has lost somebody.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fanscribe.audio.sound import Samples
from fanscribe.documents.payloads import SectionTask
from fanscribe.documents.plan import Sections
from fanscribe.jobs.folder import JobFolder
from fanscribe.runtime.settings import SplitSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.steps.split_decoding import (
    DecodedRecording,
    RecordingSource,
    decode_recording,
    split_section,
)
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import Track, in_file
from tests.support.decoded_media import decoded
from tests.support.fakes import MemoryStorage

SETTINGS = SplitSettings(work_bucket="work", model="tiny.en", chunk_tiles=2, map_concurrency=10)
Planes = NDArray[np.int16]
LAYOUTS = {3: "3.0", 4: "4.0", 6: "5.1", 8: "7.1"}
LFE = 3  # of 5.1
UNNAMED = [(3, 0), (3, 2), (4, 1), (4, 3), (6, 3), (6, 5), (8, 3), (8, 7)]


def a_source(storage: MemoryStorage, data: bytes) -> RecordingSource:
    storage.objects["recordings", "talk"] = data
    stored = storage.describe("recordings", "talk", None)
    return RecordingSource(storage, "recordings", "talk", stored, separate=False, limits=SETTINGS)


def listened_to(data: bytes) -> DecodedRecording:
    storage = MemoryStorage()
    found = decode_recording(
        JobFolder(storage, "work", "job"), a_source(storage, data), UsageMeter()
    )
    assert isinstance(found, DecodedRecording)
    return found


def listened_to_in_sections(data: bytes, count: int = 3) -> DecodedRecording:
    """As Split does a long recording: sections until all are there, of the same selection."""
    storage = MemoryStorage()
    folder, source = JobFolder(storage, "work", "job"), a_source(storage, data)
    where = {"bucket": "recordings", "key": "talk", "etag": source.stored.etag, "version": None}
    folder.save_sections(Sections(**where, size=len(data), count=count, separate=False))
    while not isinstance(found := decode_recording(folder, source, UsageMeter()), DecodedRecording):
        for number in found.sections:
            task = SectionTask(execution="here", job="job", section=number)
            split_section(task, SETTINGS, storage)
    return found


def is_heard(hearing: DecodedRecording) -> bool:
    """Whether the voice activity detection hears somebody for much of it."""
    probabilities = hearing.frames.values[0, 0]
    return float(np.mean(probabilities >= 0.5)) > 0.5


def on_channels(speech: Samples, count: int, *gains: tuple[int, float]) -> Planes:
    planes = np.zeros((count, len(speech)), np.int16)
    for channel, gain in gains:
        planes[channel] = speech * gain
    return planes


@pytest.fixture(scope="module")
def voice(speech: Samples) -> Samples:
    return speech[: 12 * SAMPLE_RATE] // 2


INVERTED = [("mp3", "libmp3lame"), ("mp4", "aac"), ("matroska", "libopus")]


@pytest.mark.parametrize(("form", "codec"), INVERTED)
def test_a_voice_in_opposite_phase_is_heard(voice: Samples, form: str, codec: str) -> None:
    planes = on_channels(voice, 2, (0, 1), (1, -1))
    data = in_file(form, codec, "stereo", Track(planes), rate=48_000)
    whole, parts = listened_to(data), listened_to_in_sections(data)
    assert whole.selection.downmix != "usual"
    assert parts.selection == whole.selection
    assert is_heard(whole)
    assert is_heard(parts)


@pytest.mark.parametrize(("form", "codec"), [("wav", "pcm_s16le"), ("matroska", "flac")])
def test_a_voice_on_the_lfe_is_heard(voice: Samples, form: str, codec: str) -> None:
    data = in_file(form, codec, "5.1", Track(on_channels(voice, 6, (LFE, 1))))
    whole, parts = listened_to(data), listened_to_in_sections(data)
    assert whole.selection.downmix != "usual"
    assert parts.selection == whole.selection
    assert is_heard(whole)


@pytest.mark.parametrize(("count", "channel"), UNNAMED)
def test_a_voice_on_any_channel_without_a_layout_is_heard(
    voice: Samples,
    count: int,
    channel: int,
) -> None:
    planes = on_channels(voice, count, (channel, 1))
    data = bytearray(in_file("wav", "pcm_s16le", LAYOUTS[count], Track(planes)))
    assert data[20:22] == b"\xfe\xff", "WAVE_FORMAT_EXTENSIBLE, which has a mask"
    data[40:44] = bytes(4)
    assert is_heard(listened_to(bytes(data)))


def test_a_voice_in_opposite_phase_for_half_a_minute_of_five_is_heard(speech: Samples) -> None:
    long = np.tile(speech // 2, 6)
    planes = on_channels(long, 2, (0, 1), (1, 1))
    begin, end = 120 * SAMPLE_RATE, 150 * SAMPLE_RATE
    planes[1, begin:end] *= -1
    data = in_file("flac", "flac", "stereo", Track(planes))
    whole, parts = listened_to(data), listened_to_in_sections(data)
    assert whole.selection.downmix != "usual"
    assert parts.selection == whole.selection
    there = whole.frames.values[0, 0, begin // 512 : end // 512]
    assert float(np.mean(there >= 0.5)) > 0.5


@cache
def music(count: int) -> Planes:
    """Twelve seconds of chords that are panned, with echoes that differ on each channel."""
    chance, seconds = np.random.default_rng(count), 12
    time = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    planes = np.zeros((count, len(time)))
    for beat in np.arange(0, seconds, 0.8):
        envelope = np.where(time >= beat, np.exp(-3 * np.maximum(time - beat, 0)), 0)
        for pitch in 220 * 2 ** (chance.integers(0, 24, 3) / 12):
            for channel, gain in enumerate(chance.uniform(0.2, 1, count)):
                phase = chance.uniform(0, 0.6)
                planes[channel] += gain * envelope * np.sin(2 * np.pi * pitch * time + phase)
    planes += chance.normal(0, 0.02, planes.shape)
    loud: Planes = (planes * 9_000 / np.abs(planes).max()).astype(np.int16)
    return loud


ORDINARY: dict[str, tuple[str, Callable[[Samples], Planes]]] = {
    "music": ("stereo", lambda _: music(2)),
    "music in 5.1": ("5.1", lambda _: music(6)),
    "a voice in the middle": ("stereo", lambda voice: on_channels(voice, 2, (0, 1), (1, 1))),
    "a voice on the left": ("stereo", lambda voice: on_channels(voice, 2, (0, 1))),
    "a voice on the right, softly on the left": (
        "stereo",
        lambda voice: on_channels(voice, 2, (0, 0.3), (1, 1)),
    ),
    "two voices": (
        "stereo",
        lambda voice: np.stack([voice, np.roll(voice, 5 * SAMPLE_RATE)]),
    ),
    "two microphones, apart": (
        "stereo",
        lambda voice: np.stack([voice, np.roll(voice, 40)]),
    ),
    "a voice in the centre of 5.1, with music": (
        "5.1",
        lambda voice: music(6) // 4 + on_channels(voice, 6, (2, 0.7)),
    ),
}


LOSSY = [("music", "aac"), ("music in 5.1", "aac"), ("two microphones, apart", "libopus")]


@pytest.mark.parametrize(("what", "codec"), [*((each, "flac") for each in ORDINARY), *LOSSY])
def test_what_is_ordinary_is_mixed_as_usual(
    tmp_path: Path,
    voice: Samples,
    what: str,
    codec: str,
) -> None:
    layout, planes = ORDINARY[what]
    rate = SAMPLE_RATE if codec == "flac" else 48_000
    path = tmp_path / "talk"
    path.write_bytes(in_file("matroska", codec, layout, Track(planes(voice)), rate=rate))
    findings = decoded(path).findings
    assert findings.audible > 1
    assert findings.lost["usual"] < min(1.0, findings.audible / 10), findings.lost
