"""Speakers on the page: names that are given there, whose words are shown, and what is saved."""

from pathlib import Path
from typing import Any

import pytest

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt
from fanscribe.transcript.formats.text import as_text
from fanscribe.transcript.naming import named
from tests.browser.conftest import AXE, Open, Opened
from tests.browser.test_page import KINDS, LOADED, measured
from tests.browser.transcripts import HOSTILE, of_five_speakers, of_many_words
from tests.support.builders import told_apart
from tests.support.lanes import long_but

HOSTILE_NAME = f"--> {HOSTILE}"[:55].strip()
TIMES = """async () => {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn))
  const took = async (act) => {
    const began = performance.now()
    act()
    await frame()
    await frame()
    return performance.now() - began
  }
  const field = document.querySelector('.name')
  return [
    await took(() => document.querySelector('.only').click()),
    await took(() => { field.value = 'Ada'; field.dispatchEvent(new Event('change')) }),
  ]
}"""


def name_of(it: Opened, label: str) -> Any:
    return it.page.get_by_label(f"Name of {label}", exact=True)


def only(it: Opened, name: str) -> Any:
    return it.page.get_by_role("checkbox", name=f"Show only {name}", exact=True)


def give(it: Opened, label: str, name: str) -> None:
    name_of(it, label).fill(name)
    it.page.keyboard.press("Enter")


def who(it: Opened) -> list[str]:
    """The names at the paragraphs that are shown."""
    return list(it.page.locator("button.who:visible").all_text_contents())


def downloaded(it: Opened, selector: str) -> str:
    with it.page.expect_download() as waiting:
        it.page.click(selector)
    return Path(waiting.value.path()).read_text("utf-8")


def renamed(transcript: Transcript, **names: str) -> Transcript:
    return named(transcript, OutputOptions(names=names))


def test_everybody_is_listed_with_a_name_and_the_time_that_is_theirs(opened: Open) -> None:
    it = opened(of_five_speakers())
    assert name_of(it, "spk_0").input_value() == "Ada Lovelace"
    assert name_of(it, "spk_1").get_attribute("placeholder") == "spk_1"
    times = it.page.locator(".speakers .talk").all_text_contents()
    shares = [int(time.rpartition(" ")[2].rstrip("%")) for time in times]
    assert len(times) == 5
    assert abs(sum(shares) - 100) <= 2
    colours = """[...document.querySelectorAll('.turn p')].map(
      (turn) => getComputedStyle(turn).borderInlineStartColor)"""
    assert len(set(it.page.evaluate(colours))) == 5


@pytest.mark.parametrize("name", ["Bobby", HOSTILE_NAME])
def test_a_name_that_is_typed_stands_in_the_paragraphs_the_text_and_the_captions(
    opened: Open, name: str
) -> None:
    it = opened(of_five_speakers())
    assert downloaded(it, ".download[value=srt]") == as_srt(Edition(of_five_speakers()))
    give(it, "spk_1", f" {name}  ")
    assert who(it) == [
        name if label == "spk_1" else label for label in who(opened(of_five_speakers()))
    ]
    meant = Edition(renamed(of_five_speakers(), spk_1=name))
    assert downloaded(it, ".download[value=txt]") == as_text(meant)
    assert downloaded(it, ".download[value=vtt]") == as_vtt(meant)
    subrip = downloaded(it, ".download[value=srt]")
    assert " ".join(subrip.split()) == " ".join(as_srt(meant).split()), "but for line breaks"


def test_a_name_that_is_taken_away_leaves_the_label(opened: Open) -> None:
    it = opened(of_five_speakers())
    give(it, "spk_0", "")
    assert "Ada Lovelace" not in who(it)
    assert who(it)[0] == "spk_0"


def test_a_click_on_a_name_asks_for_another(opened: Open) -> None:
    it = opened(of_five_speakers())
    it.page.get_by_role("button", name="spk_1").first.click()
    assert it.page.get_by_role("dialog", name="Who is spk_1?").is_visible()
    it.page.keyboard.type("Bob")
    it.page.keyboard.press("Enter")
    assert "Bob" in who(it)
    assert name_of(it, "spk_1").input_value() == "Bob"
    it.page.get_by_role("button", name="Bob").first.click()
    it.page.keyboard.type("Eve")
    it.page.keyboard.press("Escape")
    assert "Eve" not in who(it)


