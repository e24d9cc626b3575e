"""Numbers, codes and signs, as they would be typed."""

import pytest

from fanscribe.transcript.redaction.spoken import as_typed, as_written, runs


def typed(text: str, language: str = "en") -> str:
    words = text.split()
    return as_typed(words, runs(words, language)).text


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("four one one one", "4111"),
        ("double seven, triple oh", "77000"),
        ("forty two and forty-two", "42 and 42"),
        ("nineteen eighty five", "1985"),
        ("eight hundred five five five", "800555"),
        ("plus four four 20 7946", "+44207946"),
        ("4111-1111 then (020) 7946", "41111111 then 0207946"),
        ("one uh two dash three", "123"),
        ("G B 8 2 WEST 1 2", "GB82WEST12"),
        ("ada dot l at example dot co dot uk", "ada.l@example.co.uk"),
        ("look at example.com", "look at example.com"),
        ("see her at noon dot", "see her at noon dot"),
        ("ten dot zero dot zero dot one", "10.0.0.1"),
        ("that point in time", "that point in time"),
        ("my_name underscore 7", "my_name_7"),
        ("on 03/04/1985 at 10:30", "on 03/04/1985 at 10:30"),
    ],
)
def test_spoken_numbers_and_signs_are_typed(spoken: str, written: str) -> None:
    assert typed(spoken) == written


@pytest.mark.parametrize(
    ("language", "spoken", "written"),
    [
        ("fr", "zéro six douze", "0612"),
        ("de", "null eins sieben zwo", "0172"),
        ("es", "seis cero uno", "601"),
        ("en", "once seize null", "once seize null"),
        ("ja", "090 1234", "0901234"),
    ],
)
def test_numbers_are_those_of_the_language(language: str, spoken: str, written: str) -> None:
    assert typed(spoken, language) == written


def test_each_place_knows_its_words() -> None:
    words = ["call", "four", "one", "one", "now"]
    numbers = as_typed(words, runs(words))
    assert numbers.text == "call 411 now"
    assert numbers.words(5, 8) == (1, 3)
    assert numbers.words(9, 12) == (4, 4)
    assert as_written(words).words(5, 13) == (1, 2)
