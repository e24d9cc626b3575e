"""A real browser, and pages opened in it as people do: from a file on the disk.

Skips by name where there is none.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fanscribe.audio.decode import write_wav
from fanscribe.times import SAMPLE_RATE
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.html_page import as_html
from fanscribe_local.report.page import render
from fanscribe_local.report.sections import Report

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
PATIENCE_S = 15
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Playwright's Browser. It may play sound without a click, as nothing here is heard."""
    reason = (
        "needs `make browser` (Playwright) and a Chromium (Debian's package chromium), "
        "one of which is not here"
    )
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    arguments = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--mute-audio",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's own refuses root, as containers and CI are
    with playwright.sync_playwright() as running:
        if not executable and not Path(running.chromium.executable_path).exists():
            pytest.skip(reason)
        browser = running.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page that is open: Playwright's Page, and what went over its wires."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def played(self) -> float:
        """Seconds, where the recording is."""
        return float(self.page.evaluate("document.getElementById('audio').currentTime"))

    def clock(self) -> str:
        return str(self.page.text_content("#time"))

    def lit(self) -> list[str]:
        return list(self.page.locator(".now").all_text_contents())

    def word(self, text: str) -> Any:
        return self.page.locator(".turn p span", has_text=text).first

    def ready(self) -> None:
        """Wait until the recording can be heard."""
        self.page.wait_for_selector("#play:visible")

    def until(self, condition: str, argument: Any = None) -> None:
        """Wait until it holds. Playwright's own way asks the page to evaluate text, which the
        page's policy refuses.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(condition, argument):
            assert time.monotonic() < deadline, f"{condition} never came true, with {argument!r}"
            self.page.wait_for_timeout(20)

    def violations(self) -> list[str]:
        """Faults that axe finds, by every rule that it has."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {json.dumps(node['target'])}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]


Open = Callable[..., Opened]


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Writes a transcript's or a report's page into a folder, with `recording` seconds of a quiet
    tone beside it, and opens it.

    Whatever a page asked a network for, or had to say of an error in its script, fails the test.
    """
    pages: list[Opened] = []
    contexts = []

    def open_page(
        shown: Transcript | Report,
        recording: float | None = None,
        beside: str = ".",
        **options: Any,
    ) -> Opened:
        folder = tmp_path / "pages"
        folder.mkdir(exist_ok=True)
        file = folder / "page.html"
        file.write_text(render(shown) if isinstance(shown, Report) else rendered(shown), "utf-8")
        if recording and isinstance(shown, Transcript):
            name = shown.recording.rsplit("/", 1)[-1]
            (folder / beside / name).write_bytes(a_recording(recording))
        context = chromium.new_context(**{**DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        found = Opened(page)
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("dialog", lambda dialog: found.errors.append(f"a dialog: {dialog.message}"))
        page.goto(file.as_uri())
        pages.append(found)
        return found

    yield open_page
    for context in contexts:
        context.close()
    for found in pages:
        assert not found.errors
        assert all(url.startswith(("file:", "blob:")) for url in found.requests), found.requests


@lru_cache(8)
def rendered(transcript: Transcript) -> str:
    return as_html(Edition(transcript))


def a_recording(seconds: float) -> bytes:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return write_wav((np.sin(2 * np.pi * 220 * time) * 1_000).astype(np.int16))
