"""What every page is made of, the transcript's and the run report's: its files, text as HTML, its policy. Pure."""

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from importlib.resources import files


@cache
def asset(package: str, name: str) -> str:
    """A file that lies beside a package's modules."""
    return files(package).joinpath(name).read_text("utf-8")


BASE_STYLE = asset(__package__, "base.css")


def digest(inline: str) -> str:
    """A script or a style that a page's policy lets run: somebody's words can't be another."""
    return f"'sha256-{b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


def as_text(text: str) -> str:
    """As HTML, in an element or an attribute. A parser would make line feeds of carriage returns, and knows no NUL."""
    return escape(text).replace("\r", "&#13;").replace("\0", "\ufffd")


def counted(number: int, thing: str) -> str:
    """`1 word`, `1,200 words`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
