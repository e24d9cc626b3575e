"""The data that forecasts are made from."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from fanscribe.planning.prices import Price, price_list, speed_of, speeds
from fanscribe.recognition.weights import Shape


def prices() -> list[Any]:
    return [price for _, price in price_list().aws if isinstance(price, Price)] + list(
        price_list().services
    )


def test_every_price_has_the_day_when_it_was_read_and_a_source() -> None:
    for price in prices():
        assert date(2023, 1, 1) < date.fromisoformat(price.read) <= date.today()  # noqa: DTZ011
        assert price.source


def test_ten_gigabytes_for_an_hour_of_compute_cost_sixty_cents() -> None:
    assert 10 * 3600 * price_list().aws.lambda_gb_second.usd == pytest.approx(0.60, abs=0.001)


def test_larger_models_take_more_of_everything() -> None:
    sizes = [speed_of(name) for name in ("tiny.en", "base", "small", "large-v3-turbo", "large-v3")]
    for smaller, larger in pairwise(sizes):
        assert smaller.weights_mb < larger.weights_mb
        assert smaller.load_s < larger.load_s
        assert smaller.tile_s(10_240) < larger.tile_s(10_240)


@pytest.mark.parametrize(
    ("name", "shape", "taken_for"),
    [
        ("turbo", None, "large-v3-turbo"),
        ("distil-large-v2", None, "distil-large-v3"),
        ("base", Shape(1280, 32), "base"),
        ("mine", Shape(512, 6), "base"),
        ("mine", Shape(768, 12), "small"),
        ("mine", Shape(1024, 2), "distil-large-v3"),
        ("mine", Shape(1280, 4), "large-v3-turbo"),
        ("mine", Shape(1280, 32), "large-v3"),
        ("mine", Shape(2048, 40), "large-v3"),
    ],
)
def test_an_unknown_model_is_taken_for_the_next_larger_one(
    name: str, shape: Shape | None, taken_for: str
) -> None:
    assert speed_of(name, shape).name == taken_for


@pytest.mark.parametrize(
    ("name", "usual"), [("tiny.en", 5), ("base", 5), ("turbo", 5), ("small", 1), ("large-v3", 1)]
)
def test_a_model_takes_longer_with_a_wider_beam(name: str, usual: int) -> None:
    model = speed_of(name)
    seconds = [model.searching(beam).reader_s(10_240) for beam in (1, 2, 5, 10)]
    assert seconds == sorted(set(seconds))
    assert seconds[0] == model.reader_s(10_240)
    assert seconds[2] == pytest.approx(model.wide_times * seconds[0])
    assert model.searching() == model.searching(usual)


def test_every_figure_says_how_it_was_had() -> None:
    assert {"machine", "serial_s", "load_s", "memory_mb", "stages"} <= speeds().origin.keys()
    assert {model.origin for model in speeds().models} <= speeds().origin.keys()
