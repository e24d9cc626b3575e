"""Who speaks when, against a reference: the diarization error rate, as NIST's md-eval counts it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEP = 10  # ms


class Spoken(NamedTuple):
    """[start, end) in ms."""

    start: int
    end: int
    who: str


@dataclass(frozen=True)
class Errors:
    """In ms of speech; where two speak, each counts."""

    missed: int
    false: int
    confused: int
    total: int

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(
            self.missed + other.missed,
            self.false + other.false,
            self.confused + other.confused,
            self.total + other.total,
        )

    @property
    def rate(self) -> float:
        """In percent."""
        return 100 * (self.missed + self.false + self.confused) / max(1, self.total)


def read_rttm(file: Path) -> list[Spoken]:
    lines = (line.split() for line in file.read_text("utf-8").splitlines())
    return [
        Spoken(round(1000 * float(f[3])), round(1000 * (float(f[3]) + float(f[4]))), f[7])
        for f in lines
        if f and f[0] == "SPEAKER"
    ]


def errors(
    reference: Sequence[Spoken], found: Sequence[Spoken], length: int, collar: int = 0
) -> Errors:
    """All in ms. `collar`: so much around each edge of the reference is not scored."""
    scored = np.ones(length // STEP + 1, np.bool_)
    for edge in (edge for spoken in reference for edge in spoken[:2]):
        if collar:
            scored[max(0, (edge - collar) // STEP) : (edge + collar) // STEP] = False
    true, heard = _grid(reference, len(scored))[:, scored], _grid(found, len(scored))[:, scored]
    many, truly_many = heard.sum(0), true.sum(0)
    both = true.astype(np.int64) @ heard.T.astype(np.int64)
    right = sum(int(both[i, j]) for i, j in best_pairs(both))
    return Errors(
        missed=int(np.maximum(truly_many - many, 0).sum()) * STEP,
        false=int(np.maximum(many - truly_many, 0).sum()) * STEP,
        confused=(int(np.minimum(many, truly_many).sum()) - right) * STEP,
        total=int(truly_many.sum()) * STEP,
    )


def best_pairs(shared: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Rows and columns, each at most once, that share most. By trial: rows are few."""
    rows, columns = shared.shape
    best: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {0: (0, ())}
    for column in range(columns):
        for taken, (sum_, pairs) in list(best.items()):
            for row in range(rows):
                here = taken | 1 << row
                more = sum_ + int(shared[row, column])
                if not taken >> row & 1 and more > best.get(here, (-1, ()))[0]:
                    best[here] = (more, (*pairs, (row, column)))
    return list(max(best.values(), key=lambda each: each[0])[1])


def _grid(spoken: Iterable[Spoken], frames: int) -> NDArray[np.bool_]:
    names = sorted({each.who for each in spoken})
    grid = np.zeros((len(names), frames), np.bool_)
    for each in spoken:
        grid[names.index(each.who), round(each.start / STEP) : round(each.end / STEP)] = True
    return grid
