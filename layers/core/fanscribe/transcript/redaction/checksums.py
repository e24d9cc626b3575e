"""National numbers of large countries that Presidio lacks, by their checksums. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence


def _france(digits: str) -> bool:
    """NIR: 13 digits, and 97 less their remainder."""
    return int(digits[13:]) == 97 - int(digits[:13]) % 97


def _brazil(digits: str) -> bool:
    """CPF: two check digits, each over those before it."""
    if len(set(digits)) == 1:
        return False
    for length in (9, 10):
        weighted = sum(int(d) * (length + 1 - i) for i, d in enumerate(digits[:length]))
        if weighted * 10 % 11 % 10 != int(digits[length]):
            return False
    return True


def _china(number: str) -> bool:
    """Resident identity number: the last sign is a remainder of 11, X for 10."""
    weights = [2 ** (17 - i) % 11 for i in range(17)]
    total = sum(int(d) * weight for d, weight in zip(number[:17], weights, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _mexico(_: str) -> bool:
    """CURP: its form says enough."""
    return True


CHECKS: Sequence[tuple[re.Pattern[str], Callable[[str], bool]]] = [
    (re.compile(r"\b[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d\d ?\d{3} ?\d{3} ?\d\d\b"), _france),
    (re.compile(r"\b\d{3}\.?\d{3}\.?\d{3}-?\d\d\b"), _brazil),
    (re.compile(r"\b[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx]\b"), _china),
    (re.compile(r"\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b"), _mexico),
]


def find(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each number whose checksum is right."""
    for form, right in CHECKS:
        for match in form.finditer(text):
            if right(re.sub(r"[ .-]", "", match[0])):
                yield match.span()
