"""What finds personal data is asked for before anything is begun."""

import click
import pytest

from fanscribe_local.cli.redaction import check_redaction, tell_limits


def test_without_the_packages_redact_is_refused_with_what_to_install() -> None:
    with pytest.raises(click.UsageError, match=r"not installed here: spacy\. .*make redaction"):
        check_redaction({"redact": "name"}, lambda: ["spacy"])


@pytest.mark.parametrize("options", [{}, {"redact": "off"}, {"formats": "txt"}])
def test_who_redacts_nothing_needs_none_of_them(options: dict[str, str]) -> None:
    check_redaction(options, lambda: ["spacy"])


def test_here_they_are_installed() -> None:
    check_redaction({"redact": "all"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"redact": "all", "language": "ja"}, "In ja, only numerals and what has a form"),
        ({"redact": "all", "language": "de"}, "Names are looked for only where they are"),
        ({"redact": "all", "language": "en"}, ""),
        ({"redact": "all"}, ""),
        ({"redact": "all", "language": "multilingual"}, ""),
        ({"redact": "all", "language": "ja", "task": "translate"}, ""),
        ({"language": "ja"}, ""),
    ],
)
def test_what_a_language_lacks_is_told_before_any_work(
    options: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_limits(options)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(said)
    assert bool(told.err) == bool(said)
