"""The transcript page: one file to read, hear, search and check a transcript with.

It needs no network and nothing beside it. Every word is in it as text, so that it can be read
without JavaScript, and found by what searches files. The recording is not in it: the page finds it
beside itself, or is given it. page.html is the frame, check.html and paragraph.html what is in it,
base.css and page.css the look, page.js what moves; speakers.html, .css and .js are there only where
speakers are; content.py is the data that they show. Pure.
"""

from collections.abc import Mapping

from markupsafe import Markup

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.page.content import UNSURE, content
from fanscribe.transcript.page.markup import BASE_STYLE, asset, digest, renderer, script_json

# The page that is saved with names is as it came, before its script moved anything
AS_IT_CAME = Markup("const source = document.documentElement.outerHTML\n")


def render(transcript: Transcript, captions: Mapping[str, str], output: OutputOptions) -> str:
    """The page, with the captions that it offers, by extension.

    The same transcript gives the same bytes.
    """
    style, script = BASE_STYLE + asset(__package__, "page.css"), asset(__package__, "page.js")
    if transcript.speakers:
        style += asset(__package__, "speakers.css")
        script = AS_IT_CAME + script + asset(__package__, "speakers.js")
    shown = content(transcript, output)
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
