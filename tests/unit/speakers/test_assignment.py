"""From turns to words: each word has one speaker, and strays stay in their sentence."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.reading import Word
from fanscribe.speakers.assignment import Turn, overlaps, speakers_of_words, turns
from fanscribe.times import SAMPLES_PER_MS
from tests.support.builders import words

ADA, BEN = 0, 1


def a_word(start: int, end: int, text: str = " word") -> Word:
    return Word(text=text, start=start, end=end, probability=0.9)


def in_ms(*spoken: tuple[int, int, int]) -> list[Turn]:
    return turns([(a * SAMPLES_PER_MS, b * SAMPLES_PER_MS, who) for a, b, who in spoken])


def test_short_pauses_don_t_end_a_turn_and_others_do() -> None:
    spoken = in_ms((0, 1_000, ADA), (1_200, 2_000, ADA), (4_000, 5_000, ADA), (2_000, 3_000, BEN))
    assert spoken == [Turn(0, 2_000, ADA), Turn(2_000, 3_000, BEN), Turn(4_000, 5_000, ADA)]


def test_each_word_goes_to_whoever_speaks_most_of_it() -> None:
    spoken = in_ms((0, 1_000, ADA), (1_000, 2_000, BEN))
    said = [a_word(100, 500), a_word(600, 1_100), a_word(950, 1_500)]
    assert speakers_of_words(said, spoken) == [ADA, ADA, BEN]


def test_where_two_speak_at_once_the_one_before_keeps_the_word() -> None:
    spoken = in_ms((0, 2_000, BEN), (800, 3_000, ADA))
    said = [a_word(100, 500), a_word(1_000, 1_400), a_word(2_100, 2_500)]
    assert speakers_of_words(said, spoken) == [BEN, BEN, ADA]


def test_a_word_that_nobody_was_heard_to_speak_goes_to_the_nearest_or_the_one_before() -> None:
    spoken = in_ms((0, 1_000, ADA), (20_000, 21_000, BEN))
    said = [a_word(100, 900), a_word(5_000, 5_500), a_word(19_500, 19_900)]
    assert speakers_of_words(said, spoken) == [ADA, ADA, BEN]


def test_the_first_words_go_to_the_first_who_is_heard() -> None:
    assert speakers_of_words(
        [a_word(0, 300), a_word(9_000, 9_300)], in_ms((9_000, 9_500, BEN))
    ) == [
        BEN,
        BEN,
    ]


def test_without_turns_nobody_is_known() -> None:
    assert speakers_of_words([a_word(0, 300)], []) == [None]


SPOKEN = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 5_000), st.integers(0, 3)), min_size=1
)


@given(SPOKEN, st.integers(0, 10_000))
def test_walking_along_finds_the_turn_that_looking_at_all_would(
    drawn: list[tuple[int, int, int]], start: int
) -> None:
    """Words far from each other, so that the speaker before has no say."""
    spoken = in_ms(*((begin, begin + length, who) for begin, length, who in drawn))
    said = words("one two three four five", start, each=300, gap=200)
    for word, found in zip(said, speakers_of_words(said, spoken), strict=True):
        shares = {
            turn.speaker: sum(
                max(0, min(each.end, word.end) - max(each.start, word.start))
                for each in spoken
                if each.speaker == turn.speaker
            )
            for turn in spoken
        }
        best = max(shares.values())
        assert not best or shares[found or 0] >= 0.6 * best


def test_overlaps_name_all_who_speak_and_short_ones_are_left_out() -> None:
    spoken = in_ms((0, 3_000, ADA), (2_000, 5_000, BEN), (4_900, 6_000, 2))
    (found,) = overlaps(spoken, channel=1)
    assert (found.channel, found.start, found.end) == (1, 2_000, 3_000)
    assert found.speakers == (ADA, BEN)
