"""Personal data that can be redacted: its kinds, and where some was found."""

from typing import Literal, get_args

from fanscribe.contract import Contract
from fanscribe.documents.job import BilledTime

Kind = Literal[
    "name",
    "email",
    "phone",
    "address",
    "card",
    "bank-account",
    "iban",
    "national-id",
    "date-of-birth",
    "password",
    "ip",
    "url",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


def mark(kind: Kind) -> str:
    """The mark that stands instead of the words: `[DATE_OF_BIRTH]`."""
    return f"[{kind.upper().replace('-', '_')}]"


class Found(Contract):
    """A run of words that are personal data: `first` to `last`, included, of a channel's words."""

    channel: int | None  # None where the channels were mixed
    first: int
    last: int
    kind: Kind
    score: float  # from 0 to 1: how sure it is


class PersonalData(Contract):
    """All that was found in a job's words, as `digest` names them. It holds none of them."""

    digest: str
    kinds: tuple[Kind, ...]  # that were looked for
    found: tuple[Found, ...]
    notes: tuple[str, ...] = ()  # sentences on what could not be looked for
    spent: BilledTime
