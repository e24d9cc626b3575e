"""A transcript without what was found in it."""

from fanscribe.documents.redaction import Found, Kind
from fanscribe.documents.wording import Correction
from fanscribe.transcript.redaction.apply import redacted, silences
from tests.support.builders import a_transcript

CALL = a_transcript("Hello, “Ada Lovelace!” How are you? My pin is four one. One one, yes.")


def a_find(first: int, last: int, kind: Kind = "name") -> Found:
    return Found(channel=None, first=first, last=last, kind=kind, score=0.9)


def test_a_mark_stands_for_the_words_with_their_time_and_the_sentence_still_ends() -> None:
    spoken = redacted(CALL, [a_find(0, 0), a_find(1, 2), a_find(9, 12, "password")])
    assert spoken.text == ("[NAME], [NAME] How are you? My pin is [PASSWORD]. [PASSWORD], yes.")
    ada, lovelace = CALL.words[1:3]
    mark = spoken.words[1]
    assert (mark.text, mark.start, mark.end) == (" [NAME]", ada.start, lovelace.end)


def test_other_words_and_all_times_of_segments_stay() -> None:
    spoken = redacted(CALL, [a_find(1, 2)])
    assert spoken.words[0] == CALL.words[0]
    assert spoken.words[2:] == CALL.words[3:]
    assert [(each.start, each.end) for each in spoken.segments] == [
        (each.start, each.end) for each in CALL.segments
    ]
    assert redacted(CALL, []) == CALL


def test_corrections_are_left_out_as_they_quote_what_stood_there() -> None:
    was = Correction(start=0, end=1, was="Ada", now="Ada", why="vocabulary", score=1.0)
    assert redacted(CALL.model_copy(update={"corrections": (was,)}), []).corrections is None


def test_silences_are_when_the_words_are_said() -> None:
    first, last = CALL.words[1], CALL.words[2]
    assert silences(CALL, [a_find(1, 2)]) == [(None, first.start, last.end)]
