"""Files that people really have and that went wrong, each through the whole state machine.

Needs ../shared/corpus/faults. Its README says of each what is right; lj9, lj7 and jfk are the clips
that they were made of.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from tests.support.workflow import an_engine, transcripts

LJ9 = (
    "Printing, then, for our purpose, "
    "may be considered as the art of making books by means of movable types."
)
LJ7 = (
    "the earliest book printed with movable types, "
    "the Gutenberg, or forty-two line Bible of about fourteen fifty-five,"
)
JFK = (
    "And so, my fellow Americans, ask not what your country can do for you, "
    "ask what you can do for your country."
)
NEAR_S = 0.3  # what a word's time may be off


class Right(NamedTuple):
    """What is right for a file: the clips with the second at which each begins, and what must be
    said.
    """

    clips: tuple[tuple[str, float], ...]
    note: str = ""  # a regular expression


PROGRAMME = ((LJ9, 0.1), (LJ7, 19.0), (JFK, 28.6))
RIGHT = {
    "gap.ts": Right(PROGRAMME),
    "gap.webm": Right(PROGRAMME),
    "late-start.mkv": Right(((LJ9, 4.2),)),
    "latin1-info.wav": Right(((JFK, 0.2),)),
    "latin1-id3v1.mp3": Right(((JFK, 0.2),)),
    "two-tracks-first-silent.mp4": Right(
        ((JFK, 0.2),), r"Track 2 of 2 was transcribed. There is no sound in track 1\."
    ),
    "two-tracks-two-speakers.mp4": Right(
        ((LJ9, 0.1),), r"Track 1 of 2 was transcribed. The recording also has track 2\."
    ),
    "two-tracks-default-second.mkv": Right(
        ((JFK, 0.2),),
        r"Track 2 \(eng\) of 2 was transcribed. The recording also has track 1 \(fra\)",
    ),
    "first-track-unknown-codec.mov": Right(((JFK, 0.2),), r"Track 2 of 2 was transcribed"),
    "inverted-stereo.mp3": Right(((JFK, 0.2),), r"opposite phase"),
    "three-channels-no-layout.wav": Right(((JFK, 0.2),), r"on a channel that is left out"),
    "chained-vorbis-two-rates.ogg": Right(((LJ9, 0.1), (LJ7, 7.6), (JFK, 16.1))),
    "wav-header-says-half.wav": Right(((JFK, 0.2),)),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with an_engine(tmp_path_factory.mktemp("logs")) as running:
        yield running


@pytest.fixture
def faults(corpus: Path) -> Path:
    if not (corpus / "faults").is_dir():
        pytest.skip("needs ../shared/corpus/faults, which is not here")
    return corpus / "faults"


def run(engine: Engine, recording: Path, **options: str) -> Execution:
    return engine.run(engine.upload(recording, {"language": "en"} | options))


def printed(engine: Engine, execution: Execution) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(transcripts(engine, execution)["json"])
    return found


def kept(engine: Engine, recording: Path) -> dict[str, str]:
    """What is kept of a transcript that lacks speech, by the end of its name."""
    bucket = engine.bucket("TranscriptsBucket")
    found = engine.s3.list_objects_v2(Bucket=bucket, Prefix=recording.name)["Contents"]
    return {
        entry["Key"].partition("transcript.")[2]: engine.s3.get_object(
            Bucket=bucket, Key=entry["Key"]
        )["Body"]
        .read()
        .decode()
        for entry in found
    }


def starts(transcript: dict[str, Any], clip: str) -> float:
    """When a clip's first word was said."""
    first = re.sub(r"\W", "", clip.split(maxsplit=1)[0]).lower()
    words = [
        word for word in transcript["words"] if re.sub(r"\W", "", word["word"]).lower() == first
    ]
    assert words, f"{first!r} is not in {transcript['text']!r}"
    return float(words[0]["start"])


@pytest.mark.parametrize("name", RIGHT)
def test_a_file_that_went_wrong_is_transcribed_as_it_should(
    engine: Engine, faults: Path, name: str
) -> None:
    clips, note = RIGHT[name]
    found = printed(engine, run(engine, faults / name))
    normal = EnglishTextNormalizer()
    expected = " ".join(text for text, _ in clips)
    if name != "late-start.mkv":  # it goes on with other clips
        assert jiwer.wer(normal(expected), normal(found["text"])) < 0.12
    for text, start in clips:
        if text is not LJ7:  # "the" is said before, too
            assert starts(found, text) == pytest.approx(start, abs=NEAR_S)
    assert found["complete"] is True
    assert re.search(note, " ".join(found.get("notes", [])))


