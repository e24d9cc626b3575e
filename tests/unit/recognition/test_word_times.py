"""Words are settled: inside their tile, near its speech, never going back."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.plan import Tile
from fanscribe.recognition.word_times import AROUND_SPEECH, REACH, TimedWord, settle
from fanscribe.times import SAMPLE_RATE, milliseconds

times = st.integers(59_500, 91_000)
aligned = st.lists(
    st.builds(TimedWord, text=st.just(" a"), start=times, end=times, probability=st.floats(0, 1)),
    max_size=30,
)


def speaking(start_s: float, end_s: float, *spans: tuple[float, float]) -> Tile:
    speech = tuple((round(a * SAMPLE_RATE), round(b * SAMPLE_RATE)) for a, b in spans)
    return Tile(
        index=0, start=round(start_s * SAMPLE_RATE), end=round(end_s * SAMPLE_RATE), speech=speech
    )


@given(aligned)
def test_times_stay_in_the_tile_and_never_go_back(timed: list[TimedWord]) -> None:
    tile = speaking(60, 88, (61, 70), (72, 87.5))
    settled = settle(timed, tile)
    edges = [edge for word in settled for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(milliseconds(tile.start) <= edge <= milliseconds(tile.end) for edge in edges)
    assert len(settled) == len(timed), "no word is lost for its times"


def test_a_first_word_stretched_over_a_pause_is_cut_to_the_speech() -> None:
    tile = speaking(0, 30, (17.0, 29))
    (word,) = settle([TimedWord(" Chapter", 230, 17_400, 0.7)], tile)
    assert (word.start, word.end) == (17_000 - AROUND_SPEECH, 17_400)


def test_a_last_word_stretched_over_a_pause_is_cut_to_the_speech() -> None:
    tile = speaking(0, 30, (0, 5), (20, 29))
    (word,) = settle([TimedWord(" end.", 4_800, 19_000, 0.7)], tile)
    assert (word.start, word.end) == (4_800, 5_000 + AROUND_SPEECH)


def test_a_word_where_no_speech_was_heard_keeps_its_time() -> None:
    (word,) = settle([TimedWord(" hm", 10_000, 10_500, 0.2)], speaking(0, 30, (0, 5)))
    assert (word.start, word.end) == (10_000, 10_500)


def test_a_word_in_the_midst_of_speech_keeps_its_time() -> None:
    (word,) = settle([TimedWord(" hello", 30_984, 31_384, 0.9)], speaking(29.984, 59, (29.984, 59)))
    assert (word.start, word.end) == (30_984, 31_384)


def test_a_word_that_begins_late_after_a_pause_reaches_back_to_where_its_speech_begins() -> None:
    """As "Now," in LJ001-0010: said from 60.61 to 61.06, aligned at 61.24."""
    tile = speaking(55, 80, (57, 60.2), (60.61, 61.06), (61.44, 70))
    aligned = [(" types.", 59_656, 60_200), (" Now,", 61_100, 61_240), (" as", 61_476, 62_000)]
    _, now, _ = settle([TimedWord(*word, 0.9) for word in aligned], tile)
    assert now.start == 60_610
    assert now.end <= 61_060 + AROUND_SPEECH


def test_a_word_does_not_reach_over_another_or_too_far() -> None:
    tile = speaking(0, 30, (1, 5))
    first, second = settle(
        [TimedWord(" a", 1_300, 1_500, 0.9), TimedWord(" b", 1_800, 2_000, 0.9)], tile
    )
    assert (first.start, second.start) == (1_000, 1_800), "only the first is beside the pause"
    (late,) = settle([TimedWord(" late", 1_000 + REACH + 1, 2_000, 0.9)], tile)
    assert late.start == 1_000 + REACH + 1
