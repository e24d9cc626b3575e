"""The choice of track and downmix follows from what was found: tracks, channels, loudness."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.sections import laid_end_to_end
from fanscribe.audio.timeline import TOLERANCE
from fanscribe.audio.tracks import choose_track, described, speaks
from fanscribe.documents.plan import Findings, Selection, Undecodable
from fanscribe.documents.track import Track
from fanscribe.tiling.frames import Frames
from fanscribe.tiling.selection import NORMAL_DB, loudness, next_selection, together
from fanscribe.times import FRAME

NORMAL = -20
USUAL = Selection()


def a_track(number: int, level: int | None = -20, **more: Any) -> Track:
    return Track(number=number, codec="aac", level=level, **more)


def found(*tracks: Track, track: int = 1, **more: Any) -> Findings:
    return Findings(start=0, clocked=True, track=track, tracks=tracks, **more)


def test_one_track_is_taken_whatever_is_in_it() -> None:
    assert next_selection(USUAL, found(a_track(1, -120)), -120) == USUAL


def test_the_first_track_with_sound_is_taken_where_the_usual_one_has_none() -> None:
    silent = found(a_track(1, -120, default=True), a_track(2), a_track(3))
    assert next_selection(USUAL, silent, -120) == Selection(track="2")


def test_the_default_flag_goes_before_the_order() -> None:
    assert choose_track([a_track(1), a_track(2, default=True)]) == 2


def test_a_track_that_can_not_be_decoded_goes_last() -> None:
    tracks = [Track(1, None, default=True), a_track(2, None), a_track(3)]
    assert choose_track(tracks) == 3


def test_a_track_that_was_asked_for_is_taken_even_if_it_is_empty() -> None:
    asked = Selection(track="1", fixed=True)
    assert next_selection(asked, found(a_track(1, -120), a_track(2)), -120) == asked


def test_a_selection_that_was_tried_is_not_tried_again() -> None:
    silent = found(a_track(1, -120), a_track(2))
    assert next_selection(USUAL, silent, -120, [Selection(track="2")]) == USUAL


def test_a_downmix_that_loses_somebody_is_changed_and_then_the_gain_is_found() -> None:
    lost = found(a_track(1), lost={"usual": 9.0, "average": 9.0, "difference": 0.0}, audible=10.0)
    second = next_selection(USUAL, lost, -120)
    assert second.downmix == "difference"
    assert next_selection(second, lost, NORMAL) == second
    assert next_selection(second, lost, -65).gain_db == NORMAL_DB + 65


@pytest.mark.parametrize(
    ("loudest", "gain"), [(-120, 0), (-95, 0), (-80, 60), (-41, 21), (-40, 0), (-3, 0)]
)
def test_what_is_quiet_is_brought_to_a_normal_level_and_nothing_else(
    loudest: int, gain: int
) -> None:
    assert next_selection(USUAL, found(a_track(1)), loudest).gain_db == gain


def frames(*levels: float) -> Frames:
    values = np.stack([np.zeros(len(levels)), np.array(levels)])[np.newaxis].astype(np.float32)
    return Frames(len(levels) * FRAME, values)


def test_a_click_does_not_make_a_recording_loud() -> None:
    quiet = [0.001] * 1_000
    assert loudness(frames(*quiet, *[0.9] * 20)) == -60
    assert loudness(frames(*quiet, *[0.1] * 200)) == -20, "but speech does, in a fifth of it"


def test_nothing_is_silent() -> None:
    assert loudness(frames()) == loudness(frames(0, 0)) == -120


SECTIONS = st.lists(
    st.tuples(st.integers(0, 50_000), st.integers(1, 90_000)), min_size=1, max_size=6
)


@given(SECTIONS)
def test_sections_lie_where_the_clock_has_them_and_never_over_each_other(
    parts: list[tuple[int, int]],
) -> None:
    """Each is (gap before it, length); a gap that is no more than rounding is none."""
    places: list[tuple[int, int]] = []
    now = 0
    for gap, length in parts:
        places.append((now + gap if places else 0, length))
        now = places[-1][0] + length
    spans = laid_end_to_end(places)
    assert spans[0][0] == 0
    for (start, length), (begin, end) in zip(places, spans, strict=True):
        assert end - begin == length
        assert abs(begin - start) <= TOLERANCE * len(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(SECTIONS)
def test_sections_of_a_file_without_a_clock_follow_each_other(parts: list[tuple[int, int]]) -> None:
    spans = laid_end_to_end([(None, length) for _, length in parts])
    assert [start for start, _ in spans] == [0, *(end for _, end in spans)][:-1]


def test_what_sections_found_is_added_up_where_they_came_to_lie() -> None:
    one = found(
        a_track(1, -50),
        lost={"usual": 1.0},
        audible=5.0,
        undecodable=(Undecodable(start=5, end=9),),
    )
    other = Findings(
        start=100,
        clocked=True,
        tracks=(a_track(1, -20),),
        lost={"usual": 2.0},
        audible=7.0,
        undecodable=(Undecodable(start=105, end=109),),
    )
    both = together([one, other], [0, 110])
    assert [(lost.start, lost.end) for lost in both.undecodable] == [(5, 9), (115, 119)]
    assert (both.lost, both.audible, both.tracks[0].level) == ({"usual": 3.0}, 12.0, -20)


@pytest.mark.parametrize(
    ("language", "asked", "right"),
    [
        ("fre", "fr", True),
        ("fra", "fre", True),
        ("en-GB", "en", True),
        ("nob", "no", True),
        ("eng", "fr", False),
        (None, "en", False),
        ("not a language", "en", False),
    ],
)
def test_a_language_is_known_by_all_its_names(
    language: str | None, asked: str, right: bool
) -> None:
    assert speaks(a_track(1, language=language), asked) == right


def test_tracks_are_listed_as_people_read_them() -> None:
    tracks = [
        a_track(1, language="fra"),
        a_track(2),
        a_track(3, language="eng", title="Commentary"),
    ]
    assert described(tracks) == "track 1 (fra), track 2 and track 3 (eng, “Commentary”)"
