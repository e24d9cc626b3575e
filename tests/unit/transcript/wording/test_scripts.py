"""A list that is all in letters of another language's is refused, and no other."""

import pytest

from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.scripts import check_scripts
from fanscribe.transcript.wording.word_lists import (
    WordLists,
    read_filter,
    read_replacements,
    read_vocabulary,
)

RUSSIAN = "Толстой\nЧехов и Гоголь\n"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (RUSSIAN, "en"),
        (RUSSIAN, "ja"),
        ("東京\n大阪\n", "de"),
        ("λόγος\n", "ru"),
        ("さくら\n", "zh"),
        ("Чехов\n" * 19 + "GitHub\n", "en"),
        ("Чехов\t\tЧехов\n42\tсорок два\n" + "Чехов\n" * 20, "fr"),
    ],
)
def test_terms_that_can_t_stand_in_the_language_are_refused(text: str, language: str) -> None:
    with pytest.raises(InvalidOption, match=rf"'vocabulary': .* letters, and .*'{language}'"):
        check_scripts(WordLists(vocabulary=read_vocabulary(text)), language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tolstoy\nDvořák\nSzymborska\n", "en"),
        ("GitHub\nKubernetes\n", "ru"),
        ("GitHub\nKubernetes\n", "ja"),
        ("東京\n", "ja"),
        ("東京\nさくら\n", "ja"),
        ("서울\n漢字\n", "ko"),
        (RUSSIAN, "ru"),
        (RUSSIAN, "uk"),
        (RUSSIAN, "sr"),
        (RUSSIAN, "xx"),
        (RUSSIAN + "Hemingway\n", "en"),
        ("Чехов\n" * 18 + "GitHub\n", "en"),
        ("Толстой\ttol stoy\n", "en"),
        ("Ω\nµ\nπ\n", "en"),
        ("α-synuclein\n", "en"),
        ("4711\n+++\n", "en"),
        ("ＡＷＳ\n", "en"),
    ],
)
def test_foreign_names_and_mixed_lists_are_taken(text: str, language: str) -> None:
    check_scripts(WordLists(vocabulary=read_vocabulary(text)), language)


def test_the_other_lists_are_checked_likewise_and_named() -> None:
    check_scripts(WordLists(), "en")
    with pytest.raises(InvalidOption, match=r"'word_filter': 2 of 2 .* are in Cyrillic letters"):
        check_scripts(WordLists(word_filter=read_filter(RUSSIAN)), "en")
    with pytest.raises(InvalidOption, match=r"'replace': 1 of 1 .* are in Han and Hiragana"):
        check_scripts(WordLists(replace=read_replacements("東京の\tTokyo\n")), "en")
    check_scripts(WordLists(replace=read_replacements("/[а-я]+/\t\n")), "en")
