"""What stands before a tile leaves the tile room for its own words."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.recognition.whisper import before

ROOM = 223
lengths = st.integers(0, 2_400)


@given(lengths, lengths)
def test_hotwords_and_what_was_said_before_share_the_room(hotwords: int, said: int) -> None:
    first, second = list(range(hotwords)), list(range(-said, 0))
    prompt = before(first, second, ROOM)
    assert len(prompt) == min(ROOM, hotwords + said)
    kept = [token for token in prompt if token >= 0]
    assert prompt == first[: len(kept)] + second[len(second) - (len(prompt) - len(kept)) :]
    assert len(kept) >= min(hotwords, ROOM // 2)
    assert len(prompt) - len(kept) >= min(said, ROOM // 2)
