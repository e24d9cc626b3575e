"""Words as they would be typed: spoken digits, letters and signs joined. Pure.

"four one one one" -> "4111", "double seven" -> "77", "ada dot l at example dot com" ->
"ada.l@example.com". Each character knows the word that it comes from.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

NUMBERS: Mapping[str, str] = {  # from 0 on, by language; of others, numerals alone
    "en": (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    ),
    "fr": (
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
        "seize dix-sept dix-huit dix-neuf"
    ),
    "de": (
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
        "fünfzehn sechzehn siebzehn achtzehn neunzehn"
    ),
    "es": (
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    ),
}
MORE: Mapping[str, dict[str, str]] = {
    "en": {"oh": "0", "o": "0", "nought": "0"},
    "de": {"zwo": "2"},
}
DIGITS: Mapping[str, Mapping[str, str]] = {
    language: {name: str(value) for value, name in enumerate(names.split())}
    | MORE.get(language, {})
    for language, names in NUMBERS.items()
}
TENS: Mapping[str, str] = {
    "twenty": "2",
    "thirty": "3",
    "forty": "4",
    "fifty": "5",
    "sixty": "6",
    "seventy": "7",
    "eighty": "8",
    "ninety": "9",
}
REPEATED: Mapping[str, int] = {"double": 2, "triple": 3, "treble": 3}
# in a number: of who says it, and of who takes it down
FILLERS = frozenset(
    {"uh", "um", "er", "erm", "space", "dash", "hyphen", "minus", "hundred", "thousand", "million"}
    | {"ok", "okay", "yes", "yeah", "right", "mm", "hmm", "mhm", "mm-hmm", "uh-huh"}
)
SIGNS: Mapping[str, str] = {
    "dot": ".",
    "underscore": "_",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "slash": "/",
    "at": "@",
    "arobase": "@",
    "arroba": "@",
    "@": "@",
}
POINTS = frozenset({"point", "not", "punkt", "punto"})  # between digits; models hear "not"
NO_ADDRESSES = re.compile(  # "look at example.com"
    r"me|us|him|her|it|them|look|am|is|are|was|available|online|find|page|site|website|form|work",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}-\d{1,2}-\d{4}|\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"\+?\(?\d[\d(),-]*|\d{3}\.\d{3}\.\d{4}|\d\d(\.\d\d){3,}")
# letters and digits, but no "3rd", "1990s" or "10am"
CODE = re.compile(
    r"(?!\d+(?i:st|nd|rd|th|s|am|pm|d|k|m|g|x|mm|cm|km|kg|mb|gb|hz|khz)\b)(?=[^\W\d_]*\d)[A-Za-z\d]+|"
    r"[A-Z]{2,4}|[A-Z](-[A-Z\d])*|[a-z](-[a-z\d])+"
)
# capitals that are no part of the number beside them, but say what it is
ANNOUNCED = re.compile(
    "I|PIN|CVV2?|CVC|SSN|DOB|IBAN|NHS|NI|TIN|ITIN|OTP|ID|IP|BSN|CPF|DNI|NIE|SIN|VISA|AMEX|BIC|TEL|"
    "FAX|OK|IS|IT|ITS|MY|THE|AND"
)
AROUND = ".,;:?!…\"'“”‘’()[]"
JUNCTION = re.compile(r"[^\W_][\w-]*(\.[\w-]+)*")


class Run(NamedTuple):
    """Consecutive words that are one number or code when typed."""

    text: str
    first: int
    last: int

    @property
    def digits(self) -> int:
        """How many digits it has."""
        return sum(sign.isdigit() for sign in self.text)


class Typed(NamedTuple):
    """A text, and where each of its words begins in it. The words of a number begin together."""

    text: str
    starts: Sequence[int]

    def words(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last word of [start, end) in the text."""
        begins = self.starts[bisect_right(self.starts, start) - 1]
        return bisect_left(self.starts, begins), bisect_right(self.starts, end - 1) - 1


def as_written(words: Sequence[str]) -> Typed:
    """The words as they are, one space between them."""
    starts = list(accumulate((len(word) + 1 for word in words), initial=0))
    return Typed(" ".join(words), starts[:-1])


def plain(word: str) -> str:
    """A word without the marks around it."""
    return word.strip().strip(AROUND)


def runs(words: Sequence[str], language: str = "en") -> list[Run]:
    """All numbers and codes, spoken or not, in order."""
    found: list[Run] = []
    digits, i = DIGITS.get(language, {}), 0
    while i < len(words):
        run = _run_from(words, i, digits)
        if run.digits:
            found.append(run)
        i = run.last + 1
    return found


