"""The transcript page: one file to read, hear, search and check a transcript with.

It needs no network and nothing beside it. Every word is in it as text, so that it can be read
without JavaScript, and found by what searches files. The recording is not in it: the page finds it
beside itself, or is given it. page.html is the frame, check.html and paragraph.html what is in it,
base.css and page.css the look, page.js what moves; content.py is the data that they show. Pure.
"""

from collections.abc import Mapping

from fanscribe.transcript.build import Transcript
from fanscribe.transcript.page.content import UNSURE, content
from fanscribe.transcript.page.markup import BASE_STYLE, asset, digest, renderer, script_json


def render(transcript: Transcript, captions: Mapping[str, str]) -> str:
    """The page, with the captions that it offers, by extension.

    The same transcript gives the same bytes.
    """
    style, script = BASE_STYLE + asset(__package__, "page.css"), asset(__package__, "page.js")
    shown = content(transcript)
    return renderer(__package__, "page.html")(
        shown._asdict(),
        style=style,
        script=script,
        style_source=digest(style),
        script_source=digest(script),
        likely=UNSURE,
        data=script_json(shown.data),
        captions=script_json(dict(captions)),
    )
