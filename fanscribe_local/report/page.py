"""The run report as a page: one file without script or network.

report.html is the frame, section.html what is in it, picture.html its SVG, report.css the look;
sections.py is the data that they show. Pure.
"""

from fanscribe.transcript.page.markup import BASE_STYLE, asset, digest, renderer
from fanscribe_local.report.sections import Report, content


def render(report: Report) -> str:
    """The page. The same report gives the same bytes."""
    style = BASE_STYLE + asset(__package__, "report.css")
    fill = renderer(__package__, "report.html")
    return fill(content(report)._asdict(), style=style, style_source=digest(style))