def as_typed(words: Sequence[str], numbers: Sequence[Run]) -> Typed:
    """The words with numbers and codes joined, and with signs for their names."""
    pieces = [plain(word) or word for word in words]
    for run in numbers:
        pieces[run.first] = run.text
        pieces[run.first + 1 : run.last + 1] = [""] * (run.last - run.first)
    joins = _signs(pieces)
    text, glued = "", False
    starts: list[int] = []
    for i, piece in enumerate(pieces):
        if not piece and i:  # of the number before
            starts.append(starts[-1])
            continue
        text += "" if i in joins or glued or not text else " "
        glued = i in joins
        starts.append(len(text))
        text += joins.get(i, piece)
    return Typed(text, starts)


def _run_from(words: Sequence[str], first: int, digits: Mapping[str, str]) -> Run:
    """The run that begins with this word. Fillers in it count for nothing."""
    text, last, i = "", first, first
    while i < len(words):
        if part := _part(words, i, digits):
            text, i = text + part[0], part[1]
            last = i - 1
        elif i > first and plain(words[i]).lower() in FILLERS:
            i += 1
        else:
            break
    return Run(text, first, last)


def _part(words: Sequence[str], at: int, digits: Mapping[str, str]) -> tuple[str, int] | None:
    """What the word at this place and perhaps the next give a run, and where it goes on."""
    word = plain(words[at])
    low = word.lower()
    following = plain(words[at + 1]).lower() if at + 1 < len(words) else ""
    following = following if following.isdigit() else digits.get(following, "")
    if low in REPEATED and len(following) == 1:
        return following * REPEATED[low], at + 2
    if digits and low in TENS:
        both = len(following) == 1 and following != "0"
        return (TENS[low] + following, at + 2) if both else (f"{TENS[low]}0", at + 1)
    if low == "plus" and following:
        return "+", at + 1
    if low == "hundred" and at and len(digits.get(plain(words[at - 1]).lower(), "")) == 1:
        return "00", at + 1
    one = digits.get(low) if word != "O" or following else ""
    one = one or _together(low, digits) or _code(word)
    return (one, at + 1) if one else None


def _together(word: str, digits: Mapping[str, str]) -> str:
    """`forty-two` or `4-one-seven`, as digits."""
    parts = word.split("-")
    if len(parts) < 2 or DATE.fullmatch(word):
        return ""
    if len(parts) == 2 and parts[0] in TENS and len(unit := digits.get(parts[1], "")) == 1:
        return TENS[parts[0]] + unit
    found = [each if each.isdigit() else digits.get(each, TENS.get(each, "")) for each in parts]
    return "".join(found) if all(found) else ""


def _code(word: str) -> str:
    """Digits and letters of a word that may be part of a number or a code."""
    if DATE.fullmatch(word) or ANNOUNCED.fullmatch(word):
        return ""
    if NUMBER.fullmatch(word):
        return re.sub(r"[^\d+]", "", word)
    return word.replace("-", "").upper() if CODE.fullmatch(word) else ""


def _signs(pieces: Sequence[str]) -> dict[int, str]:
    """Signs by the place of their names, where they join words: "at" only before a domain."""
    found: dict[int, str] = {}
    for i, piece in enumerate(pieces):
        sign = SIGNS.get(piece.lower())
        if piece.lower() in POINTS:
            sign = "." if pieces[i - 1][-1:].isdigit() else None
        if sign is None or not 0 < i < len(pieces) - 1:
            continue
        before, after = _near(pieces, i, -1), _near(pieces, i, 1)
        if not JUNCTION.fullmatch(before) or not JUNCTION.fullmatch(after):
            continue
        named = not NO_ADDRESSES.fullmatch(before) and _domain_follows(pieces, i + 1)
        if sign != "@" or named:
            found[i] = sign
    return found


def _near(pieces: Sequence[str], at: int, step: int) -> str:
    """The next piece on one side that is not empty."""
    at += step
    while 0 <= at < len(pieces) and not pieces[at]:
        at += step
    return pieces[at] if 0 <= at < len(pieces) else ""


def _domain_follows(pieces: Sequence[str], at: int) -> bool:
    """`example.com`, or `example dot com`, perhaps with more parts."""
    following = [piece for piece in pieces[at : at + 6] if piece]
    if any(SIGNS.get(piece.lower()) == "@" for piece in following[:-1]):
        return False  # that one is the sign
    return bool(following) and (
        re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}", following[0].lower()) is not None
        or any(SIGNS.get(piece.lower()) == "." for piece in following[1:4])
    )


def spelled(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of three or more single letters: somebody spells."""
    first = None
    for i, word in enumerate([*words, ""]):
        letters = plain(word).replace("-", "")
        single = len(plain(word)) == 1 and letters.isalpha()
        together = re.fullmatch(r"[^\W\d_](-[^\W\d_]){2,}", plain(word)) is not None
        if single or together:
            first = i if first is None else first
            continue
        if first is not None:
            count = sum(len(plain(each).replace("-", "")) for each in words[first:i])
            if count >= 3:
                yield first, i - 1
            first = None
