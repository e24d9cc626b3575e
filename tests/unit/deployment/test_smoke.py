"""`make smoke`, as far as it goes without a stack: which words may differ from which."""

import pytest

from benchmarks.smoke import Failure, Reference, wait_for

SPOKEN = Reference.of("a model of yours")
OWN = Reference.of("tiny.en")


def test_the_same_words_do_not_differ_however_they_are_written() -> None:
    assert OWN.held_against(OWN.text) == (0, [])
    assert OWN.held_against(OWN.text.upper().replace(",", " – "))[0] == 0


def test_a_model_that_is_not_known_is_held_against_what_is_said() -> None:
    assert SPOKEN.name == "sample/lighthouse-talk.txt"
    assert SPOKEN.held_against(OWN.text)[0] < SPOKEN.tolerated, "tiny.en is good enough"


@pytest.mark.parametrize("reference", [OWN, SPOKEN])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_half_a_minute_lost_or_repeated_is_too_much(reference: Reference, place: int) -> None:
    transcribed = OWN.text.split()
    start = 200 * place
    lost = transcribed[:start] + transcribed[start + 75 :]
    twice = transcribed[: start + 75] + transcribed[start:]
    for text in (lost, twice):
        assert reference.held_against(" ".join(text))[0] > reference.tolerated


def test_a_word_that_differs_is_shown_with_what_stands_there() -> None:
    reference = Reference("a text", "one lighthouse", 0)
    assert reference.held_against("one light") == (1, ["lighthouse -> light"])
    assert reference.held_against("one lighthouse spoke") == (1, ["(nothing) -> spoke"])


def test_waiting_ends_and_says_for_what_and_where_to_look() -> None:
    with pytest.raises(Failure, match=r"No ship within 0 minutes\. Look out of the window\."):
        wait_for("ship", lambda: None, 0, "Look out of the window.")
