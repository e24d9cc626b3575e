import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe import keys
from tests.conftest import ROOT

text = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_a_parts_key_says_which_tiles_it_accounts_for(first: int, last: int) -> None:
    assert keys.tiles_of(keys.part("0123456789abcdef", first, last)) == range(first, last + 1)


def test_other_keys_say_nothing_of_tiles() -> None:
    with pytest.raises(ValueError, match=r"plan\.json"):
        keys.tiles_of(keys.plan("0123456789abcdef"))


def test_a_key_says_whose_it_is() -> None:
    job = "0123456789abcdef"
    of_a_job = [keys.claim(job), keys.plan(job), keys.part(job, 0, 3), keys.piece(job, 0, 1, 2)]
    assert {keys.job_of(key) for key in of_a_job} == {job}
    others = [
        keys.upload("0123", "a.wav"),
        keys.transcript("talk.mp3", job, "json"),
        keys.plan("no-job"),
    ]
    assert {keys.job_of(key) for key in others} == {None}


@given(st.from_regex(r"[a-z0-9.-]{3,63}", fullmatch=True), text)
def test_a_uri_is_read_as_it_was_spelled(bucket: str, key: str) -> None:
    assert keys.parse_uri(keys.uri(bucket, key)) == (bucket, key)


@given(st.tuples(text, text, text, text, text), st.tuples(text, text, text, text, text))
def test_jobs_are_the_same_only_for_the_same_inputs(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert (keys.job_id(*one) == keys.job_id(*other)) == (one == other)


def test_the_state_machine_writes_failures_where_merge_looks_for_them() -> None:
    definition = json.loads((ROOT / "statemachine" / "transcription.asl.json").read_text())
    record = definition["States"]["TranscribeChunks"]["ItemProcessor"]["States"]["RecordFailure"]
    template = record["Parameters"]["Key.$"].split("'")[1]
    key = template.format("0123456789abcdef", 4, 7)
    assert key.startswith(keys.failures("0123456789abcdef"))
    assert keys.tiles_of(key) == range(4, 8)
