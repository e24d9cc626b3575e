"""Voice activity detection: Silero VAD over a stream, 32 ms at a time, in bounded memory.

Uses the model file that ships inside faster-whisper, through onnxruntime alone: importing
faster-whisper itself would load ctranslate2 into a function that never transcribes. Gives the
probabilities of `faster_whisper.vad` exactly (tested).
"""

import importlib.util
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from fanscribe.audio.decode import waveform
from fanscribe.audio.sound import Samples
from fanscribe.times import FRAME

CONTEXT = 64  # samples of the frame before that Silero wants in front of each frame
OFFSET = 3  # times as far from 0 as it moves: a frame of a faulty input, or of one that has silence


def _model_file() -> Path:
    package = importlib.util.find_spec("faster_whisper")  # found, not imported
    if package is None or package.origin is None:
        raise ModuleNotFoundError("faster-whisper carries the VAD's model, and is not installed")
    return Path(package.origin).parent / "assets" / "silero_vad_v6.onnx"


def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    # More threads take longer, for they wait for each other at each of many small convolutions.
    # Half an hour on two cores: one 3.3 s, two 3.9; two that spin 2.6, but 5.3 of CPU, and the
    # decoder wants the cores too. Split as a whole on sixteen: one 3.6, four that spin 4.8.
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(_model_file(), options, providers=["CPUExecutionProvider"])


@dataclass
class SpeechDetector:
    """Feed it blocks of any length in order, then `finish`.

    One probability and one level (RMS, 0 to 1) per frame.

    A recording that is too quiet for Silero is made louder for it, by `gain_db`, around its own
    middle; levels are those of the recording. A constant offset is no level.
    """

    gain_db: int = 0
    # 4 bytes each: 11 MB a day
    probabilities: "array[float]" = field(default_factory=lambda: array("f"))
    levels: "array[float]" = field(default_factory=lambda: array("f"))
    _session: onnxruntime.InferenceSession = field(default_factory=_session)
    _state: tuple[NDArray[np.float32], NDArray[np.float32]] = field(
        default_factory=lambda: (
            np.zeros((1, 1, 128), np.float32),
            np.zeros((1, 1, 128), np.float32),
        )
    )
    _context: NDArray[np.float32] = field(default_factory=lambda: np.zeros(CONTEXT, np.float32))
    _rest: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def feed(self, block: Samples) -> None:
        """Take the next samples, of any number. The rest of a frame waits for the next block."""
        samples = np.concatenate([self._rest, waveform(block)])
        whole = len(samples) // FRAME * FRAME
        self._rest = samples[whole:]
        if whole:
            self._detect(samples[:whole].reshape(-1, FRAME))

    def finish(self) -> None:
        """The last frame, filled up with silence."""
        if len(self._rest):
            self._detect(np.pad(self._rest, (0, FRAME - len(self._rest)))[np.newaxis])
            self._rest = self._rest[:0]

    def _detect(self, frames: NDArray[np.float32]) -> None:
        middles = frames.mean(axis=1, keepdims=True)
        moves = frames - middles
        heard = moves if self.gain_db else frames
        tails = np.vstack([self._context, heard[:, -CONTEXT:]])
        self._context = tails[-1]
        windows = np.hstack([tails[:-1], heard])
        if self.gain_db:
            windows = np.clip(windows * np.float32(10 ** (self.gain_db / 20)), -1, 1)
        inputs = {"input": windows, "h": self._state[0], "c": self._state[1]}
        speech, *state = self._session.run(None, inputs)
        self._state = (state[0], state[1])
        self.probabilities.extend(speech.reshape(-1))
        levels, moving = (np.sqrt(np.mean(each**2, axis=1)) for each in (frames, moves))
        off = np.abs(middles[:, 0]) > OFFSET * moving
        self.levels.extend(np.where(off, moving, levels))
