"""The page holds every word as text, whatever the words are, and nothing that could run but its own
script.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fanscribe.documents.job import Failure
from fanscribe.documents.options import OutputOptions, ReadingOptions
from fanscribe.documents.reading import Fallback, Reading, Scores, Word
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.html_page import as_html
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.page.content import COLOURS
from tests.support.builders import (
    a_damaged_talk,
    a_meeting,
    a_plan,
    a_reading,
    a_transcript,
    damaged,
    tiles,
    told_apart,
    words,
)

OUTPUT = OutputOptions()
AGAIN = Fallback(
    reason="speech without words",
    first=Scores(words=2, unaccounted=9_000, avg_logprob=-0.5, compression_ratio=1.0),
    second=Scores(words=9, unaccounted=0, avg_logprob=-0.3, compression_ratio=1.2),
    kept="second",
)
HOSTILE = (
    "</p></script><script>alert(1)</script> <!--<script> &amp; &#13; \"quoted' ]]> {{name}} $name "
    "مرحبا 😀 \u202egnol a\u0000b c\rd"
)
characters = st.characters(codec="utf-8")
texts = st.lists(st.text(characters, min_size=1, max_size=12) | st.sampled_from(HOSTILE.split(" ")))


class Page(HTMLParser):
    """A page as a browser would see it: its elements, and text by the element that it is in."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.paragraphs: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open: list[str] = []
        self._script = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in {"meta", "input", "path"}:
            self._open.append(tag)
        if tag == "script":
            self._script = str(found.get("id") or found["type"])
        if tag == "p" and self._in_main:
            self.paragraphs.append("")
        if tag == "span" and self._in_paragraph:
            self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        assert tag == "path" or self._open.pop() == tag, (
            "every element is closed where it should be"
        )

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            self.scripts[self._script] = data
        elif self._in_paragraph:
            self.paragraphs[-1] += data
            if self._open[-1] == "span":
                self.words[-1] += data

    @property
    def _in_main(self) -> bool:
        return "main" in self._open

    @property
    def _in_paragraph(self) -> bool:
        return self._in_main and "p" in self._open

    @property
    def data(self) -> Any:
        return json.loads(self.scripts["data"])


def seen(text: str) -> str:
    """As HTML can carry it: it has no NUL."""
    return text.replace("\0", "\ufffd")


def of_words(said: list[str], name: str = "talk.mp3") -> Transcript:
    plan = a_plan(tiles(1, max(1, len(said))))
    plan = plan.model_copy(
        update={"recording": plan.recording.model_copy(update={"key": f"folder/{name}"})}
    )
    timed = tuple(
        Word(text=text, start=i * 500, end=i * 500 + 400, probability=0.9)
        for i, text in enumerate(said)
    )
    readings = {0: a_reading(0, timed)}
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))


def a_talk(
    readings: Mapping[int, Reading], failures: Mapping[int, Failure], count: int = 4
) -> Transcript:
    plan = a_plan(tiles(count))
    return build_transcript(plan, readings, settle_ledger(plan, readings, failures))


@given(texts)
@example(HOSTILE.split(" "))
@example([" a", "\n", "b", "\u3000", "東", "京"])
def test_any_words_come_back_from_the_page_each_in_its_element_with_its_times(
    said: list[str],
) -> None:
    transcript = of_words(said)
    page = Page(as_html(Edition(transcript)))
    shown = [word for word in transcript.words if word.text.strip()]
    assert page.words == [seen(word.text.strip()) for word in shown]
    assert page.data["tracks"] == [[[word.start for word in shown], [word.end for word in shown]]]
    assert " ".join(" ".join(page.paragraphs).split()) == seen(" ".join(transcript.text.split()))


@given(st.text(characters, min_size=1).filter(lambda name: "/" not in name))
@example('<script>alert("hi")<!-- $name {name} 😀.mp3')
def test_any_name_and_any_caption_come_back_from_the_data(name: str) -> None:
    transcript = of_words([f" {name}"], name)
    page = Page(as_html(Edition(transcript)))
    assert page.data["name"] == name
    assert json.loads(page.scripts["captions"]) == {
        "srt": as_srt(Edition(transcript)),
        "vtt": as_vtt(Edition(transcript)),
    }


