"""The data that forecasts are made from."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from fanscribe.planning.prices import Price, price_list, speed_of, speeds


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
    ("name", "weights_mb", "taken_for"),
    [
        ("turbo", 0, "large-v3-turbo"),
        ("distil-large-v2", 0, "distil-large-v3"),
        ("mine", 140, "base"),
        ("mine", 9_999, "large-v3"),
    ],
)
def test_an_unknown_model_is_taken_for_the_next_larger_one(
    name: str, weights_mb: float, taken_for: str
) -> None:
    assert speed_of(name, weights_mb).name == taken_for


def test_every_figure_says_how_it_was_had() -> None:
    assert {"machine", "serial_s", "load_s", "memory_mb", "stages"} <= speeds().origin.keys()
    assert {model.origin for model in speeds().models} <= speeds().origin.keys()
