"""Words of a filter are masked, removed or tagged, in every format."""

import json

import pytest

from fanscribe.documents.options import FORMATS, OutputOptions
from fanscribe.documents.wording import Correction, TaggedWord
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.writers import WRITERS
from fanscribe.transcript.wording.word_filter import WordFilter
from fanscribe.transcript.wording.word_lists import read_filter
from tests.support.builders import a_transcript, told_apart


def filtered(text: str, listed: str, method: str = "mask") -> Transcript:
    chosen = OutputOptions.model_validate({"word_filter_method": method}).word_filter_method
    return WordFilter(read_filter(listed), chosen).filtered(a_transcript(text))


@pytest.mark.parametrize(
    ("text", "masked", "removed"),
    [
        ("Well, damn!", "Well, ***!", "Well!"),
        ("Oh DAMN, no.", "Oh ***, no.", "Oh no."),
        ('He said "damn" twice.', 'He said "***" twice.', "He said twice."),
        ("Damn. Damnation is longer.", "***. Damnation is longer.", "Damnation is longer."),
        ("A damn's worth.", "A ***'s worth.", "A worth."),
        ("So damn-good it is.", "So ***-good it is.", "So -good it is."),
        ("Damn, damn! He went.", "***, ***! He went.", "He went."),
        ("By the holy cow, he", "By *** cow, he", "By cow, he"),
    ],
)
def test_whole_words_are_hidden_and_marks_stay(text: str, masked: str, removed: str) -> None:
    assert filtered(text, "damn\nthe holy").text == masked
    assert filtered(text, "damn\nthe holy", "remove").text == removed


def test_other_words_keep_their_times() -> None:
    before = {word.text: word for word in a_transcript("One damn three.").words}
    masked, removed = (filtered("One damn three.", "damn", each) for each in ("mask", "remove"))
    assert [word.start for word in masked.words] == [word.start for word in before.values()]
    assert removed.words == [before[" One"], before[" three."]]


def test_scripts_without_spaces_and_elisions_are_compared_by_what_they_hold() -> None:
    assert filtered("我恨你们", "恨你").text == "我***们"
    assert filtered("C'est l’homme.", "homme").text == "C'est l’***."
    assert filtered("I don't know Don.", "don").text == "I don't know ***."


def test_the_json_counts_without_the_words() -> None:
    hidden = filtered("Damn it, damn. Fine.", "damn")
    for name in FORMATS:
        assert "damn" not in WRITERS[name].write(Edition(hidden)).lower()
    written = json.loads(WRITERS["json"].write(Edition(hidden)))
    assert written["word_filter"] == {"method": "mask", "matches": 2}


def test_tagged_words_are_shown_and_marked_in_the_json_formats() -> None:
    tagged = filtered("Oh damn it.", "damn", "tag")
    assert tagged.text == "Oh damn it."
    assert [isinstance(word, TaggedWord) for word in tagged.words] == [False, True, False]
    ours = json.loads(WRITERS["json"].write(Edition(tagged)))
    assert [word.get("filtered", False) for word in ours["words"]] == [False, True, False]
    theirs = json.loads(WRITERS["transcribe-json"].write(Edition(tagged)))["results"]["items"]
    matches = [item["vocabularyFilterMatch"] for item in theirs if item["type"] == "pronunciation"]
    assert matches == [False, True, False]


def test_corrections_don_t_say_what_the_filter_hides() -> None:
    made = Correction(start=0, end=1, was="dam nit", now="damn it", why="vocabulary", score=0.9)
    transcript = a_transcript("Damn it.").model_copy(update={"corrections": (made,)})
    (hidden,) = WordFilter((("damn",),), "remove").filtered(transcript).corrections or ()
    assert (hidden.was, hidden.now) == ("dam nit", "*** it")


def test_a_segment_without_words_is_gone() -> None:
    assert filtered("Damn. | Fine.", "damn", "remove").text == "Fine."
    assert filtered("Damn.", "damn", "remove").segments == ()


@pytest.mark.parametrize(
    ("text", "masked", "removed"),
    [
        ("In New | York, now.", "In *** ***, now.", "In now."),
        ("In New. York is", "In ***. *** is", "In. is"),
        ("In New. | York. | Fine.", "In ***. ***. Fine.", "In. Fine."),
        ("New New | York", "New *** ***", "New"),
    ],
)
def test_a_phrase_over_the_end_of_a_segment_is_hidden_in_both(
    text: str, masked: str, removed: str
) -> None:
    before = a_transcript(text)
    hidden = filtered(text, "new york")
    assert hidden.text == masked
    assert [len(each.words) for each in hidden.segments] == [
        len(each.words) for each in before.segments
    ]
    assert hidden.filtered is not None
    assert hidden.filtered.matches == 1
    assert filtered(text, "new york", "remove").text == removed
    tagged = filtered(text, "new york", "tag")
    assert tagged.text == before.text
    marked = [word for word in tagged.words if isinstance(word, TaggedWord)]
    assert [word.text.strip(" .,") for word in marked] == ["New", "York"]


def test_a_phrase_is_hidden_whoever_says_it_and_not_over_channels() -> None:
    before = told_apart(a_transcript("In New | York."), [0, 1])
    chosen = WordFilter(read_filter("new york"), "mask")
    assert chosen.filtered(before).text == "In *** ***."
    parted = [
        segment.model_copy(update={"channel": channel})
        for channel, segment in enumerate(before.segments)
    ]
    apart = chosen.filtered(before.model_copy(update={"segments": tuple(parted)}))
    assert apart.text == "In New York."