@given(texts)
@example(HOSTILE.split(" "))
def test_no_words_add_an_element_or_an_attribute_to_the_page(said: list[str]) -> None:
    hostile, tame = (
        Page(as_html(Edition(of_words(said)))),
        Page(as_html(Edition(of_words(["x" for _ in said])))),
    )
    kinds = {(tag, *attributes) for tag, attributes in hostile.elements}
    assert kinds <= {(tag, *attributes) for tag, attributes in tame.elements} | {
        ("p", "dir"),
        ("span",),
        ("span", "dir"),
    }
    assert hostile.scripts.keys() == {"data", "captions", "module"}


def test_no_text_of_a_transcript_whichever_it_is_becomes_markup() -> None:
    said = tuple(replace(word, probability=0.1) for word in words(" ".join(HOSTILE.split())))
    reading = a_reading(0, said).model_copy(
        update={"second_look": AGAIN.model_copy(update={"reason": HOSTILE})}
    )

    def page(text: str) -> Page:
        failed = {1: Failure(error=text)}
        transcript = a_talk({0: reading}, failed, 2)
        named = {
            "recording": f"a/{text.replace('/', '')}",
            "language": text,
            "model": text.replace("/", ""),
        }
        return Page(
            as_html(Edition(transcript.model_copy(update={**named, "notes": (text, text)})))
        )

    assert [(tag, *found) for tag, found in page(HOSTILE).elements] == [
        (tag, *found) for tag, found in page("x").elements
    ]


@pytest.mark.parametrize("package", ["fanscribe.transcript.page", "fanscribe_local.report"])
def test_no_template_calls_anything_safe_or_stops_escaping(package: str) -> None:
    templates = {
        file.name: file.read_text("utf-8")
        for file in files(package).iterdir()
        if file.name.endswith(".html")
    }
    assert len(templates) >= 3
    assert not [
        name for name, text in templates.items() if re.search(r"\|\s*safe|autoescape|Markup", text)
    ]


def test_whoever_speaks_has_a_colour_a_time_and_a_name_in_the_page() -> None:
    page = as_html(Edition(a_meeting()))
    assert page.count('class="v') == 3
    assert '<rect width="22.2" height="1"/></svg>\n<span class="talk">0:02 · 22%</span>' in page
    shown = Page(page)
    assert shown.data["speakers"] == [
        {"number": 0, "label": "spk_0", "name": "Ada <Lovelace> & Co."},
        {"number": 1, "label": "spk_1", "name": ""},
        {"number": 2, "label": "spk_2", "name": ""},
    ]
    turns = [found for _, found in shown.elements if str(found.get("class")).startswith("turn")]
    assert [turn.get("data-speaker") for turn in turns] == [None, *"011021", None]


def test_captions_of_the_page_have_a_mark_for_each_speaker_that_nothing_else_looks_like() -> None:
    said = words("\0" + "0\0 is | no mark.")
    transcript = told_apart(a_talk({0: a_reading(0, said)}, {}, 1), [0, 1], {0: "Ada"})
    captions = json.loads(Page(as_html(Edition(transcript))).scripts["captions"])
    for text in captions.values():
        assert re.findall(r"\0(\d+)\0", text) == ["0", "1"]
        assert "Ada" not in text


def test_who_asked_for_no_speakers_or_has_none_gets_the_page_as_it_was() -> None:
    plain = as_html(Edition(a_transcript("")))
    nobody = a_transcript("").model_copy(update={"speakers": ()})
    assert as_html(Edition(nobody)) == plain
    assert "speaker" not in plain


# G. M. Machado et al., A Physiologically-based Model for Simulation of Color Vision Deficiency
# (2009): all of it missing
SEEN_BY = {
    "most people": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopes": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopes": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "tritanopes": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}
CONES = (
    (0.41222147, 0.53633254, 0.05144599),
    (0.2119035, 0.68069955, 0.10739696),
    (0.08830246, 0.28171884, 0.6299787),
)
OKLAB = (
    (0.21045426, 0.79361779, -0.00407205),
    (1.9779985, -2.42859221, 0.45059371),
    (0.02590404, 0.78277177, -0.80867577),
)


def linear(colour: str) -> Any:
    shares = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """By WCAG."""
    light = sorted(float(linear(each) @ (0.2126, 0.7152, 0.0722)) + 0.05 for each in (one, other))
    return light[1] / light[0]


