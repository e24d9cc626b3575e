"""The report's page: one file, nothing that runs, and every number as text.

The files in golden/ are reports as they were when somebody last looked at them. After a change
that is meant, `.venv/bin/python -m tests.unit.report.test_report` writes them anew.
"""

import re
from pathlib import Path

import pytest

from fanscribe.transcript.page.markup import digest
from fanscribe_local.report.page import render
from tests.browser.reports import failed, of_chunks, running, undecodable
from tests.unit.transcript.test_formats import bare
from tests.unit.transcript.test_page import Page

GOLDEN = Path(__file__).with_name("golden")
REPORTS = {"failed": failed(), "running": running(), "undecodable": undecodable()}


@pytest.mark.parametrize("name", REPORTS)
def test_golden(name: str) -> None:
    golden = (GOLDEN / f"{name}.html").read_bytes()
    assert bare(render(REPORTS[name])).encode() == golden


def test_the_policy_lets_the_pages_own_style_in_and_nothing_else() -> None:
    page = render(failed())
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert f"default-src 'none'; style-src {digest(style)}; base-uri 'none'" in page
    elements = Page(page).elements
    assert not {name for name, _ in elements} & {"script", "img", "link", "iframe", "a"}
    assert not [
        attributes
        for _, attributes in elements
        if "style" in attributes or any(name.startswith("on") for name in attributes)
    ]


def test_no_text_of_a_run_whichever_it_is_becomes_markup() -> None:
    tame, hostile = failed(), "</td><script>alert('1')</script>\0\r\"&"
    run = tame.run
    chunks = tuple(chunk.model_copy(update={"status": hostile}) for chunk in run.chunks)
    states = tuple(state.model_copy(update={"name": hostile}) for state in run.states)
    texts = dict.fromkeys(("job", "recording", "status", "error", "message"), hostile)
    changed = run.model_copy(update={**texts, "chunks": chunks, "states": states})
    page = render(tame._replace(run=changed))
    kinds = {(tag, *found) for tag, found in Page(page).elements}
    assert kinds <= {(tag, *found) for tag, found in Page(render(tame)).elements}
    assert (
        "&lt;/td&gt;&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;\ufffd&#13;&quot;&amp;" in page
    )


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(of_chunks(30, 4)) == render(of_chunks(30, 4))


def test_what_is_not_read_yet_is_not_called_missing_while_the_job_runs() -> None:
    assert "not read yet 5:00" in render(running())
    assert "issing" not in render(running())
    assert "<strong>Missing</strong> 1:40-2:55" in render(failed())


def test_what_could_not_be_decoded_has_a_colour_and_a_word_of_its_own() -> None:
    page = render(undecodable())
    assert '<i class="undecodable"></i>could not be decoded 0:34</li>' in page
    assert "<strong>Missing</strong> 0:30-0:50 (undecodable: the file is damaged there)" in page
    assert "missing 0:" not in page


def test_without_a_plan_chunks_are_called_by_their_tiles() -> None:
    page = render(of_chunks(3, 2)._replace(plan=None, ledger=None, usage=None))
    assert "tiles 4–7" in page
    assert "The ledger" not in page


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, report in REPORTS.items():
        (GOLDEN / f"{name}.html").write_bytes(bare(render(report)).encode())
