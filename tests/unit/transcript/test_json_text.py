"""JSON for files has the bytes that Python's own encoder gives it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.transcript.json_text import AT_A_TIME, printed

TEXTS = st.text() | st.sampled_from(["}", '"},\n   {"', "\\n", "\u2028", "Zürich 東京"])
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
DOCUMENTS = st.recursive(
    PLAIN,
    lambda held: st.lists(held, max_size=4) | st.dictionaries(TEXTS, held, max_size=4),
    max_leaves=20,
)
RECORDS = st.lists(st.dictionaries(TEXTS, PLAIN, min_size=1, max_size=4), max_size=6)


def by_python(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@given(DOCUMENTS)
def test_any_document(document: Any) -> None:
    assert printed(document) == by_python(document)


@given(RECORDS, st.integers(0, 3))
def test_records_that_come_one_by_one(records: list[dict[str, Any]], depth: int) -> None:
    streamed: Any = iter(records)
    whole: Any = records
    for _ in range(depth):
        streamed, whole = {"in": streamed, "it": 1}, {"in": whole, "it": 1}
    assert printed(streamed) == by_python(whole)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_no_json_has_is_never_printed(number: float) -> None:
    for document in ({"score": number}, iter([{"score": number}])):
        with pytest.raises(ValueError, match="not JSON compliant"):
            printed(document)


def test_more_records_than_are_written_at_a_time() -> None:
    records = [{"id": i, "text": f"{i}"} for i in range(2 * AT_A_TIME + 1)]
    assert printed(iter(records)) == by_python(records)
