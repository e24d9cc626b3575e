"""What is said of a recording, so that nobody wonders."""

from typing import Any

import pytest

from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Origin, Plan
from fanscribe.documents.track import Track
from fanscribe.transcript.notes import notes, without_titles
from tests.support.builders import a_plan, damaged, tiles

FRENCH = Track(1, "aac", 2, "fra", default=True, level=-18)
COMMENTS = Track(2, "aac", 2, "eng", "Commentary", level=-20)
EMPTY = Track(3, "aac", 1, None, level=-90)


def of(*, plan: Plan | None = None, **origin: Any) -> Plan:
    known = {"tracks": (FRENCH,), "track": 1, "loudness": -18} | origin
    return (plan or a_plan(tiles(3))).model_copy(update={"origin": Origin.model_validate(known)})


def test_an_ordinary_recording_gives_none() -> None:
    assert notes(of(), 12) == ()


def test_of_several_tracks_it_says_which_was_taken_and_how_to_have_another() -> None:
    (note,) = notes(of(tracks=(FRENCH, COMMENTS, EMPTY)), 12)
    assert note == (
        "Track 1 (fra) of 3 was transcribed. The recording also has track 2 (eng, “Commentary”). "
        "There is no sound in track 3. The option track takes another one, or all."
    )
    assert notes(of(tracks=(FRENCH, COMMENTS), track=None), 12) == (
        "Each track is a channel of its own: track 1 (fra) and track 2 (eng, “Commentary”).",
    )


def test_a_track_that_nobody_has_listened_to_is_not_called_empty() -> None:
    strange, unmeasured = Track(2, None, 2), Track(3, "aac", 1, "deu")
    (note,) = notes(of(tracks=(FRENCH, strange, unmeasured)), 12)
    assert note == (
        "Track 1 (fra) of 3 was transcribed. The recording also has track 3 (deu). "
        "FFmpeg does not know the codec of track 2. The option track takes another one, or all."
    )
    (note,) = notes(of(tracks=(FRENCH, strange, unmeasured), track=None), 12)
    assert note.startswith(
        "Each track is a channel of its own: track 1 (fra) and track 3 (deu). FFmpeg does not know"
    )


def test_what_somebody_wrote_into_the_file_can_be_left_out() -> None:
    (note,) = notes(without_titles(of(tracks=(FRENCH, COMMENTS))), 12)
    assert "track 2 (eng)." in note


def test_a_file_of_very_many_tracks_gives_a_sentence_that_can_be_read() -> None:
    many = tuple(Track(number, "aac", 1, "eng", f"{number}", level=-20) for number in range(1, 301))
    (note,) = notes(of(tracks=many), 12)
    assert "track 11 (eng, “11”) and 289 more." in note


@pytest.mark.parametrize("channels", ["mix", "separate"])
def test_damage_is_reported_once_however_many_channels_it_is_in(channels: str) -> None:
    both = (
        *tiles(1, 30),
        *(tile.model_copy(update={"index": 1, "channel": 1}) for tile in tiles(1, 30)),
    )
    plan = a_plan(
        both if channels == "separate" else tiles(1, 30),
        ReadingOptions.model_validate({"channels": channels}),
    )
    assert notes(of(plan=damaged(plan, (8, 11), (15.5, 15.9), (17, 17.2), (26, 30))), 12) == (
        "0.6 s in 2 places could not be decoded: the file is damaged there.",
        (
            "From 0:26 to its end at 0:30 the recording could not be decoded. "
            "The file may have been cut off: copy it once more."
        ),
    )


@pytest.mark.parametrize(
    ("origin", "silent", "cause"),
    [
        (
            {"loudness": -95},
            (0, 1, 2),
            "There is no sound: the microphone was muted, or another input was recorded.",
        ),
        (
            {"loudness": -60},
            (0, 1, 2),
            "The microphone may have been muted or far away, or the wrong input was recorded.",
        ),
        (
            {},
            (0, 1, 2),
            "It may be music or noise, or a voice that the detector does not take for one: ",
        ),
        ({}, (0, 1), "Speech was detected in 33% of 0:30;"),
        (
            {},
            (0, 1),
            (
                "The model found no words in it: "
                "it may be noise, music, or another language than was named."
            ),
        ),
    ],
)
def test_a_transcript_without_words_says_so_with_what_was_measured_and_the_likely_cause(
    origin: dict[str, int], silent: tuple[int, ...], cause: str
) -> None:
    (note,) = notes(of(plan=a_plan(tiles(3, silent=silent)), **origin), 0)
    assert note.startswith("Nothing was transcribed. Speech was detected in ")
    assert "track 1 of 1 with 1 channel was taken." in note
    assert cause in note


def test_a_file_without_a_mark_of_its_end_says_so() -> None:
    (note,) = notes(of(unended=True), 12)
    assert note.startswith("The file has no mark of its end.")
    cut = damaged(a_plan(tiles(1, 30)), (26, 30))
    assert not any("no mark" in each for each in notes(of(plan=cut, unended=True), 12))


def test_where_speech_is_missing_nobody_says_that_the_model_found_no_words() -> None:
    (note,) = notes(of(), 0, complete=False)
    assert note.endswith(
        "There may have been speech: the ledger says where it is missing, and why."
    )


def test_what_was_done_so_that_nobody_is_lost_is_reported() -> None:
    found: dict[str, Any] = {
        "channels": 2,
        "downmix": "difference",
        "loudness": -55,
        "gain_db": 35,
        "overlapped": 16_000,
        "miscounted": 960_000,
    }
    note = " ".join(notes(of(**found), 9))
    assert "So they were mixed otherwise: the second one reversed." in note
    assert "The recording is very quiet, -55 dBFS where it is loudest." in note
    assert "1.0 s of sound were left out" in note
    assert "A timestamp of the file jumps ahead by 1:00, which can't be right." in note
