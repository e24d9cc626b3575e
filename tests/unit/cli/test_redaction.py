"""What finds personal data is asked for before anything is begun."""

import click
import pytest

from fanscribe_local.cli.redaction import check_redaction


def test_without_the_packages_redact_is_refused_with_what_to_install() -> None:
    with pytest.raises(click.UsageError, match=r"not installed here: spacy\. .*make redaction"):
        check_redaction({"redact": "name"}, lambda: ["spacy"])


@pytest.mark.parametrize("options", [{}, {"redact": "off"}, {"formats": "txt"}])
def test_who_redacts_nothing_needs_none_of_them(options: dict[str, str]) -> None:
    check_redaction(options, lambda: ["spacy"])


def test_here_they_are_installed() -> None:
    check_redaction({"redact": "all"})
