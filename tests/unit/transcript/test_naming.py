"""Names by hand, and the notes on those that nobody has."""

import pytest

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.naming import Labels, cut, named
from tests.support.builders import a_meeting, a_transcript


def notes(**names: str) -> tuple[str, ...]:
    return named(a_meeting(), OutputOptions(names=names)).notes


def test_a_name_by_hand_replaces_the_one_that_was_there() -> None:
    ada, other, *_ = a_meeting().speakers or ()
    assert ada.name == "Ada <Lovelace> & Co."
    names = {"spk_0": "Eve", "spk_1": "Bob"}
    eve, bob, *_ = named(a_meeting(), OutputOptions(names=names)).speakers or ()
    assert eve == ada.model_copy(update={"name": "Eve"})
    assert bob == other.model_copy(update={"name": "Bob"})


def test_an_empty_name_takes_one_away() -> None:
    spk_0, *_ = named(a_meeting(), OutputOptions(names={"spk_0": ""})).speakers or ()
    assert (spk_0.name, spk_0.shown) == (None, "spk_0")


def test_whoever_gets_no_name_stays_as_before() -> None:
    assert named(a_meeting(), OutputOptions()) == a_meeting()


def test_a_label_that_no_speaker_has_is_told_without_the_name() -> None:
    (note,) = notes(spk_1="Bob", spk_7="Eve", spk_9="Mallory")
    assert note == "Nobody is spk_7, spk_9, to whom a name was given: there is spk_0 to spk_2."
    assert notes(spk_2="Bob", spk_7="") == ()


@pytest.mark.parametrize(("names", "count"), [({}, 0), ({"spk_0": ""}, 0), ({"spk_0": "Ada"}, 1)])
def test_names_for_a_transcript_that_tells_nobody_apart_are_told(
    names: dict[str, str], count: int
) -> None:
    transcript = named(a_transcript("Hello."), OutputOptions(names=names))
    assert transcript.speakers is None
    assert len(transcript.notes) == count


def test_a_name_is_cut_only_where_there_is_no_room() -> None:
    assert [cut("Ada Lovelace", most) for most in (None, 12, 11, 5)] == [
        "Ada Lovelace",
        "Ada Lovelace",
        "Ada Lovela…",
        "Ada…",
    ]
    assert Labels({0: "Ada"}).before(1, 0) == "Ada: "
    assert Labels().before(1, None) == "ch_1: "
    assert Labels().before(None, None) == ""