def test_the_gaps_of_lost_packets_are_silence_of_their_length(engine: Engine, faults: Path) -> None:
    for name in ("gap.ts", "gap.webm"):
        found = printed(engine, run(engine, faults / name))
        earliest = [word for word in found["words"] if word["word"].lower().startswith("earliest")]
        assert earliest[0]["start"] == pytest.approx(19.1, abs=NEAR_S)
        assert found["duration"] == pytest.approx(39.5, abs=NEAR_S)
        assert not [word for word in found["words"] if 8.3 < word["start"] < 18.7]


def test_damaged_speech_is_reported_in_every_format_and_fails_the_job(
    engine: Engine, faults: Path
) -> None:
    recording = faults / "damaged-speech.mp4"
    formats = "json,txt,srt,vtt,html,tsv,transcribe-json"
    execution = run(engine, recording, formats=formats)
    assert (execution.status, execution.error) == ("FAILED", "IncompleteTranscript")
    assert "0:18-0:27 (undecodable" in str(execution.message)
    written = kept(engine, recording)
    assert len(written) == 7
    assert all("undecodable" in text for text in written.values()), "in every format"

    found = json.loads(written["json"])
    assert found["complete"] is False
    assert found["duration"] == pytest.approx(39.5, abs=0.05)
    (damaged,) = [tile for tile in found["ledger"]["tiles"] if tile["state"] == "undecodable"]
    assert damaged["start"] / 16_000 == pytest.approx(18.8, abs=NEAR_S)
    assert damaged["end"] / 16_000 == pytest.approx(27.6, abs=NEAR_S)
    assert starts(found, LJ9) == pytest.approx(0.1, abs=NEAR_S)
    assert starts(found, JFK) == pytest.approx(28.7, abs=NEAR_S)


def test_damage_that_is_tolerated_leaves_a_transcript_that_says_so(
    engine: Engine, faults: Path
) -> None:
    execution = run(engine, faults / "damaged-speech.mp4", **{"tolerated-loss": "1"})
    assert execution.status == "SUCCEEDED"
    assert printed(engine, execution)["complete"] is False


def test_both_of_two_tracks_are_had_when_they_are_asked_for(engine: Engine, faults: Path) -> None:
    found = printed(engine, run(engine, faults / "two-tracks-two-speakers.mp4", track="all"))
    said = {
        channel: " ".join(each["text"] for each in found["segments"] if each["channel"] == channel)
        for channel in ("ch_0", "ch_1")
    }
    normal = EnglishTextNormalizer()
    assert jiwer.wer(normal(LJ9), normal(said["ch_0"])) < 0.12
    assert jiwer.wer(normal(JFK), normal(said["ch_1"])) < 0.12
    assert [track["number"] for track in found["tracks"] if track["transcribed"]] == [1, 2]


@pytest.mark.parametrize(("track", "first"), [("2", "And so"), ("eng", "And so"), ("en", "And so")])
def test_a_track_is_had_by_its_number_or_its_language(
    engine: Engine, faults: Path, track: str, first: str
) -> None:
    found = printed(engine, run(engine, faults / "two-tracks-default-second.mkv", track=track))
    assert found["text"].startswith(first)


def test_a_track_that_is_not_there_is_refused_with_those_that_are(
    engine: Engine, faults: Path
) -> None:
    execution = run(engine, faults / "two-tracks-default-second.mkv", track="3")
    assert execution.error == "InvalidOption"
    assert "has no track '3'. It has track 1 (fra) and track 2 (eng)." in str(execution.message)


def test_fifty_milliseconds_give_no_words_and_say_why(engine: Engine, faults: Path) -> None:
    found = printed(engine, run(engine, faults / "fifty-ms.wav"))
    assert found["text"] == ""
    assert any("Nothing was transcribed" in note for note in found["notes"])


def test_an_encrypted_file_is_refused_as_encrypted(engine: Engine, faults: Path) -> None:
    execution = run(engine, faults / "encrypted.mp4")
    assert execution.error == "UnreadableRecording"
    assert "encrypted.mp4 is encrypted (Common Encryption)" in str(execution.message)
