"""Filter banks and the geometry of windows."""

from itertools import pairwise

import numpy as np
import pytest

from fanscribe.speakers.features import BANDS, LOWEST, filter_bank
from fanscribe.speakers.segmentation import WINDOW, Window, frame_at, windows
from fanscribe.speakers.utterances import LONGEST, groups_of
from fanscribe.times import SAMPLE_RATE


def a_tone(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)


@pytest.mark.parametrize("hertz", [200, 1_000, 4_000])
def test_a_tone_is_loudest_in_its_own_band(hertz: float) -> None:
    def mel(frequency: float) -> float:
        return float(1127 * np.log(1 + frequency / 700))

    found = filter_bank(a_tone(hertz))
    assert found.shape == (98, BANDS)
    step = (mel(SAMPLE_RATE / 2) - mel(LOWEST)) / (BANDS + 1)
    own = round((mel(hertz) - mel(LOWEST)) / step) - 1
    assert abs(int(found.mean(0).argmax()) - own) <= 1


def test_silence_is_finite_and_too_little_sound_has_no_frames() -> None:
    assert np.isfinite(filter_bank(np.zeros(800, np.float32))).all()
    assert filter_bank(np.zeros(399, np.float32)).shape == (0, BANDS)


class _Silent:
    """A network that hears one voice all the time."""

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        frames = 1 + (inputs["waveforms"].shape[-1] - 991) // 270
        scores = np.zeros((1, frames, 7), np.float32)
        scores[..., 1] = 1
        return [scores]


@pytest.mark.parametrize("seconds", [0.2, 3, 10, 10.1, 17.3, 29.9, 30])
def test_windows_share_a_tile_out_without_a_gap(seconds: float) -> None:
    samples = round(seconds * SAMPLE_RATE)
    found = list(windows(_Silent(), np.zeros(samples, np.float32)))
    edges = [(window.sample_of(window.first), window.sample_of(window.last)) for window in found]
    assert all(0 <= each.first < each.last <= len(each.active) for each in found)
    assert (edges[0][0], edges[-1][1]) == (0, samples)
    assert all(end == start for (_, end), (start, _) in pairwise(edges))
    assert all(window.start + WINDOW <= samples for window in found) or len(found) == 1


def test_frames_and_samples_agree() -> None:
    window = Window(0, 0, 1_000, np.zeros((1_000, 3), np.bool_), 0, 270_000)
    assert all(frame_at(window.sample_of(frame) + 135) == frame for frame in range(1, 600))


def test_groups_are_short_and_hold_every_frame_of_the_mask_once() -> None:
    rng = np.random.default_rng(3)
    mask = np.repeat(rng.random(60) < 0.6, 20)
    groups = groups_of(mask)
    assert np.array_equal(np.concatenate(groups), np.flatnonzero(mask))
    assert max(map(len, groups)) <= LONGEST
