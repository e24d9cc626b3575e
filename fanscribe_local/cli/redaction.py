"""Packages that find personal data on this machine, installed only where that is asked for."""

from collections.abc import Callable, Sequence

import click

from fanscribe.documents.options import Options
from fanscribe.transcript.redaction.languages import limits
from fanscribe.transcript.redaction.recognizers import missing_packages


def check_redaction(
    options: dict[str, str], missing: Callable[[], Sequence[str]] = missing_packages
) -> None:
    """Raises click.UsageError if personal data is to be redacted and nothing here can find it."""
    if Options.parse(options).redact and (names := missing()):
        raise click.UsageError(
            f"--redact needs packages that are not installed here: {', '.join(names)}. Install "
            "them, 300 MB, with `make redaction` or `pip install 'fanscribe[redact]'`."
        )


def tell_limits(options: dict[str, str]) -> None:
    """Say what can't be found in the language, if that is given: before any work."""
    given = Options.parse(options)
    language = given.written_in(given.language)
    if language and (limit := limits(given.redact, language)):
        click.echo(limit, err=True)
