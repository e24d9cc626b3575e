"""Terms: what the model was not sure of and sounds like one is corrected, and nothing else."""

import json
from dataclasses import replace

import pytest

from fanscribe.documents.options import OutputOptions
from fanscribe.documents.reading import Word
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.writers import WRITERS
from fanscribe.transcript.wording.vocabulary import DOUBTFUL, SURE
from fanscribe.transcript.wording.word_lists import WordLists, read_vocabulary
from fanscribe.transcript.wording.worded import worded
from tests.support.builders import a_meeting, a_transcript

TERMS = "Eddystone\nKubernetes\nCtesiphon\ttess i fon\nReykjavik\nGitHub\nlighthouse\n"


def unsure(text: str, language: str = "en") -> Transcript:
    """Words with a `?` before them are doubtful, others sure."""
    transcript = a_transcript(text)
    segments = [
        segment.model_copy(
            update={"words": tuple(map(_doubted, segment.words)), "language": language}
        )
        for segment in transcript.segments
    ]
    return transcript.model_copy(update={"segments": tuple(segments)})


def _doubted(word: Word) -> Word:
    probability = 0.4 if "?" in word.text else 0.95
    text = word.text.replace("?", "")
    return replace(word, text=text, probability=probability)


def corrected(transcript: Transcript, terms: str = TERMS, **options: bool) -> Transcript:
    lists = WordLists(vocabulary=read_vocabulary(terms) if terms else None)
    return worded(transcript, lists, OutputOptions.model_validate(options))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("At ?Edestone, there.", "At Eddystone, there."),
        ("By ?Eddie ?stone's light.", "By Eddystone's light."),
        ("Run ?Cabernetes now.", "Run Kubernetes now."),
        ("Near ?Tessifon.", "Near Ctesiphon."),
        ("Push to github.", "Push to GitHub."),
        ("Lighthouse, ?light ?house.", "Lighthouse, lighthouse."),
        ("To ?Recovic.", "To ?Recovic.".replace("?", "")),
    ],
)
def test_what_sounds_like_a_term_is_written_as_one(text: str, written: str) -> None:
    assert corrected(unsure(text)).text == written


@pytest.mark.parametrize(
    "text", ["At Edestone.", "By Eddie stone.", "By ?Eddie stone.", "A ?stone ?house.", "?Eddy."]
)
def test_words_that_the_model_was_sure_of_and_other_words_stay(text: str) -> None:
    before = unsure(text)
    assert corrected(before).segments == before.segments


@pytest.mark.parametrize(
    ("probability", "word"), [(DOUBTFUL - 0.01, " Eddystone"), (DOUBTFUL, " Edestone")]
)
def test_doubt_has_a_bound(probability: float, word: str) -> None:
    assert DOUBTFUL < SURE
    transcript = a_transcript("Edestone")
    (segment,) = transcript.segments
    (said,) = (replace(each, probability=probability) for each in segment.words)
    before = transcript.model_copy(
        update={"segments": (segment.model_copy(update={"words": (said,)}),)}
    )
    assert corrected(before).words[0].text == word


def test_every_correction_is_in_the_json_with_its_reason() -> None:
    made = corrected(unsure("So ?Edestone. Ask github."))
    written = json.loads(WRITERS["json"].write(Edition(made)))
    assert written["corrections"] == [
        {
            "start": 0.4,
            "end": 0.7,
            "was": "Edestone",
            "now": "Eddystone",
            "why": "vocabulary",
            "score": 0.889,
        },
        {
            "start": 1.2,
            "end": 1.5,
            "was": "github",
            "now": "GitHub",
            "why": "vocabulary",
            "score": 1.0,
        },
    ]
    assert corrected(unsure("Nothing here.")).corrections == ()
    assert a_transcript("Nothing here.").corrections is None


def test_other_languages_are_compared_by_their_letters() -> None:
    terms = "Poincaré\nКовалевская\n"
    assert corrected(unsure("Avec ?Poincare ?Poincarré.", "fr"), terms).text == (
        "Avec Poincaré Poincaré."
    )
    assert corrected(unsure("это ?Ковалевска.", "ru"), terms).text == "это Ковалевская."


def test_channels_are_named() -> None:
    meeting = a_meeting()
    first = meeting.segments[0].model_copy(update={"channel": 1})
    changed = corrected(
        meeting.model_copy(update={"segments": (first,)}), first.text.upper() + "\n"
    )
    assert [each.channel for each in changed.corrections or ()] == [1]


def test_a_term_may_go_over_a_pause() -> None:
    made = corrected(unsure("By ?Eddie | ?stone now. | ?Light. | ?House rules."))
    assert [segment.text for segment in made.segments] == [
        "By Eddystone",
        "now.",
        "Light.",
        "House rules.",
    ]
    (correction,) = made.corrections or ()
    assert (correction.was, correction.now) == ("Eddie stone", "Eddystone")
    assert (correction.start, correction.end) == (400, 3_100)
    named = corrected(unsure("To new | york."), "New York\n")
    assert [segment.text for segment in named.segments] == ["To New", "York."]


# ── Names ─────────────────────────────────────────────────────────────────────────────────────────


def consistent(text: str, terms: str = "", language: str = "en") -> str:
    return corrected(unsure(text, language), terms, consistent_names=True).text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "When ?Motikatica came, Motikatika slept, ?Motikateka.",
            "When Motikatika came, Motikatika slept, Motikatika.",
        ),
        ("Ask ?Catherine or ?Katherine, ?Katherine.", "Ask Katherine or Katherine, Katherine."),
        ("Mr Smith and the ?Smiths.", "Mr Smith and the Smiths."),
        ("In Rome the ?Romans and ?Roman.", "In Rome the Romans and Roman."),
        ("Ask Catherine or Katherine.", "Ask Catherine or Katherine."),
        ("The ?Stones and stones, ?Stonnes.", "The Stones and stones, Stonnes."),
    ],
)
def test_names_that_recur_are_written_in_the_most_certain_way(text: str, written: str) -> None:
    assert consistent(text) == written


def test_a_term_is_more_certain_than_all_else() -> None:
    text = "Ask Katherine, ?Catherine, Katherine."
    assert consistent(text, "Katherine\n") == "Ask Katherine, Katherine, Katherine."
    assert consistent("Ask Katherine, ?Catherine.", "Catherine\n").endswith("?Catherine."[1:])


def test_where_all_nouns_have_capitals_names_can_t_be_told() -> None:
    assert consistent("Der Hunde ?Hunte hier.", language="de") == "Der Hunde Hunte hier."
