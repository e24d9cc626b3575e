"""Segments are built from words, whoever read them."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.transcript.build import LONGEST_SEGMENT, Transcript, build_transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.verbose_json import as_json
from fanscribe.transcript.ledger import settle_ledger
from tests.support.builders import a_plan, a_reading, a_transcript, tiles, words

texts = st.lists(
    st.sampled_from(["one", "two.", "Three", "|", "four?", "e.g.", "five,", "Six!"]), max_size=60
).map(" ".join)


def segments(text: str) -> list[str]:
    return [segment.text for segment in a_transcript(text).segments]


def test_a_segment_ends_where_a_sentence_ends() -> None:
    assert segments("Good evening. Thank you for coming! Shall we?") == [
        "Good evening.",
        "Thank you for coming!",
        "Shall we?",
    ]


def test_a_sentence_ends_with_the_marks_of_its_script() -> None:
    for mark in "।؟۔։።။។":
        assert segments(f"אב{mark} גד{mark}") == [f"אב{mark}", f"גד{mark}"], mark


def test_a_mark_within_a_sentence_ends_nothing() -> None:
    assert segments("Bring it, e.g. on a Monday, please.") == [
        "Bring it, e.g. on a Monday, please."
    ]


def test_a_closing_quote_belongs_to_its_sentence() -> None:
    assert segments("“Come in.” He came.") == ["“Come in.”", "He came."]


def test_a_pause_ends_a_segment() -> None:
    assert segments("well | I think so") == ["well", "I think so"]


def test_a_sentence_may_cross_a_tile_boundary() -> None:
    plan = a_plan(tiles(2))
    readings = {
        0: a_reading(0, words("We met", 9_000)),
        1: a_reading(1, words("on Monday.", 10_000)),
    }
    transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
    assert [segment.text for segment in transcript.segments] == ["We met on Monday."]


@given(texts)
def test_segments_hold_every_word_once_and_in_order(text: str) -> None:
    transcript = a_transcript(text)
    assert [word.text for word in transcript.words] == [
        f" {token}" for token in text.split() if token != "|"
    ]
    assert all(segment.words for segment in transcript.segments)


@given(st.integers(2, 400))
def test_no_segment_is_longer_than_the_longest(count: int) -> None:
    transcript = a_transcript("word " * count)
    assert all(segment.end - segment.start <= LONGEST_SEGMENT for segment in transcript.segments)


def test_scripts_without_spaces_are_joined_without() -> None:
    plan = a_plan(tiles(1))
    said = tuple(
        replace(word, text=text)
        for word, text in zip(words("a b"), ["你好", "世界。"], strict=True)
    )
    readings = {0: a_reading(0, said, "zh")}
    assert build_transcript(plan, readings, settle_ledger(plan, readings, {})).text == "你好世界。"


def test_the_language_is_the_one_most_words_are_in() -> None:
    plan = a_plan(tiles(2))
    readings = {0: a_reading(0, words("ja"), "de"), 1: a_reading(1, words("yes indeed"), "en")}
    assert build_transcript(plan, readings, settle_ledger(plan, readings, {})).language == "en"


def test_scores_are_weighted_by_words() -> None:
    plan = a_plan(tiles(2))
    readings = {
        0: a_reading(0, words("We met", 9_000), logprob=-0.2),
        1: a_reading(1, words("on Monday.", 10_000), logprob=-0.4),
    }
    (segment,) = build_transcript(plan, readings, settle_ledger(plan, readings, {})).segments
    assert segment.avg_logprob == -0.3


class TestVerboseJson:
    """Superset of OpenAI's verbose_json: its fields, names and units."""

    printed = json.loads(as_json(Edition(a_transcript("Good evening. Thank you."))))

    def test_has_every_field_of_openais(self) -> None:
        assert {"task", "language", "duration", "text", "segments", "words"} <= self.printed.keys()
        for segment in self.printed["segments"]:
            assert {
                "id",
                "start",
                "end",
                "text",
                "avg_logprob",
                "no_speech_prob",
                "compression_ratio",
            } <= segment.keys()
        for word in self.printed["words"]:
            assert {"word", "start", "end", "probability"} == word.keys()

    def test_says_what_was_said_and_when(self) -> None:
        assert self.printed["text"] == "Good evening. Thank you."
        assert [segment["id"] for segment in self.printed["segments"]] == [0, 1]
        assert self.printed["words"][1] == {
            "word": "evening.",
            "start": 0.4,
            "end": 0.7,
            "probability": 0.9,
        }

    def test_a_transcript_of_silence_is_empty_and_says_so(self) -> None:
        plan = a_plan(tiles(2, silent=(0, 1)))
        silence: Transcript = build_transcript(plan, {}, settle_ledger(plan, {}, {}))
        printed = json.loads(as_json(Edition(silence)))
        assert (printed["text"], printed["language"], printed["words"]) == ("", "und", [])
        assert [tile["state"] for tile in printed["ledger"]["tiles"]] == ["silent", "silent"]
