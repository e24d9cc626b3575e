"""The language of a recording is voted on over its whole length."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.recognition.language import VOTERS, elect, spoken_in, voters
from tests.support.builders import a_tile, tiles


@given(st.integers(0, 200), st.sets(st.integers(0, 199)))
def test_voters_speak_and_come_from_the_whole_length(count: int, silent: set[int]) -> None:
    plan = tiles(count, silent=silent)
    spoken = [tile for tile in plan if not tile.silent]
    chosen = voters(plan)
    assert len(chosen) == min(VOTERS, len(spoken))
    assert [tile.index for tile in chosen] == sorted({tile.index for tile in chosen})
    assert all(not tile.silent for tile in chosen)
    if len(spoken) >= VOTERS:
        stretch = -(-len(spoken) // VOTERS)
        assert chosen[0] in spoken[:stretch]
        assert chosen[-1] in spoken[-stretch:]


def test_of_each_stretch_the_tile_with_the_most_speech_votes() -> None:
    plan = [a_tile(i, i * 10, i * 10 + 10) for i in range(VOTERS * 2)]
    plan[1] = plan[1].model_copy(update={"speech": ((plan[1].start, plan[1].start + 100),)})
    assert voters(plan)[0].index == 0
    plan[0] = plan[0].model_copy(update={"speech": ((0, 50),)})
    assert voters(plan)[0].index == 1


def test_many_moderate_ballots_outvote_one_loud_one() -> None:
    ballots = [{"en": 0.99, "fr": 0.01}, {"en": 0.2, "fr": 0.8}, {"en": 0.3, "fr": 0.7}]
    assert elect(ballots, tiles(3)) == "fr"


def test_a_sentence_outvotes_laughs_and_jingles() -> None:
    sentence, *laughs = (a_tile(i, i * 30, i * 30 + 10) for i in range(3))
    laughs = [
        laugh.model_copy(update={"speech": ((laugh.start, laugh.start + 8_000),)})
        for laugh in laughs
    ]
    ballots = [{"en": 0.1, "fr": 0.9}, {"en": 0.6, "fr": 0.1}, {"en": 0.6, "fr": 0.1}]
    assert elect(ballots, [sentence, *laughs]) == "fr"


def test_of_equal_languages_the_first_by_code_is_taken() -> None:
    assert elect([{"fr": 0.5, "en": 0.5}], tiles(1)) == "en"
    assert spoken_in({"fr": 0.5, "en": 0.5}, otherwise="de") == "en"


def test_a_tile_in_doubt_is_in_the_recordings_language() -> None:
    assert spoken_in({"de": 0.9, "nl": 0.1}, otherwise="en") == "de"
    assert spoken_in({"de": 0.4, "nl": 0.35}, otherwise="en") == "en"
