"""Which cases of a test are run each time, and which only with `--everything`."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def long_but(quick: Collection[str], cases: Iterable[str]) -> list[Any]:
    """All of the cases as parameters; those that are not `quick` are marked `long`."""
    known = list(cases)
    assert set(quick) <= set(known)
    return [case if case in quick else pytest.param(case, marks=pytest.mark.long) for case in known]


def long_after(count: int, cases: Iterable[Any]) -> list[Any]:
    """All of the cases as parameters; those after the first `count` are marked `long`."""
    return [
        case if number < count else pytest.param(case, marks=pytest.mark.long)
        for number, case in enumerate(cases)
    ]
