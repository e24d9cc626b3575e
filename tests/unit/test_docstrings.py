"""Docstrings of what others may import begin with a verb or with what the thing is."""

import ast
import re
from collections.abc import Iterator

from fanscribe_local.project import PROJECT

PACKAGES = ("layers/core/fanscribe", "fanscribe_local")
# No noun phrase and no verb in the imperative begins with one of these
NEITHER = re.compile(
    r"(as|at|because|behind|by|for|from|he|if|in|it|none|nothing|of|on|she|so|that|there|they|this"
    r"|those|to|what|when|who|with|without)\b",
    re.IGNORECASE,
)
Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def public(node: Documented) -> Iterator[Documented]:
    yield node
    for inner in node.body:
        if isinstance(inner, ast.ClassDef | ast.FunctionDef) and not inner.name.startswith("_"):
            yield from public(inner) if isinstance(node, ast.Module | ast.ClassDef) else ()


def test_public_docstrings_begin_with_a_noun_or_a_verb() -> None:
    wrong = []
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            for node in public(ast.parse(path.read_text("utf-8"))):
                text = ast.get_docstring(node) or ""
                if NEITHER.match(text):
                    wrong.append(f"{path}: {text.splitlines()[0]}")
    assert wrong == []
