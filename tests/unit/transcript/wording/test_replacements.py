"""House style: phrases and regular expressions."""

from itertools import pairwise

import pytest

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.wording.word_lists import WordLists, read_replacements
from fanscribe.transcript.wording.worded import worded
from tests.support.builders import a_transcript


def replaced(text: str, rules: str) -> str:
    lists = WordLists(replace=read_replacements(rules))
    return worded(a_transcript(text), lists, OutputOptions()).text


@pytest.mark.parametrize(
    ("text", "rules", "written"),
    [
        ("The colour. Colour it!", "colour\tcolor", "The color. Color it!"),
        ("My Iphone, iphones.", "iphone\tiPhone", "My iPhone, iphones."),
        ("A light house, light.", "light\tlamp\nlight house\tlighthouse", "A lighthouse, lamp."),
        ("It is o k.", "o k\tOK", "It is OK."),
        ("In NYC!", "nyc\tNew York City", "In New York City!"),
        ("Um, we um went.", "/\\b[Uu]m,? ?/\t", "we went."),
        ("5 percent of 10 percent", "/(\\d+) percent/\t\\1 %", "5 % of 10 %"),
        ("é été", "/(?i)É/\te", "e ete"),
        ("a b", "a\tb\n/b b/\tc", "c"),
        ("a b", "/a/\tb\n/b b/\tc", "c"),
    ],
)
def test_rules_are_applied_to_the_text(text: str, rules: str, written: str) -> None:
    assert replaced(text, rules) == written


def test_an_expression_that_would_run_for_ever_elsewhere_ends() -> None:
    assert replaced("a" * 5_000 + "c", "/(a+)+b/\tx") == "a" * 5_000 + "c"


def test_nothing_stays_where_all_was_replaced_by_nothing() -> None:
    assert replaced("Um. | Yes.", "/Um\\./\t") == "Yes."


@pytest.mark.parametrize(
    ("text", "rules", "segments"),
    [
        ("A light | house here.", "light house\tlighthouse", ["A lighthouse", "here."]),
        ("A light | house.", "light house\tlighthouse", ["A lighthouse."]),
        ("In new | york now.", "new york\tNew York", ["In New", "York now."]),
        ("To N Y | C now.", "n y c\tNew York", ["To New York", "now."]),
        ("A light. House rules.", "light house\tlighthouse", ["A light.", "House rules."]),
        ("A light | | house.", "light house\tlighthouse", ["A light", "house."]),
        ("A b | c d.", "/b c/\tx", ["A b", "c d."]),
    ],
)
def test_a_phrase_may_go_over_a_pause_and_over_no_end_of_a_sentence(
    text: str, rules: str, segments: list[str]
) -> None:
    lists = WordLists(replace=read_replacements(rules))
    before = a_transcript(text)
    after = worded(before, lists, OutputOptions())
    assert [segment.text for segment in after.segments] == segments
    ends = [(each.start, each.end) for each in after.segments]
    assert all(start <= end for start, end in ends)
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))


@pytest.mark.parametrize("other", [{"language": "fr"}, {"speaker": 1}, {"channel": 1}])
def test_a_phrase_does_not_go_over_to_somebody_else(other: dict[str, str | int]) -> None:
    before = a_transcript("A light | house.")
    first, second = before.segments
    parted = before.model_copy(update={"segments": (first, second.model_copy(update=other))})
    lists = WordLists(replace=read_replacements("light house\tlighthouse"))
    assert worded(parted, lists, OutputOptions()) == parted
