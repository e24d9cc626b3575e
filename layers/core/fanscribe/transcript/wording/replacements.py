"""Replacements: house style, by phrases and regular expressions. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from fanscribe.transcript.build import Segment, Transcript, in_order
from fanscribe.transcript.wording.phrases import Phrases
from fanscribe.transcript.wording.rewording import Change, cased, reworded_run, text_of
from fanscribe.transcript.wording.runs import runs
from fanscribe.transcript.wording.tokens import tokens_of
from fanscribe.transcript.wording.word_lists import Expression, Replacements


def replaced(transcript: Transcript, rules: Replacements) -> Transcript:
    """The transcript with the rules applied; a segment without words is gone."""
    replacer = _Replacer(rules)
    segments = (each for run in runs(transcript) for each in replacer.replaced(run))
    return transcript.model_copy(update={"segments": in_order(segments)})


class _Replacer:
    """All phrases in one pass, the longest first; then the expressions, one after the other."""

    def __init__(self, rules: Replacements) -> None:
        self._phrases = Phrases(rules.literal)
        self._expressions = rules.expressions

    def replaced(self, run: Sequence[Segment]) -> Iterator[Segment]:
        text = text_of(word for segment in run for word in segment.words)
        for segment in reworded_run(run, list(self._literal(text))):
            yield from self._expressed(segment)

    def _expressed(self, segment: Segment) -> list[Segment]:
        found = [segment]
        for expression in self._expressions:
            for each in found:
                found = reworded_run([each], list(_matches(expression, text_of(each.words))))
        return found

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
