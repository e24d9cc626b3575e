"""Words that change keep times, and their joined text is what was asked for."""

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.reading import Word
from fanscribe.transcript.wording.rewording import Change, reworded, text_of
from tests.support.builders import words

SAID = words("Well, the light house stood.")


def spans(found: tuple[Word, ...]) -> list[tuple[str, int, int]]:
    return [(word.text, word.start, word.end) for word in found]


def test_as_many_words_keep_their_times() -> None:
    assert spans(reworded(SAID, [Change(11, 22, "beacon tower")])) == [
        (" Well,", 0, 300),
        (" the", 400, 700),
        (" beacon", 800, 1100),
        (" tower", 1200, 1500),
        (" stood.", 1600, 1900),
    ]


def test_fewer_and_more_words_share_the_time_by_length() -> None:
    one, *_ = reworded(SAID, [Change(11, 22, "lighthouse")])[2:]
    assert spans((one,)) == [(" lighthouse", 800, 1500)]
    assert spans(reworded(words("NYC."), [Change(1, 4, "New York")])) == [
        (" New", 0, 112),
        (" York.", 112, 300),
    ]


def test_a_word_without_text_is_gone() -> None:
    assert spans(reworded(SAID, [Change(0, 6, "")]))[0] == (" the", 400, 700)
    assert reworded(words("gone"), [Change(0, 5, "")]) == ()


def test_several_changes_of_one_word_are_all_made() -> None:
    assert text_of(reworded(words("a-b-c"), [Change(1, 2, "x"), Change(5, 6, "z")])) == " x-b-z"


@st.composite
def changed_words(draw: st.DrawFn) -> tuple[tuple[Word, ...], list[Change]]:
    said = words(draw(st.lists(st.text("abc,'-", min_size=1), min_size=1).map(" ".join)))
    length = len(text_of(said))
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    edges = edges[: len(edges) // 2 * 2]
    texts = st.text("xy z", max_size=9)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return said, [Change(start, end, draw(texts)) for start, end in pairs]


@given(changed_words())
def test_the_text_is_as_if_it_were_changed_by_itself(
    case: tuple[tuple[Word, ...], list[Change]],
) -> None:
    said, changes = case
    text = text_of(said)
    for change in reversed(changes):
        text = text[: change.start] + change.text + text[change.end :]
    found = reworded(said, changes)
    assert text_of(found).split() == text.split()
    times = [time for word in found for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(said[0].start <= time <= said[-1].end for time in times)
    assert all(word.text.strip() for word in found)
