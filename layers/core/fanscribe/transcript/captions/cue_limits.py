"""Limits of a cue: how large, and how long."""

from typing import NamedTuple

SHORTEST_CUE = 1_000  # ms; Netflix asks for 5/6 of a second
LONGEST_CUE = 7_000  # ms, Netflix's


class CueLimits(NamedTuple):
    """Room for one cue, in characters."""

    width: int
    lines: int
    indent: int  # characters that a label takes of the first line

    @property
    def room(self) -> int:
        """Room on every line."""
        return self.width - self.indent
