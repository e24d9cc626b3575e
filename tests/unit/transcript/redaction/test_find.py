"""Which words are personal data, kind by kind, as they are written and as they are spoken."""

from dataclasses import replace

import pytest

from fanscribe.documents.redaction import KINDS, Kind
from fanscribe.transcript.redaction.find import PIECE, digest, find, pieces, settled
from fanscribe.transcript.redaction.kinds import Candidate
from fanscribe.transcript.redaction.recognizers import Recognizers
from tests.support.builders import a_transcript

RECOGNIZERS = Recognizers(frozenset(KINDS))


def found(text: str, *kinds: Kind) -> list[tuple[str, str]]:
    transcript = a_transcript(text)
    words = [word.text.strip() for word in transcript.words]
    return [
        (each.kind, " ".join(words[each.first : each.last + 1]))
        for each in find(transcript, kinds or KINDS, RECOGNIZERS)
    ]


@pytest.mark.parametrize(
    ("kind", "before", "said", "after"),
    [
        ("name", "Then", "Maria Gonzalez", "called us."),
        ("name", "My name is", "zork blimp", "and I am new."),
        ("name", "It is spelled", "S-M-I-T-H", "with an I."),
        ("email", "Write to", "jane_doe99@example.org", "please."),
        ("email", "It is", "john dot smith at example dot com", "I think."),
        ("email", "Mail", "info at example.com", "today."),
        ("phone", "Call me on", "020 7946 0958", "after six."),
        ("phone", "Reach me at", "double seven eight, five five five, one two three four", "now."),
        ("phone", "It is", "+44 20 7946 0958", "I guess."),
        ("phone", "It is", "plus four nine, one five one, two three four five six", "or so."),
        ("address", "I live at", "42 Elm Street, Springfield, Illinois 62704.", ""),
        ("address", "We moved to", "forty two Elm Street", "last week."),
        ("address", "He lives at", "Hauptstraße 12", "now."),
        ("card", "It is", "4111 1111 1111 1111", "I believe."),
        (
            "card",
            "Take this:",
            "four one one one, one one one one, one one one one, one one one one.",
            "",
        ),
        ("card", "My card number is", "4111 1111 1111 1112", "or so."),
        ("card", "The card ending in", "4242", "was declined."),
        ("bank-account", "My account number is", "one two three four five six seven eight.", ""),
        ("bank-account", "The sort code is", "20-30-40.", ""),
        ("iban", "Pay to", "GB82 WEST 1234 5698 7654 32", "today."),
        ("iban", "Pay to", "G B 8 2 W E S T 1 2 3 4 5 6 9 8 7 6 5 4 3 2", "today."),
        ("national-id", "My social security number is", "078-05-1120.", ""),
        ("national-id", "My national insurance number is", "A B 1 2 3 4 5 6 C.", ""),
        ("national-id", "My CPF is", "529.982.247-25", "as you know."),
        ("national-id", "Here you are:", "1 85 05 78 006 084 91", "all right?"),
        ("national-id", "The person is", "11010519491231002X", "as you see."),
        ("date-of-birth", "I was born on", "March 3rd, 1985,", "in a small town."),
        ("date-of-birth", "My birthday is", "the fifth of july nineteen ninety two", "you see."),
        ("password", "My password is", "sunshine forty two", "and please keep it."),
        ("password", "The pin is", "one two three four.", ""),
        ("password", "The CVV,", "three eight one.", ""),
        ("password", "Use", "AKIAIOSFODNN7EXAMPLE", "for now."),
        ("ip", "It is at", "192 dot 168 dot 1 dot 254", "right now."),
        ("ip", "It is at", "10.0.0.17", "right now."),
        ("url", "Go to", "www dot example dot com slash login", "and wait."),
        ("url", "Go to", "https://example.com/reset?u=7", "and wait."),
    ],
)
def test_each_kind_is_found_written_or_spoken(
    kind: Kind, before: str, said: str, after: str
) -> None:
    assert (kind, said) in found(f"{before} {said} {after}")
    assert found(f"{before} {said} {after}", kind) == [(kind, said)]


