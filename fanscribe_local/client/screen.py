"""Progress on a terminal while jobs run: two lines for each. Nothing on other outputs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import floor, log10
from typing import NamedTuple, Self

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fanscribe.times import clock_of
from fanscribe_local.client.names import printable
from fanscribe_local.client.progress import Chunks, Progress

LONGEST_NAME = 30
MEGABYTE = 1_000_000


class Row(NamedTuple):
    """One job, or one upload. `total` is None where nobody knows it yet."""

    name: str
    done: float
    total: float | None
    amount: str
    details: str


def job_row(name: str, progress: Progress) -> Row:
    """The row of a job: seconds of audio done, cost so far, details."""
    parts = (
        []
        if progress.total is None
        else [f"{clock_of(progress.done)} of {clock_of(progress.total)}"]
    )
    if progress.used:
        parts.append(dollars(progress.used.usd))
    return Row(name, progress.done, progress.total, " · ".join(parts), details(progress))


def details(progress: Progress) -> str:
    """`chunks: 3 waiting, 2 running, 7 done · 38× speed · 1:20 left`, or the stage where there is
    nothing to count.
    """
    parts = [
        _counts(progress.chunks)
        if progress.stage == "transcribing" and progress.chunks
        else progress.stage
    ]
    if progress.stage == "transcribing" and progress.pace and progress.left:
        parts += [f"{progress.pace:.3g}× speed", f"{clock_of(progress.left)} left"]
    return " · ".join(parts)


def dollars(usd: float) -> str:
    """Two figures at least: `$0.0042`, `$0.013`, `$1.20`."""
    return f"${usd:.{max(2, 1 - floor(log10(usd)))}f}" if usd > 0 else "$0"


def _counts(chunks: Chunks) -> str:
    counted = (f"{count} {what}" for what, count in chunks._asdict().items() if count)
    return f"chunks: {', '.join(counted)}"


def upload_row(name: str, sent: int, size: int, before: int, seconds: float) -> Row:
    """`before` bytes were there when it began, `seconds` ago."""
    pace = (sent - before) / seconds if seconds else 0
    parts = [
        "uploading",
        f"{pace / MEGABYTE:.1f} MB/s",
        *([f"{clock_of((size - sent) / pace)} left"] if pace else []),
    ]
    return Row(
        name, sent, size, f"{sent / MEGABYTE:.1f} of {size / MEGABYTE:.1f} MB", " · ".join(parts)
    )


class ProgressScreen:
    """Rows that change, below the lines that stay."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._rows: dict[str, Row] = {}
        self._live = Live(
            console=self._console,
            get_renderable=self.render,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            refresh_per_second=8,
        )
        self.shown = self._console.is_terminal

    def __enter__(self) -> Self:
        if self.shown:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, key: str, row: Row) -> None:
        """Show a row, instead of an earlier one with this key."""
        self._rows[key] = row

    def drop(self, key: str) -> None:
        """Remove a row, if it is there."""
        self._rows.pop(key, None)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Rows out of the way, for lines that stay."""
        self._live.stop()
        yield
        self.__enter__()

    def render(self) -> Group:
        """Rows of the screen, as many as there is room for."""
        rows = list(self._rows.values())
        room = max(1, (self._console.height - 2) // 2)
        names = min(LONGEST_NAME, max((cell_len(printable(row.name)) for row in rows), default=0))
        amounts = max((len(row.amount) for row in rows), default=0)
        lines = [line for row in rows[:room] for line in _lines(row, names, amounts)]
        if len(rows) > room:
            lines.append(Text(f"… and {len(rows) - room} more", style="dim"))
        return Group(*lines)


def _lines(row: Row, names: int, amounts: int) -> list[RenderableType]:
    """A row on two lines, the first with columns as wide as every row's."""
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(no_wrap=True, overflow="ellipsis", width=names)
    grid.add_column(ratio=1)
    grid.add_column(no_wrap=True, justify="right", width=amounts)
    bar = ProgressBar(
        total=row.total or None,
        completed=row.done,
        pulse=not row.total,
        animation_time=time.monotonic(),
    )
    grid.add_row(Text(printable(row.name)), bar, row.amount)  # as text: [b] in a name is no markup
    return [grid, Text(f"  {row.details}", style="dim", no_wrap=True, overflow="ellipsis")]
