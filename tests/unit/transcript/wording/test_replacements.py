"""House style: phrases and regular expressions."""

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