@pytest.mark.parametrize(
    ("kind", "before", "said", "after"),
    [
        ("card", "It is", "4111 1111 1111 | 1111.", "Got it?"),
        ("card", "It is", "4111 1111. | Okay. | 1111, | yes, | 1111.", "Got it?"),
        ("card", "Take this:", "four one one one. | One one one one. | Mm-hmm. | 1111 1111.", ""),
        ("phone", "Call me on", "020 7946. | 0958", "after six."),
        ("iban", "Pay to", "GB82 WEST | 1234 5698. | 7654 32", "today."),
        ("date-of-birth", "I was born on", "March 3rd, | 1985,", "in a small town."),
        ("name", "My name is |", "Maria Gonzalez.", "And yours?"),
        ("password", "My password is. |", "Sunshine 42.", "Keep it."),
        ("password", "My password is", "sunshine. | 42.", "Keep it."),
    ],
)
def test_what_goes_over_the_end_of_a_segment_is_found(
    kind: Kind, before: str, said: str, after: str
) -> None:
    assert found(f"{before} {said} | {after}") == [(kind, said.replace(" |", ""))]


@pytest.mark.parametrize(
    "text",
    [
        "At that point in time we had 150 people, and in 1990 twelve more.",
        "Once upon a time one or two people waited for the train at the station.",
        "He was born in a small town, and the lamp was lit in 1858.",
        "The password is wrong and the pin is not set.",
        "It cost 1,200,000 dollars, that is 35 percent more than on March 3rd, 2019.",
        "Is it here? Then take four of these, two of those, and call again.",
    ],
)
def test_ordinary_talk_is_no_personal_data(text: str) -> None:
    assert not found(text)


def test_a_kind_that_is_not_asked_for_stays() -> None:
    said = "My name is Maria Gonzalez and my card number is 4111 1111 1111 1111."
    assert found(said, "card") == [("card", "4111 1111 1111 1111.")]
    assert found(said, "email") == []


def test_a_name_that_is_known_from_one_place_is_found_everywhere() -> None:
    text = "My name is Zorblatt Quux. | Quux again, it was Quux's idea. | Goodbye."
    assert [said for _, said in found(text, "name")] == ["Zorblatt Quux.", "Quux", "Quux's"]


def test_words_without_a_space_between_them_are_one() -> None:
    transcript = a_transcript("Call 555-123-4567 now.")
    (segment,) = transcript.segments
    call, number, now = segment.words
    parts = [replace(number, text=text) for text in (" 555", "-123", "-4567")]
    glued = segment.model_copy(update={"words": (call, *parts, now)})
    (phone,) = find(transcript.model_copy(update={"segments": (glued,)}), KINDS, RECOGNIZERS)
    assert (phone.kind, phone.first, phone.last) == ("phone", 1, 3)


def test_names_of_a_language_without_a_model_are_not_found() -> None:
    transcript = a_transcript("Hier spricht Maria Gonzalez.")
    (segment,) = transcript.segments
    german = transcript.model_copy(
        update={"segments": (segment.model_copy(update={"language": "de"}),)}
    )
    assert find(german, KINDS, RECOGNIZERS) == ()


def test_long_talk_is_cut_at_sentences_that_no_number_touches() -> None:
    talk = " ".join(["So we went on and on."] * 60 + ["It is 4111 1111."] + ["1111 1111 ok."] * 3)
    cut = list(pieces(a_transcript(talk).segments))
    assert [token for piece in cut for token in piece.words] == talk.split()
    assert all(len(piece.words) <= PIECE for piece in cut)
    assert cut[0].words[-1] == "on."


def test_words_decide_the_digest_and_nothing_else() -> None:
    def named(text: str) -> str:
        return digest(a_transcript(text))

    assert named("Call Ada now.") == named("Call Ada now.")
    assert named("Call Ada now.") != named("Call Eve now.")


def test_no_word_that_was_found_is_left_out_where_kinds_overlap() -> None:
    sure = Candidate(3, 5, "card", 1.0)
    assert settled([Candidate(2, 6, "phone", 0.8), sure]) == [
        Candidate(2, 2, "phone", 0.8),
        sure,
        Candidate(6, 6, "phone", 0.8),
    ]
    assert settled([Candidate(2, 4, "card", 0.5), sure]) == [Candidate(2, 5, "card", 1.0)]