def as_felt(colour: str, eye: Any) -> Any:
    """Where it is in Oklab: distances there are those that are felt."""
    seen = np.clip(np.array(eye) @ linear(colour), 0, 1)
    return np.array(OKLAB) @ np.cbrt(np.array(CONES) @ seen)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_of_speakers_stand_out_and_whoever_sees_fewer_tells_them_apart(theme: int) -> None:
    package = files("fanscribe.transcript.page")
    look, base = (
        package.joinpath(name).read_text("utf-8") for name in ("speakers.css", "base.css")
    )
    colours = re.findall(r"--v\d: (#\w{6})", look)[theme * COLOURS :][:COLOURS]
    paper = re.findall(r"--paper: (#\w{6})", base)[theme]
    assert len(set(colours)) == COLOURS
    assert min(contrast(colour, paper) for colour in colours) >= 3, "as WCAG 1.4.11 asks"
    for eye in SEEN_BY.values():
        felt = [as_felt(colour, eye) for colour in colours]
        apart = [float(np.linalg.norm(a - b)) for a, b in combinations(felt, 2)]
        assert min(apart) > 0.1, "five times as far as a difference that can just be seen"


def test_jinja_is_loaded_where_a_page_is_asked_for_and_the_page_by_no_step() -> None:
    """Split's and Transcribe's image has no jinja2; Merge and the command start sooner without."""
    steps = (
        "import sys, fanscribe.steps.split, fanscribe.steps.transcribe, "
        "fanscribe.steps.detect_language, fanscribe.steps.merge"
    )
    loaded = "print(*{'jinja2', 'markupsafe', 'fanscribe.transcript.page'} & set(sys.modules))"
    command = "import fanscribe_local.cli.main; print(*{'jinja2'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{steps}; {loaded}; {command}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


