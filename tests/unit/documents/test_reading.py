"""Words are small: a day has 260,000 of them."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from pydantic import ValidationError

from fanscribe.documents.reading import Reading, Word
from fanscribe.documents.wording import TaggedWord
from fanscribe.transcript.redaction.apply import RedactedWord

ABOUT: dict[str, Any] = {"start": 0, "end": 100, "probability": 0.5}
WORDS = (
    Word(text=" word", **ABOUT),
    TaggedWord(text=" word", **ABOUT),
    RedactedWord(text=" [NAME]", **ABOUT, kind="name", score=0.9),
)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
def test_a_word_has_no_dictionary_and_never_changes(word: Word) -> None:
    assert not hasattr(word, "__dict__")
    with pytest.raises(FrozenInstanceError):
        word.text = " other"  # type: ignore[misc]


def test_a_word_is_stored_as_a_document_is_and_what_is_unknown_is_refused() -> None:
    reading = Reading(
        tile=0,
        language="en",
        words=WORDS[:1],
        avg_logprob=-0.1,
        no_speech_prob=0.1,
        compression_ratio=1.5,
    )
    stored = reading.model_dump_json()
    assert '"words":[{"text":" word","start":0,"end":100,"probability":0.5}]' in stored
    assert Reading.model_validate_json(stored) == reading
    with pytest.raises(ValidationError, match="likelihood") as refused:
        Reading.model_validate_json(stored.replace("probability", "likelihood"))
    assert "input_value" not in str(refused.value)  # somebody's words
