"""Messages of the command to people, on standard error."""

import click


def complain(message: str) -> None:
    """Names in it are `printable`."""
    click.echo(f"fanscribe: {message}", err=True)
