"""Lists of words: what is read of them, and one clear line for what is wrong."""

import pytest

from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.word_lists import (
    MOST_BYTES,
    MOST_LINES,
    check_list,
    read_filter,
    read_replacements,
    read_vocabulary,
)

AMAZON = (
    "Phrase\tSoundsLike\tIPA\tDisplayAs\n"
    "Los-Angeles\t\t\tLos Angeles\n"
    "F.A.Q.s\tEff-ay-cues\t\tFAQs\n"
    "Eddystone\n"
)


def test_a_term_may_have_what_it_sounds_like_and_how_it_is_written() -> None:
    plain, sounded, shown = read_vocabulary(
        "Fresnel\n\nCtesiphon\ttess i phon, tesifon\nc++\tsee plus plus\tC++\n"
    )
    assert plain == ("Fresnel", ("Fresnel",))
    assert sounded == ("Ctesiphon", ("Ctesiphon", "tess i phon", "tesifon"))
    assert shown == ("C++", ("c++", "see plus plus"))


def test_the_table_of_amazon_transcribe_is_read_as_it_is() -> None:
    assert read_vocabulary(AMAZON) == (
        ("Los Angeles", ("Los Angeles",)),
        ("FAQs", ("F.A.Q.s", "Eff ay cues")),
        ("Eddystone", ("Eddystone",)),
    )


def test_its_columns_may_stand_in_any_order() -> None:
    assert read_vocabulary("DisplayAs\tPhrase\nNew York\tNew-York\n") == (
        ("New York", ("New York",)),
    )


def test_phrases_of_a_filter_are_compared_without_case_and_marks() -> None:
    assert read_filter("Damn!\r\nthe OIL\n") == (("damn",), ("the", "oil"))


def test_what_stands_between_slashes_is_an_expression() -> None:
    rules = read_replacements("colour\tcolor\n/(a+)+b/i\t\\1\n")
    assert rules.literal == ((("colour",), "color"),)
    (expression,) = rules.expressions
    assert expression.compiled.search("xAAB") is not None


@pytest.mark.parametrize(
    ("option", "data", "said"),
    [
        ("vocabulary", b"", "it is empty."),
        ("vocabulary", b" \n", "it is empty."),
        ("word_filter", b"\xff\xfea", "it is no text in UTF-8."),
        ("word_filter", b"x" * (MOST_BYTES + 1), "it is larger than 1 MiB."),
        ("word_filter", b"x\n" * (MOST_LINES + 1), "it has 10,001 lines: 10,000 are the most."),
        ("word_filter", b"a\n" + b"x" * 501, "line 2 is longer than 500 characters."),
        ("word_filter", b"a\n\n!!", "line 3 has no letter and no digit."),
        ("word_filter", b"a\tb", "line 1 has a tab: a word or phrase stands alone in its line."),
        ("replace", b"a\tb\nc", "line 2 has not two columns: "),
        ("replace", b"a\tb\tc", "line 1 has not two columns: "),
        (
            "replace",
            b"/(a/\tb",
            "line 1 has a regular expression that RE2 does not take: missing )",
        ),
        ("replace", b"/(?=a)/\tb", "line 1 has a regular expression that RE2 does not take: "),
        ("replace", b"/(a)\\1/\tb", "line 1 has a regular expression that RE2 does not take: "),
        ("replace", b"/a{1000}{1000}/\tb", "line 1 has a regular expression that RE2 does not"),
        ("replace", b"/(((a{99}){9}){1})/\tb", None),
        ("replace", b"/((((a{30}){30}){30}))/\tb", "line 1 has a regular expression that RE2"),
        ("replace", b"/a*/\tb", "line 1 has a regular expression that matches nothing at all."),
        ("replace", b"/(a)/\t\\2", "line 1 names the group \\2, which its expression does not"),
        ("replace", b"/a/\tb\n" * 201, "it has 201 regular expressions: 200 are the most."),
        ("vocabulary", b"a\tb\tc\td", "line 1 has more than three columns: "),
        ("vocabulary", b"Phrase\tSound\na\tb", "line 1: there is no column 'sound'. "),
        ("vocabulary", b"Phrase\tIPA\na\tb\tc", "line 2 has 3 columns, and the first line has 2."),
        ("vocabulary", b"Phrase\tIPA\n\tb", "line 2 has no letter and no digit."),
    ],
)
def test_bad_lists_are_refused_in_one_line(option: str, data: bytes, said: str | None) -> None:
    if said is None:
        assert check_list(option, "terms.txt", data) == data.decode()
        return
    with pytest.raises(InvalidOption) as refused:
        check_list(option, "terms.txt", data)
    assert str(refused.value).startswith(f"The option {option!r}: terms.txt: {said}")
    assert "\n" not in str(refused.value)
