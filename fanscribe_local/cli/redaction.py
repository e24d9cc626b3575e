"""Packages that find personal data on this machine, installed only where that is asked for."""

import click

from fanscribe.documents.options import Options
from fanscribe.transcript.redaction.recognizers import missing_packages


def check_redaction(options: dict[str, str]) -> None:
    """Raises click.UsageError if personal data is to be redacted and nothing here can find it."""
    if Options.parse(options).redact and (missing := missing_packages()):
        raise click.UsageError(
            f"--redact needs packages that are not installed here: {', '.join(missing)}. Install "
            "them, 300 MB, with `make redaction` or `pip install 'fanscribe[redact]'`."
        )
