"""Sound for tests: tones, wav files, and what a file decodes to."""

import wave
from pathlib import Path

import av
import numpy as np

from fanscribe.audio.decode import decode
from fanscribe.audio.sound import Block, Samples
from fanscribe.times import SAMPLE_RATE


def a_tone(seconds: float, rate: int = SAMPLE_RATE) -> Samples:
    return (8_000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(
        np.int16
    )


def a_wav(path: Path, samples: Samples, rate: int = SAMPLE_RATE, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(samples.tobytes())
    return path


def a_video_without_sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(10):
            container.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
                )
            )
        container.mux(stream.encode())
    return path


def decoded(path: Path, *, separate: bool = False) -> Block:
    return np.concatenate(list(decode(path, path.name, separate=separate)), axis=1)
