"""Replacements: house style, by phrases and regular expressions. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from fanscribe.transcript.build import Segment, Transcript
from fanscribe.transcript.wording.phrases import Phrases
from fanscribe.transcript.wording.rewording import Change, cased, reworded, text_of
from fanscribe.transcript.wording.tokens import tokens_of
from fanscribe.transcript.wording.word_lists import Expression, Replacements


def replaced(transcript: Transcript, rules: Replacements) -> Transcript:
    """The transcript with the rules applied, segment by segment; one without words is gone."""
    replacer = _Replacer(rules)
    segments = (replacer.replaced(segment) for segment in transcript.segments)
    kept = tuple(segment for segment in segments if segment.words)
    return transcript.model_copy(update={"segments": kept})


class _Replacer:
    """All phrases in one pass, the longest first; then the expressions, one after the other."""

    def __init__(self, rules: Replacements) -> None:
        self._phrases = Phrases(rules.literal)
        self._expressions = rules.expressions

    def replaced(self, segment: Segment) -> Segment:
        before = words = segment.words
        words = reworded(words, list(self._literal(text_of(words))))
        for expression in self._expressions:
            words = reworded(words, list(_matches(expression, text_of(words))))
        return segment if words == before else segment.model_copy(update={"words": words})

    def _literal(self, text: str) -> Iterator[Change]:
        tokens = tokens_of(text)
        for found in self._phrases.find(tokens):
            start, end = tokens[found.first].start, tokens[found.last].end
            yield Change(start, end, cased(text[start:end], found.meaning))


def _matches(expression: Expression, text: str) -> Iterator[Change]:
    """Matches do not include the space that a segment begins with."""
    begin = len(text) - len(text.lstrip())
    for match in expression.compiled.finditer(text[begin:]):
        start, end = match.span()
        if end > start:
            yield Change(begin + start, begin + end, _expanded(expression.text, match))


def _expanded(template: str, match: Any) -> str:
    r"""The template with `\1` and the like as the groups that they name."""
    return re.sub(r"\\(\d)", lambda named: match.group(int(named[1])) or "", template)