def test_the_words_of_the_chosen_alone_are_shown_found_and_copied(opened: Open) -> None:
    it = opened(of_five_speakers(3))
    all_of_them = who(it)
    only(it, "Ada Lovelace").check()
    assert set(who(it)) == {"Ada Lovelace"}
    only(it, "spk_2").check()
    assert set(who(it)) == {"Ada Lovelace", "spk_2"}
    it.page.fill("#query", "the")
    it.until("document.getElementById('found').textContent.includes(' of ')")
    assert it.page.locator(".hit").count() == it.page.locator(".hit:visible").count() > 0
    it.page.keyboard.press("Escape")
    text = downloaded(it, ".download[value=txt]")
    assert {line.split(":")[0] for line in text.split("\n") if line} == {"Ada Lovelace", "spk_2"}
    for name in ("Ada Lovelace", "spk_2"):
        only(it, name).uncheck()
    assert who(it) == all_of_them
    assert downloaded(it, ".download[value=txt]") == as_text(Edition(of_five_speakers(3)))


def test_keys_step_over_whoever_is_not_shown(opened: Open) -> None:
    it = opened(of_five_speakers(3))
    only(it, "spk_4").check()
    it.page.locator("h1").click()
    for _ in range(2):
        it.page.keyboard.press("Shift+ArrowDown")
    (word,) = it.page.locator(".now").all()
    assert word.locator("xpath=ancestor::div").get_attribute("data-speaker") == "4"
    assert word.is_visible()


def test_the_keyboard_alone_names_and_chooses(opened: Open) -> None:
    it = opened(of_five_speakers())
    for _ in range(4):
        it.page.keyboard.press("Tab")
    it.page.keyboard.type("Bob k n ?")
    it.page.keyboard.press("Shift+Tab")
    it.page.keyboard.press("Space")
    assert set(who(it)) == {"Bob k n ?"}


def test_the_page_that_is_saved_has_the_names_and_is_as_good_as_the_first(
    opened: Open, tmp_path: Path
) -> None:
    it = opened(of_five_speakers())
    name_of(it, "spk_1").fill(HOSTILE_NAME)
    name_of(it, "spk_0").fill("")
    only(it, "spk_2").check()
    it.page.fill("#query", "lamp")
    first = downloaded(it, "#save")
    assert not it.page.locator(".unsaved").is_visible()
    file = tmp_path / "saved.html"
    file.write_text(first, "utf-8")
    it.page.goto(file.as_uri())
    assert name_of(it, "spk_1").input_value() == HOSTILE_NAME
    assert set(who(it)) == {"spk_0", HOSTILE_NAME, "spk_2", "spk_3", "spk_4"}
    assert it.page.text_content("#language") == "English"
    assert it.page.locator("#marks i").count() == 0
    meant = renamed(of_five_speakers(), spk_0="", spk_1=HOSTILE_NAME)
    assert downloaded(it, ".download[value=vtt]") == as_vtt(Edition(meant))
    give(it, "spk_1", "x")
    give(it, "spk_1", HOSTILE_NAME)
    assert downloaded(it, "#save") == first, "nothing gets lost or added from copy to copy"


def test_without_a_script_names_and_times_can_be_read(opened: Open) -> None:
    it = opened(of_five_speakers(), java_script_enabled=False)
    assert who(it)[0] == "Ada Lovelace"
    assert name_of(it, "spk_0").is_disabled()


@pytest.mark.skipif(
    not AXE.is_file(), reason="needs `make browser` (axe-core), which was not run here"
)
@pytest.mark.parametrize("kind", long_but(["desktop light"], KINDS))
def test_axe_finds_nothing_wrong_with_names_choices_and_the_question(
    opened: Open, kind: str
) -> None:
    it = opened(of_five_speakers(2), **KINDS[kind])
    give(it, "spk_1", "Bob")
    only(it, "Bob").check()
    assert it.violations() == []
    it.page.get_by_role("button", name="Bob").first.click()
    assert it.violations() == []


def test_four_hours_of_five_speakers_load_choose_and_are_named_like_minutes(opened: Open) -> None:
    few, many = (told_apart(of_many_words(count), range(5)) for count in (400, 40_000))
    small, large = (measured(opened, each, LOADED) for each in (few, many))
    choosing, naming = opened(many).page.evaluate(TIMES)
    print(
        f"loaded and drawn: {small:.0f} ms with 400 words, {large:.0f} ms with 40,000; "
        f"{choosing:.0f} ms to choose a speaker, {naming:.0f} ms to name one"
    )
    assert large < 20 * small
    assert max(choosing, naming) < large
