import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from fanscribe.documents.payloads import Usage
from fanscribe_local.client.progress import Chunks, Progress
from fanscribe_local.client.screen import ProgressScreen, Row, details, dollars, job_row, upload_row

USED = Usage(
    audio_s=3730, transcribe_s=70, rtf=0.02, gb_seconds=790, usd=0.0131, prices="2026-01-01"
)
BUSY = Progress(
    "transcribing", done=1350, total=3730, chunks=Chunks(60, 20, 12, 1), pace=38.2, used=USED
)


def shown(rows: list[Row], width: int, height: int = 24) -> list[str]:
    """The content of a terminal of that size."""
    console = Console(
        file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None
    )
    screen = ProgressScreen(console)
    for i, row in enumerate(rows):
        screen.show(str(i), row)
    with console.capture() as captured:
        console.print(screen.render())
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_a_job_is_two_lines_with_all_that_there_is_to_say(width: int) -> None:
    first, second = shown([job_row("talk.mp3", BUSY)], width)
    assert first.startswith("talk.mp3  ━")
    assert first.rstrip().endswith("  22:30 of 1:02:10 · $0.013")
    assert (
        second.rstrip()
        == "  chunks: 60 waiting, 20 running, 12 done, 1 failed · 38.2× speed · 1:02 left"
    )


def test_what_is_not_known_yet_is_not_said() -> None:
    assert details(Progress("splitting")) == "splitting"
    assert details(Progress("merging", 10, 10, Chunks(0, 0, 3, 0), 5)) == "merging"
    assert (
        details(Progress("transcribing", 0, 10, Chunks(2, 1, 0, 0)))
        == "chunks: 2 waiting, 1 running"
    )


def test_money_is_shown_in_two_figures_and_cents_at_least() -> None:
    assert [dollars(usd) for usd in (0, 0.00042, 0.0131, 0.5, 1.2, 34)] == [
        "$0",
        "$0.00042",
        "$0.013",
        "$0.50",
        "$1.20",
        "$34.00",
    ]


def test_an_upload_counts_only_what_it_sends_itself() -> None:
    row = upload_row("talk.mp3", sent=30_000_000, size=50_000_000, before=10_000_000, seconds=10)
    assert row.amount == "30.0 of 50.0 MB"
    assert row.details == "uploading · 2.0 MB/s · 0:10 left"


@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=60), max_size=40
    ),
    st.integers(40, 200),
)
def test_rows_never_pass_the_terminals_edges(names: list[str], width: int) -> None:
    lines = shown([job_row(name, BUSY) for name in names], width)
    assert len(lines) < 24
    # a filler such as U+1160 is a character that takes no column
    assert all(cell_len(line) <= width for line in lines)


def test_what_does_not_fit_is_counted() -> None:
    assert (
        shown([job_row(f"{i}.mp3", BUSY) for i in range(20)], 80, height=10)[-1].rstrip()
        == "… and 16 more"
    )


def test_a_name_is_shown_as_it_is_and_takes_one_line() -> None:
    first, _ = shown([job_row("[b]x[/b]\ncaf\udce9.wav", BUSY)], 120)
    assert first.startswith(r"[b]x[/b]\x0acaf\xe9.wav  ━")
