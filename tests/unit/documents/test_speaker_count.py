"""How many speakers to tell apart: said as text, a number or a range, wherever options are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.options import (
    MOST_SPEAKERS,
    Options,
    OutputOptions,
    SpeakerCount,
    as_metadata,
)
from fanscribe.errors import InvalidOption

counts = st.none() | st.lists(st.integers(1, MOST_SPEAKERS), min_size=2, max_size=2).map(
    lambda ends: SpeakerCount(fewest=min(ends), most=max(ends))
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("off", None),
        ("auto", SpeakerCount(fewest=1, most=30)),
        ("2", SpeakerCount(fewest=2, most=2)),
        (3, SpeakerCount(fewest=3, most=3)),
        ("2-5", SpeakerCount(fewest=2, most=5)),
        ("30", SpeakerCount(fewest=30, most=30)),
    ],
)
def test_it_is_off_counted_a_number_or_a_range(said: Any, expected: SpeakerCount | None) -> None:
    assert Options.parse({"speakers": said}).speakers == expected
    assert Options.from_metadata({"speakers": str(said)}).speakers == expected


@pytest.mark.parametrize("said", ["31", 31, "0", "5-2", "1-31", "many", "", "2 - 5", True, 2.5, []])
def test_anything_else_is_refused_with_what_is_possible(said: Any) -> None:
    with pytest.raises(InvalidOption, match=r"'speakers' can't be .*: it takes 'off', 'auto'"):
        Options.parse({"speakers": said})


@given(counts)
def test_it_goes_through_states_and_metadata_as_it_was_said(count: SpeakerCount | None) -> None:
    output = OutputOptions(speakers=count)
    assert OutputOptions.model_validate_json(output.model_dump_json()) == output
    assert OutputOptions.model_validate(output.model_dump()) == output
    metadata = as_metadata({"speakers": output.model_dump()["speakers"]})
    assert Options.from_metadata(metadata).speakers == count


def test_it_decides_no_words() -> None:
    asked = Options.parse({"speakers": "auto"})
    assert asked.reading == Options().reading