def test_the_policy_lets_the_pages_own_script_and_style_run_and_nothing_be_fetched() -> None:
    page = as_html(Edition(a_transcript("Hello.")))
    (policy,) = [
        str(found["content"]) for tag, found in Page(page).elements if found.get("http-equiv")
    ]
    directives = {
        name: sources for name, *sources in (directive.split() for directive in policy.split("; "))
    }
    assert directives.pop("default-src") == ["'none'"]
    assert directives.pop("media-src") == ["blob:", "file:"]
    assert directives.pop("script-src") == [
        digest(re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL))
    ]
    assert directives.pop("style-src") == [
        digest(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    ]
    assert set(map(tuple, directives.values())) == {("'none'",)}


def digest(found: list[str]) -> str:
    (inline,) = found
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


def test_the_page_names_no_other_address() -> None:
    page = as_html(Edition(a_transcript("Hello.")))
    assert not re.findall(r"https?:|//[\w.]+\.\w|@import|url\(", page)


def test_the_templates_the_look_and_the_script_are_in_the_package() -> None:
    kinds = {"page": ("html", "css", "js"), "speakers": ("html", "css", "js")}
    named = {f"{name}.{kind}" for name, each in kinds.items() for kind in each}
    assert named | {"check.html", "paragraph.html"} <= {
        file.name for file in files("fanscribe.transcript.page").iterdir()
    }


def test_the_same_transcript_gives_the_same_bytes() -> None:
    assert as_html(Edition(a_transcript("One. | Two."))) == as_html(
        Edition(a_transcript("One. | Two."))
    )


def test_words_of_less_than_half_a_chance_are_marked_with_it() -> None:
    said = tuple(
        replace(word, probability=p)
        for word, p in zip(words("sure not"), (0.5, 0.494), strict=True)
    )
    page = as_html(Edition(a_talk({0: a_reading(0, said)}, {}, 1)))
    assert '<p dir="auto"><span>sure</span> <span class="unsure" title="49%">not</span></p>' in page
    assert "To check: 1 unsure word</summary>" in page


def test_a_word_that_turns_text_around_turns_itself_alone() -> None:
    assert '<span dir="auto">\u202egnol</span> <span>after</span>' in as_html(
        Edition(a_transcript("\u202egnol after"))
    )


def test_what_was_read_twice_is_marked_word_by_word_and_listed_with_the_evidence() -> None:
    first, second = (
        a_reading(0, words("One two", 8_000)),
        a_reading(1, words("three four.", 10_000)),
    )
    page = as_html(
        Edition(a_talk({0: first, 1: second.model_copy(update={"second_look": AGAIN})}, {}, 2))
    )
    verdict = (
        "read twice (speech without words): the second reading was kept, 9 words; the other had 2"
    )
    assert (
        f'<span>two</span> <mark title="{verdict}"><span>three</span> <span>four.</span></mark></p>'
        in page
    )
    assert f">0:10–0:20</button> {verdict}</li>" in page
    assert "To check: 1 passage read twice</summary>" in page


def test_what_is_missing_stands_where_it_is_missing_with_the_reason() -> None:
    failed = {1: Failure(error="BadAudio"), 2: Failure(error="States.Timeout")}
    said = {0: a_reading(0, words("Good evening.")), 3: a_reading(3, words("That is all.", 31_000))}
    page = as_html(Edition(a_talk(said, failed)))
    assert Page(page).paragraphs == ["Good evening.", "[missing 0:10-0:30]", "That is all."]
    assert "<small>BadAudio, States.Timeout</small>" in page
    assert "speech is missing in 1 place" in page
    assert Page(page).data["missing"] == [[10_000, 30_000]]


def test_two_gaps_one_after_the_other_are_both_shown_each_with_its_reason() -> None:
    plan, said = damaged(a_plan(tiles(3)), (20, 23)), {0: a_reading(0, words("Good evening."))}
    said[2] = a_reading(2, words("That is all.", 24_000))
    ledger = settle_ledger(plan, said, {1: Failure(error="BadAudio")})
    page = as_html(Edition(build_transcript(plan, said, ledger)))
    gaps = ["[missing 0:10-0:20]", "[undecodable 0:20-0:23]"]
    assert Page(page).paragraphs == ["Good evening.", *gaps, "That is all."]
    assert page.count("<small>BadAudio</small>") == 1


def test_notes_are_listed_above_what_is_to_be_checked_as_text() -> None:
    page = as_html(Edition(a_damaged_talk()))
    (listed,) = re.findall(r'<ul class="notes">(.*?)</ul>', page)
    assert listed.count("<li>") == 3
    assert "“Director &amp; &lt;crew&gt; --&gt; both”" in listed
    assert page.index('class="notes"') < page.index('class="check"')
    assert 'class="notes"' not in as_html(Edition(a_transcript("Ordinary.")))


def test_a_moment_that_could_not_be_decoded_is_a_place_to_check_once_even_across_two_tiles() -> (
    None
):
    plan = damaged(a_plan(tiles(2)), (3.0, 3.25), (9.8, 10.2))
    readings = {i: a_reading(i, words("word", i * 10_000)) for i in range(2)}
    page = as_html(Edition(build_transcript(plan, readings, settle_ledger(plan, readings, {}))))
    assert "To check: 2 moments that could not be decoded" in page
    assert ">0:03</button> 0.2 s could not be decoded<" in page
    assert ">0:09–0:10</button> 0.4 s could not be decoded<" in page
    assert "[undecodable" not in page


def test_nothing_to_check_says_nothing() -> None:
    assert "<details" not in as_html(Edition(a_transcript("Hello there.")))


def test_a_long_turn_goes_on_in_a_new_paragraph_between_sentences() -> None:
    page = Page(
        as_html(Edition(a_transcript("This sentence has eight words in it, really. " * 40)))
    )
    assert [len(paragraph.split()) for paragraph in page.paragraphs] == [80, 80, 80, 80]


@pytest.mark.parametrize(("channels", "layout"), [(1, "column"), (2, "columns"), (3, "column")])
def test_two_channels_are_two_columns_and_more_are_known_by_their_names(
    channels: int, layout: str
) -> None:
    laid = tuple(
        tile.model_copy(update={"index": i, "channel": i})
        for i in range(channels)
        for tile in tiles(1)
    )
    plan = a_plan(laid, ReadingOptions(channels="separate"))
    readings = {i: a_reading(i, words("Hello?", i * 1_000)) for i in range(channels)}
    page = as_html(Edition(build_transcript(plan, readings, settle_ledger(plan, readings, {}))))
    assert f'<body class="{layout}">' in page
    assert re.findall(r'data-track="(\d)".*?class="who">(ch_\d)', page) == [
        (str(i), f"ch_{i}") for i in range(channels)
    ]


def test_the_text_is_said_to_be_in_its_language_and_a_translation_in_english() -> None:
    transcript = a_transcript("Bonsoir.").model_copy(update={"language": "fr"})
    assert '<main lang="fr"' in as_html(Edition(transcript))
    translated = as_html(Edition(transcript.model_copy(update={"task": "translate"})))
    assert '<main lang="en"' in translated
    assert '<span id="language">fr</span>, translated into English' in translated
