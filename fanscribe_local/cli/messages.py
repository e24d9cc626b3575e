"""The command's output: results on standard output, messages to people on standard error."""

import errno
import os
import sys

import click


class Unwritable(click.ClickException):
    """Standard output takes nothing more."""

    exit_code = 1


def say(text: str, *, newline: bool = True) -> None:
    """Write a result. Raises Unwritable, and SystemExit where nobody reads on (`| head`).

    Neither is an OSError, which elsewhere is an error of a recording's or of the work's files.
    """
    try:
        click.echo(text, nl=newline)
    except OSError as error:
        from fanscribe_local.client.file_errors import reason  # noqa: PLC0415  (rarely needed)

        # or Python tries once more at its end, and says so
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            raise SystemExit(1) from None
        raise Unwritable(f"Standard output can't be written to: {reason(error)}.") from None


def complain(message: str) -> None:
    """Names in it are `printable`."""
    click.echo(f"fanscribe: {message}", err=True)
