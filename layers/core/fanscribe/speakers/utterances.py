"""Utterances of a tile, found in its sound, each with a voice print.

Nothing but the tile has a say, so the fan-out has none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from fanscribe.audio.decode import waveform
from fanscribe.audio.sound import Samples
from fanscribe.documents.plan import Tile
from fanscribe.documents.voices import TileVoices, Utterance
from fanscribe.speakers.building import EMBEDDING, SEGMENTATION
from fanscribe.speakers.features import STEP, WIDTH, Floats, filter_bank
from fanscribe.speakers.segmentation import (
    FRAME_STEP,
    VOICES,
    Mask,
    Window,
    frame_at,
    windows,
)
from fanscribe.speakers.voice_prints import packed
from fanscribe.times import SAMPLE_RATE

LENGTH = 2 * SAMPLE_RATE // FRAME_STEP  # frames of an utterance, more or less
LONGEST = LENGTH * 5 // 4
PAUSE = SAMPLE_RATE // 2 // FRAME_STEP  # frames of silence that end an utterance
SHORTEST = 40  # feature frames from which a voice print is made: 0.4 s

Frames = NDArray[np.intp]  # numbers of a window's frames, ascending


@dataclass(frozen=True)
class NetworkVoiceReader:
    """A voice reader that uses the two models of a folder."""

    segmentation: onnxruntime.InferenceSession
    embedding: onnxruntime.InferenceSession

    @classmethod
    def of(cls, folder: Path) -> "NetworkVoiceReader":
        """Load both models."""
        return cls(_session(folder / SEGMENTATION), _session(folder / EMBEDDING))

    def voices(self, tile: Tile, samples: Samples) -> TileVoices:
        """Utterances of the tile, each with the print of its voice."""
        sound = waveform(samples)
        features = filter_bank(sound)
        found = [
            utterance
            for window in windows(self.segmentation, sound)
            for utterance in self._utterances(tile, window, features)
        ]
        return TileVoices(tile=tile.index, utterances=tuple(found))

    def _utterances(self, tile: Tile, window: Window, features: Floats) -> Iterator[Utterance]:
        active = window.active.copy()
        active[: window.first] = active[window.last :] = False
        alone = active & (active.sum(1, keepdims=True) == 1)
        frame_of = _frame_of_features(len(features), window.start)
        for voice in range(VOICES):
            speaks = np.flatnonzero(active[:, voice])
            # whoever never speaks alone is known from what others speak over
            groups = groups_of(alone[:, voice]) or groups_of(active[:, voice])
            for group, share in zip(groups, _shares(groups, speaks), strict=True):
                if not (spans := _spans(share, tile, window)):
                    continue  # in the silence that fills up a short tile
                own = np.isin(frame_of, group)
                yield Utterance(
                    window=tile.start + window.start,
                    voice=voice,
                    active=spans,
                    alone=int(alone[group, voice].sum()) * FRAME_STEP,
                    voice_print=self._voice_print(features[own]),
                )

    def _voice_print(self, features: Floats) -> str | None:
        if len(features) < SHORTEST:
            return None
        normed = features - features.mean(0)
        (vectors,) = self.embedding.run(None, {"features": normed[np.newaxis]})
        return packed(vectors[0])


def _session(model: Path) -> onnxruntime.InferenceSession:
    """On one thread: with two, the last digits are others. So no number of cores has a say."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # lengths vary: a plan for each would only hold more of it at once
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def groups_of(mask: Mask) -> list[Frames]:
    """Frames of a mask in groups of about LENGTH, none with a PAUSE in it."""
    groups: list[Frames] = []
    for run in runs(np.flatnonzero(mask)):
        for part in np.array_split(run, max(1, round(len(run) / LENGTH))):
            if (
                groups
                and part[0] - groups[-1][-1] <= PAUSE
                and len(groups[-1]) + len(part) <= LONGEST
            ):
                groups[-1] = np.concatenate([groups[-1], part])
            else:
                groups.append(part)
    return groups


def runs(frames: Frames) -> list[Frames]:
    """Frames as runs without a gap."""
    if not len(frames):
        return []
    return np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)


def _shares(groups: Sequence[Frames], frames: Frames) -> list[Frames]:
    """Frames, each with the group that is nearest."""
    if not groups:
        return []
    middles = [(here[-1] + there[0] + 1) // 2 for here, there in pairwise(groups)]
    return np.split(frames, np.searchsorted(frames, middles))


def _spans(frames: Frames, tile: Tile, window: Window) -> tuple[tuple[int, int], ...]:
    """When they are, in samples of the recording, within the tile."""

    def place(frame: int) -> int:
        return min(tile.end, tile.start + window.sample_of(frame))

    found = [(place(int(run[0])), place(int(run[-1]) + 1)) for run in runs(frames)]
    return tuple((start, end) for start, end in found if start < end)


def _frame_of_features(count: int, start: int) -> Frames:
    """For each frame of the features of a tile, the nearest frame of the window that starts at a
    sample.
    """
    middles = np.arange(count) * STEP + WIDTH // 2 - start
    return frame_at(middles - FRAME_STEP // 2)
