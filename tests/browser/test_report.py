"""The run report in a real browser: a picture that fits every screen, its numbers beside it, and
nothing that runs.
"""

from collections.abc import Callable

import pytest

from fanscribe_local.report.sections import Report
from tests.browser.conftest import AXE, DESKTOP, PHONE, Open
from tests.browser.reports import failed, of_chunks, running, undecodable
from tests.browser.transcripts import HOSTILE_NAME
from tests.support.lanes import long_but

REPORTS: dict[str, Callable[[], Report]] = {
    "one chunk": lambda: of_chunks(1, 100),
    "800 chunks": lambda: of_chunks(800, 100),
    "failed": failed,
    "running": running,
    "undecodable": undecodable,
}


@pytest.mark.skipif(
    not AXE.is_file(), reason="needs `make browser` (axe-core), which was not run here"
)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", long_but(["dark"], ["light", "dark"]))
@pytest.mark.parametrize("name", ["failed", "running", "undecodable"])
def test_axe_finds_nothing_wrong(
    opened: Open, name: str, scheme: str, screen: dict[str, object]
) -> None:
    it = opened(REPORTS[name](), color_scheme=scheme, **screen)
    it.page.locator("summary").click()
    assert it.violations() == []


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_is_wider_than_a_phone(opened: Open, name: str) -> None:
    it = opened(REPORTS[name](), **PHONE)
    it.page.locator("summary").click()
    assert it.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_hostile_words_are_shown_as_words(opened: Open) -> None:
    it = opened(failed())
    assert it.page.inner_text("h1") == HOSTILE_NAME
    assert "<script>alert(1)</script> \"x\" 'y' 😀 مرحبا" in it.page.inner_text(".failures")
    assert it.page.locator("script, img, main b, main i:not([class])").count() == 0


def test_800_chunks_are_all_in_the_picture_and_in_the_table_and_fit_on_a_screen(
    opened: Open,
) -> None:
    it = opened(of_chunks(800, 100))
    picture = it.page.get_by_role("img", name="Timeline of 800 chunks, 100 at once at most")
    assert picture.locator("> svg").count() == 800 + 3
    assert picture.bounding_box()["height"] < DESKTOP["viewport"]["height"]
    assert it.page.locator("details tbody tr").count() == 800


def test_the_keyboard_alone_reaches_the_numbers(opened: Open) -> None:
    it = opened(of_chunks(40, 4))
    it.page.keyboard.press("Tab")
    it.page.keyboard.press("Enter")
    assert it.page.is_visible("details table")
    it.page.keyboard.press("Tab")
    assert it.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Chunks"
