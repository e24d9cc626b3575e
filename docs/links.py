"""A hook of mkdocs: links to files of the project that are no pages are shown without the link."""

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
LINK = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#\s]+)(#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Keep the text of links out of docs/. mkdocs warns of those that lead nowhere."""
    folder = (DOCS / page.file.src_path).parent

    def shown(match: re.Match[str]) -> str:
        target = (folder / match[2]).resolve()
        is_page = target.is_relative_to(DOCS) and target.suffix == ".md"
        return match[0] if is_page or not target.exists() else match[1]

    return LINK.sub(shown, markdown)
