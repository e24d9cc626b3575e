"""Material of the transcript's page and the run report's: templates, their files, policy."""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from fanscribe.times import clock

ESCAPED_HERE = re.compile("[\"'\r\0]")


@cache
def renderer(package: str, name: str) -> Callable[..., str]:
    """A function that fills a template beside a package's modules with values.

    All that it prints is escaped, by `in_html` or MarkupSafe. Nothing but this module makes Markup
    of a string.
    """
    # 50 ms, so only where a page is asked for: `fanscribe --help` does without
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader(package, ""),
        autoescape=True,
        finalize=in_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"clock": clock, "counted": counted, "percent": percent}
    return environment.get_template(name).render


def in_html(value: object) -> object:
    """A template's value, escaped here where MarkupSafe would not escape it as we do.

    MarkupSafe lets two characters pass that HTML can't carry: a parser makes line feeds of carriage
    returns, and knows no NUL. It spells quotes &#34; and &#39;; our pages keep their bytes.
    """
    if type(value) is str and ESCAPED_HERE.search(value):
        html = escape(value).replace("\r", "&#13;").replace("\0", "\ufffd")
        return Markup(html)  # noqa: S704  (escaped)
    return value


def script_json(value: Any) -> Markup:
    """A value for a script element, which ends at the first `</script`, whatever surrounds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  (without "<" it ends no element)


@cache
def asset(package: str, name: str) -> Markup:
    """A style or script of ours, which lies beside a package's modules."""
    return Markup(files(package).joinpath(name).read_text("utf-8"))  # noqa: S704  (ours)


BASE_STYLE = asset(__package__, "base.css")


def digest(inline: str) -> Markup:
    """A source for a page's policy: this script or style runs, and nobody's words are another."""
    sha256 = b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return Markup("'sha256-{}'").format(sha256)


def counted(number: int, thing: str) -> str:
    """`1 word`, `1,200 words`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """`49%`."""
    return f"{share:.0%}"
