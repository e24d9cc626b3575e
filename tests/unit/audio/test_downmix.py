"""A downmix keeps everybody: judged by what it loses of its channels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.downmix import (
    USUAL,
    DownmixMeter,
    Planes,
    choose_downmix,
    downmixes,
    weights_of,
)

HALVES = np.array([0.5, 0.5], np.float32)
SECOND = 8_000  # samples of the blocks here


def voices(*gains: tuple[float, ...], seed: int = 0, level: float = 0.1) -> Planes:
    """A second in which one voice after the other speaks into the channels with its gains."""
    random = np.random.default_rng(seed)
    parts = [
        np.outer(each, random.normal(0, level, SECOND // len(gains))).astype(np.float32)
        for each in gains
    ]
    return np.concatenate(parts, axis=1)


def measured(blocks: list[Planes], usual: np.ndarray = HALVES) -> DownmixMeter:
    meter = DownmixMeter()
    for block in blocks:
        meter.add(block[None], [1.0], usual)
    return meter


def chosen(meter: DownmixMeter, taken: str = USUAL) -> str:
    return choose_downmix(taken, meter.lost, meter.audible)


@pytest.mark.parametrize(
    "gains",
    [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.7, 0.2), (0.1, 1.0), (1.0, -0.4)],
)
def test_a_voice_that_the_usual_downmix_holds_changes_nothing(gains: tuple[float, float]) -> None:
    assert chosen(measured([voices(gains, seed=i) for i in range(20)])) == USUAL


def test_two_that_speak_at_once_on_a_channel_each_change_nothing() -> None:
    random = np.random.default_rng(0)
    blocks = [random.normal(0, 0.1, (2, SECOND)).astype(np.float32) for _ in range(20)]
    assert chosen(measured(blocks)) == USUAL


def test_a_voice_in_opposite_phase_is_had_by_the_difference() -> None:
    assert chosen(measured([voices((1.0, -1.0), seed=i) for i in range(20)])) == "difference"


def test_one_voice_in_opposite_phase_and_one_in_phase_are_both_kept() -> None:
    blocks = [voices((1.0, -1.0) if i % 2 else (1.0, 1.0), seed=i) for i in range(20)]
    meter = measured(blocks)
    assert chosen(meter) == "slope"
    assert meter.lost["difference"] == meter.lost[USUAL] == 10
    assert meter.lost["slope"] == 0


def test_a_voice_that_is_lost_for_a_moment_of_an_hour_is_lost() -> None:
    blocks = [voices((1.0, -1.0) if i == 7 else (1.0, 1.0), seed=i) for i in range(120)]
    assert chosen(measured(blocks)) != USUAL


def test_a_voice_on_a_channel_that_is_left_out_is_had_by_the_average() -> None:
    usual = np.array([0.5, 0.5, 0.0], np.float32)
    assert (
        chosen(measured([voices((0.0, 0.0, 1.0), seed=i) for i in range(20)], usual)) == "average"
    )


def test_silence_says_nothing() -> None:
    meter = measured([np.zeros((2, SECOND), np.float32)] * 20)
    assert (meter.audible, chosen(meter)) == (0.0, USUAL)


def test_hum_in_opposite_phase_is_no_voice() -> None:
    """50 Hz on both channels, and a voice in phase: the hum is what the difference of samples
    leaves out.
    """
    hum = 0.05 * np.sin(2 * np.pi * 50 * np.arange(SECOND) / 48_000).astype(np.float32)
    blocks = [voices((1.0, 1.0), seed=i) + np.stack([hum, -hum]) for i in range(20)]
    assert chosen(measured(blocks)) == USUAL


@given(st.integers(1, 8), st.floats(-1, 1), st.floats(-1, 1))
def test_some_downmix_keeps_any_voice(channels: int, left: float, right: float) -> None:
    gains = np.zeros(channels)
    gains[0] = left or 1.0
    gains[-1] = right if channels > 1 else gains[0]
    meter = measured(
        [voices(tuple(gains.tolist()))] * 4, np.full(channels, 1 / channels, np.float32)
    )
    assert not meter.lost or min(meter.lost.values()) == 0


def test_every_downmix_can_be_had_by_its_name_and_none_can_clip() -> None:
    for channels in range(1, 9):
        for name, weights in downmixes(channels):
            again = weights_of(name, channels)
            assert (weights is None) == (again is None)
            assert weights is None or float(np.abs(weights).sum()) == pytest.approx(1)
    assert weights_of("difference", 3) is None, "there is no such thing"
