"""Every format says the same words."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.formats import LINE, LINES, LONGEST_CUE, WRITERS, as_json, as_srt, as_text, as_vtt, cues
from fanscribe.options import DEFAULT_FORMATS as FORMATS
from tests.builders import a_transcript

TALK = (
    "Good evening. Thank you for coming. | Tonight I would like to tell you how lighthouses learned to speak to ships, and why."
)
texts = st.lists(st.sampled_from(["one", "lighthouse", "Three.", "|", "a", "internationalization,", "x" * 60]), max_size=80).map(
    " ".join
)


def test_srt() -> None:
    assert as_srt(a_transcript(TALK)) == (
        "1\n00:00:00,000 --> 00:00:00,700\nGood evening.\n\n"
        "2\n00:00:00,800 --> 00:00:02,300\nThank you for coming.\n\n"
        "3\n00:00:04,400 --> 00:00:10,300\nTonight I would like to tell you how\nlighthouses learned to speak to ships, and\n\n"
        "4\n00:00:10,400 --> 00:00:10,700\nwhy.\n"
    )


def test_vtt_begins_with_its_signature_and_escapes_markup() -> None:
    assert as_vtt(a_transcript("<b> R&D -->")).splitlines() == [
        "WEBVTT",
        "",
        "00:00:00.000 --> 00:00:01.100",
        "&lt;b&gt; R&amp;D --&gt;",
    ]


def test_txt_is_paragraphs() -> None:
    assert as_text(a_transcript("One. Two. | Three.")) == "One. Two.\n\nThree.\n"


def test_json_keeps_every_script_readable() -> None:
    assert "Zürich 東京" in as_json(a_transcript("Zürich 東京"))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_writer_that_takes_an_empty_transcript(name: str) -> None:
    written = WRITERS[name].write(a_transcript(""))  # type: ignore[index]
    assert written == {"json": written, "srt": "", "vtt": "WEBVTT\n", "txt": ""}[name]


@given(texts)
def test_cues_hold_every_word_fit_the_screen_and_follow_each_other(text: str) -> None:
    transcript = a_transcript(text)
    shown = list(cues(transcript))
    assert re.sub(r"\s", "", "".join(cue.text for cue in shown)) == re.sub(r"[\s|]", "", text)
    assert all(len(line) <= LINE for cue in shown for line in cue.text.splitlines())
    assert all(cue.text.count("\n") < LINES or len(cue.text.split()) == 1 for cue in shown)
    edges = [edge for cue in shown for edge in (cue.start, cue.end)]
    assert edges == sorted(edges)
    assert all(cue.end - cue.start <= LONGEST_CUE for cue in shown)


@given(texts)
def test_json_gives_the_same_words_back(text: str) -> None:
    transcript = a_transcript(text)
    assert [word["word"] for word in json.loads(as_json(transcript))["words"]] == [word.text.strip() for word in transcript.words]
