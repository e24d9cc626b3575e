"""Limits of redaction in a language, in a sentence. Pure."""

from collections.abc import Collection

from fanscribe.documents.redaction import Kind
from fanscribe.errors import InvalidOption
from fanscribe.transcript.redaction.recognizers import MODELS
from fanscribe.transcript.redaction.spoken import DIGITS

# kinds that are told by words, and so only in the languages of `DIGITS`
BY_WORDS: frozenset[Kind] = frozenset({"name", "address", "date-of-birth", "password"})


def check_redactable(kinds: Collection[Kind], language: str) -> None:
    """Raises InvalidOption if nothing that is asked for could be found in the language."""
    if kinds and language not in DIGITS and BY_WORDS.issuperset(kinds):
        raise InvalidOption(
            f"The option 'redact': {', '.join(kinds)} can't be found in {language!r}, only in "
            f"{', '.join(sorted(DIGITS))}. Ask for 'all' to have numbers and addresses of the "
            "internet redacted there, or leave it out."
        )


def limits(kinds: Collection[Kind], language: str) -> str | None:
    """A sentence on what could not be looked for in the language; None: it has all rules."""
    if kinds and language not in DIGITS:
        return (
            f"In {language}, only numerals and what has a form of its own are looked for: no "
            "names, addresses, dates of birth and passwords, and no spoken numbers. "
            "Read docs/redaction.md."
        )
    if "name" in kinds and language not in MODELS:
        return (
            f"Names are looked for only where they are announced, in {language}: "
            "there is no model of names for that. Read docs/redaction.md."
        )
    return None
