"""Lists of words as people write them: what is in them, and what is wrong with them. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.tokens import Key, key_of

MOST_BYTES = 1 << 20
MOST_LINES = 10_000
LONGEST_LINE = 500  # characters
MOST_EXPRESSIONS = 200
EXPRESSION_MEMORY = 1 << 20  # bytes that RE2 may take for one; it refuses what would take more
AMAZON_COLUMNS = ("phrase", "soundslike", "ipa", "displayas")

Entry = TypeVar("Entry")


class Term(NamedTuple):
    """A term of a vocabulary: how it is written, and all that it is spelled or sounds like."""

    display: str
    spellings: tuple[str, ...]


class LiteralRule(NamedTuple):
    """A phrase, and what is written for it."""

    key: Key
    text: str


class Expression(NamedTuple):
    """A compiled regular expression, and what is written for its matches."""

    compiled: Any  # re2 has no types
    text: str


class Replacements(NamedTuple):
    """The rules of `replace`."""

    literal: tuple[LiteralRule, ...]
    expressions: tuple[Expression, ...]


class WordLists(NamedTuple):
    """The lists that a transcript is edited by; None where there is none."""

    vocabulary: tuple[Term, ...] | None = None
    replace: Replacements | None = None
    word_filter: tuple[Key, ...] | None = None


class WrongList(Exception):
    """A list that can't be used. The message says why, and in which line."""


def check_list(option: str, where: str, data: bytes) -> str:
    """A list of an option as text. Raises InvalidOption; `where` it is from goes into the
    message.
    """
    try:
        text = _decoded(data)
        READERS[option](text)
    except WrongList as error:
        raise InvalidOption(f"The option {option!r}: {where}: {error}") from None
    return text


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise WrongList(f"it is larger than {MOST_BYTES >> 20} MiB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongList("it is no text in UTF-8.") from None


def read_filter(text: str) -> tuple[Key, ...]:
    """The phrases of `word_filter`. Raises WrongList."""
    return tuple(_by_line(_lines(text), _phrase))


def read_replacements(text: str) -> Replacements:
    """The rules of `replace`: expressions between slashes, and phrases. Raises WrongList."""
    rules = list(_by_line(_lines(text), _rule))
    expressions = tuple(rule for rule in rules if isinstance(rule, Expression))
    if len(expressions) > MOST_EXPRESSIONS:
        raise WrongList(
            f"it has {len(expressions)} regular expressions: {MOST_EXPRESSIONS} are the most."
        )
    return Replacements(tuple(rule for rule in rules if isinstance(rule, LiteralRule)), expressions)


def read_vocabulary(text: str) -> tuple[Term, ...]:
    """Terms of a list, or of Amazon Transcribe's table. Raises WrongList."""
    lines = _lines(text)
    header = [_squeezed(cell) for cell in lines[0][1].split("\t")]
    if "phrase" not in header:
        return tuple(_by_line(lines, _term))
    if unknown := [cell for cell in header if cell not in AMAZON_COLUMNS]:
        raise WrongList(
            f"line {lines[0][0]}: there is no column {unknown[0]!r}. "
            "The columns are Phrase, SoundsLike, IPA and DisplayAs."
        )
    return tuple(_by_line(lines[1:], lambda line: _row(line, header)))


def _lines(text: str) -> list[tuple[int, str]]:
    """Lines that are not blank, by their numbers."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise WrongList("it is empty.")
    if len(lines) > MOST_LINES:
        raise WrongList(f"it has {len(lines):,} lines: {MOST_LINES:,} are the most.")
    return lines


def _by_line(lines: Iterable[tuple[int, str]], read: Callable[[str], Entry]) -> Iterator[Entry]:
    for number, line in lines:
        if len(line) > LONGEST_LINE:
            raise WrongList(f"line {number} is longer than {LONGEST_LINE} characters.")
        try:
            yield read(line)
        except WrongList as error:
            raise WrongList(f"line {number} {error}") from None


def _phrase(text: str) -> Key:
    if "\t" in text.strip():
        raise WrongList("has a tab: a word or phrase stands alone in its line.")
    return _comparable(text)


def _comparable(text: str) -> Key:
    key = key_of(text)
    if not key:
        raise WrongList("has no letter and no digit.")
    return key


def _rule(line: str) -> LiteralRule | Expression:
    source, tab, text = line.partition("\t")
    if not tab or "\t" in text:
        raise WrongList("has not two columns: what stands there, a tab, what to write.")
    source = source.strip()
    if match := re.fullmatch(r"/(.+)/(i?)", source):
        return _expression(match[1], text, ignore_case=bool(match[2]))
    return LiteralRule(_comparable(source), text.strip())


def _expression(pattern: str, text: str, *, ignore_case: bool) -> Expression:
    import re2  # noqa: PLC0415  (most jobs have no expression)

    options = re2.Options()
    options.log_errors, options.max_mem = False, EXPRESSION_MEMORY
    options.case_sensitive = not ignore_case
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0]
        reason = said.decode(errors="replace") if isinstance(said, bytes) else said
        raise WrongList(f"has a regular expression that RE2 does not take: {reason}.") from None
    if compiled.search("") is not None:
        raise WrongList("has a regular expression that matches nothing at all.")
    for group in re.findall(r"\\(\d)", text):
        if int(group) > compiled.groups:
            raise WrongList(f"names the group \\{group}, which its expression does not have.")
    return Expression(compiled, text)


def _term(line: str) -> Term:
    """A term, what it sounds like, how it is written."""
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > 3:
        raise WrongList(
            "has more than three columns: a term, what it sounds like, how it is written."
        )
    term, sounds, display = (*cells, "", "")[:3]
    return _checked(term, [sound for sound in sounds.split(",") if sound.strip()], display)


def _row(line: str, header: Sequence[str]) -> Term:
    """A row of Amazon Transcribe's table, in which hyphens stand for spaces."""
    cells = line.split("\t")
    if len(cells) > len(header):
        raise WrongList(f"has {len(cells)} columns, and the first line has {len(header)}.")
    row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    phrase, sounds = row.get("phrase", ""), row.get("soundslike", "")
    shown = row.get("displayas") or phrase.replace("-", " ")
    return _checked(phrase.replace("-", " "), [sounds] if sounds else [], shown)


def _checked(term: str, sounds: Sequence[str], display: str) -> Term:
    spellings = (term, *(sound.replace("-", " ").strip() for sound in sounds))
    for spelling in spellings:
        _comparable(spelling)
    return Term(display or term, spellings)


def _squeezed(name: str) -> str:
    return name.strip().lower().replace(" ", "").replace("_", "")


READERS: dict[str, Callable[[str], Any]] = {
    "vocabulary": read_vocabulary,
    "replace": read_replacements,
    "word_filter": read_filter,
}
