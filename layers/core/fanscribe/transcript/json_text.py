"""JSON as files have it, a line for each value. Pure.

The same bytes as `json.dumps(indent=1)`, whose encoder is in Python as soon as there is an indent:
for a day's words, 1.6 s and 360 MB. Here the one in C writes as many records at a time as are
alike.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

AT_A_TIME = 1_000  # records

# of texts, numbers and the like, at least one; no records, and no lists but empty ones
Record = Mapping[str, Any]


def printed(document: Any) -> str:
    """JSON text of all that `json.dumps` takes. An iterator may stand for a list of records.

    Raises ValueError for NaN and infinity, which no JSON has (and no contract:
    documents.reading.Score).
    """
    return _value(document, 0) + "\n"


def _value(value: Any, depth: int) -> str:
    match value:
        case dict():
            return _enclosed(
                "{}",
                (f"{_plain(key)}: {_value(held, depth + 1)}" for key, held in value.items()),
                depth,
            )
        case list() | tuple():
            return _enclosed("[]", (_value(held, depth + 1) for held in value), depth)
        case Iterator():
            return _enclosed("[]", _records(value, depth + 1), depth)
        case _:
            return _plain(value)


def _enclosed(brackets: str, items: Iterable[str], depth: int) -> str:
    line = _line(depth + 1)
    inside = f",{line}".join(items)
    return f"{brackets[0]}{line}{inside}{_line(depth)}{brackets[1]}" if inside else brackets


def _records(records: Iterator[Record], depth: int) -> Iterator[str]:
    r"""Records, many in one text.

    A line break is never inside a value, where it is `\n`: it tells where a record ends.
    """
    line, inner = _line(depth), _line(depth + 1)
    while some := list(islice(records, AT_A_TIME)):
        inside = (
            _encoder(depth + 1)
            .encode(some)[2:-2]
            .replace(f"}},{inner}{{", f"{line}}},{line}{{{inner}")
        )
        yield f"{{{inner}{inside}{line}}}"


def _line(depth: int) -> str:
    return "\n" + " " * depth


def _plain(value: Any) -> str:
    return _encoder(0).encode(value)


@cache
def _encoder(depth: int) -> json.JSONEncoder:
    return json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=(f",{_line(depth)}", ": ")
    )
