"""The scripts that languages are written in, and lists that are in none of these. Pure.

Latin letters may stand in every transcript (GitHub, in Russian as in Japanese), so a list is of
another language only if nearly all of it is in a script of its own.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.word_lists import WordLists

FEW = 20  # of so many phrases, one may be possible in a list that is another language's
# As names of characters begin, by language. Those that are written in two scripts, as Serbian, are
# left out: no list is refused for them.
_LATIN = (
    "af br ca cs cy da de en es et eu fi fo fr gl haw hr ht hu id is it la lb ln lt lv mg mi ms mt "
    "nl nn no oc pl pt ro sk sl sn so sq sv sw tl tr vi yo"
)
SCRIPTS: dict[str, frozenset[str]] = {
    language: frozenset(scripts.split())
    for languages, scripts in {
        _LATIN: "",
        "be bg kk mk mn ru tg tt uk ba": "CYRILLIC",
        "el": "GREEK",
        "he yi": "HEBREW",
        "ar fa ps ur": "ARABIC",
        "hi mr ne sa": "DEVANAGARI",
        "as bn": "BENGALI",
        "gu": "GUJARATI",
        "kn": "KANNADA",
        "ml": "MALAYALAM",
        "si": "SINHALA",
        "ta": "TAMIL",
        "te": "TELUGU",
        "th": "THAI",
        "lo": "LAO",
        "my": "MYANMAR",
        "km": "KHMER",
        "bo": "TIBETAN",
        "ka": "GEORGIAN",
        "hy": "ARMENIAN",
        "am": "ETHIOPIC",
        "ko": "HANGUL CJK",
        "ja": "CJK HIRAGANA KATAKANA",
        "zh yue": "CJK",
    }.items()
    for language in languages.split()
}
KNOWN = frozenset().union(*SCRIPTS.values())


def check_scripts(lists: WordLists, language: str) -> None:
    """Raises InvalidOption if nearly all of a list is in scripts that the language is not written
    in.
    """
    if language not in SCRIPTS:
        return
    for option, phrases in _phrases(lists):
        others = [found for each in phrases if (found := _of_others(each, language))]
        if others and FEW * (len(phrases) - len(others)) <= len(phrases):
            scripts = " and ".join(sorted({_shown(name) for found in others for name in found}))
            raise InvalidOption(
                f"The option {option!r}: {len(others)} of {len(phrases)} in the list are in "
                f"{scripts} letters, and a transcript in {language!r} has none. Give a list in "
                "that language, or the option 'language' if another is spoken."
            )


def _shown(script: str) -> str:
    return "Han" if script == "CJK" else script.title()


def _phrases(lists: WordLists) -> Iterator[tuple[str, list[str]]]:
    """Each list as texts that may stand in a transcript. Expressions may match anything."""
    yield "vocabulary", [" ".join(term.spellings) for term in lists.vocabulary or ()]
    yield "word_filter", [" ".join(key) for key in lists.word_filter or ()]
    if rules := lists.replace:
        literal = [" ".join(rule.key) for rule in rules.literal]
        yield "replace", [*literal, *("" for _ in rules.expressions)]


def _of_others(phrase: str, language: str) -> frozenset[str]:
    """The scripts of a phrase all of whose letters are those of other languages. A single letter is
    a sign (Ω).
    """
    letters = [sign for sign in unicodedata.normalize("NFKC", phrase) if sign.isalpha()]
    scripts = frozenset(_scripts(letters))
    foreign = len(letters) > 1 and scripts <= KNOWN - SCRIPTS[language]
    return scripts if foreign else frozenset()


def _scripts(letters: Iterable[str]) -> Iterator[str]:
    yield from (unicodedata.name(sign, "?").split()[0] for sign in letters)
