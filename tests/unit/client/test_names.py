import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe import keys
from fanscribe.documents.options import FORMATS
from fanscribe.transcript.formats.writers import WRITERS, transcript_keys
from fanscribe_local.client.names import (
    LONGEST,
    LONGEST_ENDING,
    as_key,
    from_key,
    json_line,
    printable,
    stem,
)
from fanscribe_local.client.targets import INCOMPLETE, REPORT

# Every name that a file can have: bytes without / and NUL
NAMES = (
    st.binary(min_size=1, max_size=LONGEST)
    .filter(lambda name: not {b"/"[0], 0} & set(name))
    .map(lambda name: name.decode(errors="surrogateescape"))
)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("talk.mp3", "talk"),
        ("talk.MP3", "talk"),
        ("talk.final.wav", "talk.final"),
        ("call.ts", "call"),
        ("Note 1.qta", "Note 1"),
        ("Voice 001.3ga", "Voice 001"),
        ("1.1 Lesson name", "1.1 Lesson name"),
        ("1.1 Lesson name.m4a", "1.1 Lesson name"),
        ("Meeting 2024.05.17", "Meeting 2024.05.17"),
        ("Interview with Dr. Smith", "Interview with Dr. Smith"),
        ("talk.json", "talk.json"),
        ("talk.mp3.gz", "talk.mp3.gz"),
        ("stdin", "stdin"),
        (".mp3", ".mp3"),
        ("..mp3", "..mp3"),
        ("caf\udce9.wav", "caf\udce9"),
        ("two\nlines.wav", "two\nlines"),
    ],
)
def test_only_a_media_suffix_is_no_part_of_a_name(name: str, called: str) -> None:
    assert stem(name) == called


def test_a_name_that_leaves_no_room_for_endings_is_cut_and_distinguished() -> None:
    one, other = ("é" * 120 + f"{letter}.wav" for letter in "ab")
    assert stem(one) != stem(other)
    assert stem(one)[:-6] == stem(other)[:-6] == "é" * 110 + "~"
    assert stem("a" * 228 + ".wav") == "a" * 228, "it just fits"


@given(NAMES)
def test_whatever_a_recording_is_called_its_files_fit(name: str) -> None:
    assert len(os.fsencode(stem(name))) + LONGEST_ENDING <= LONGEST


def test_no_ending_is_longer_than_is_reckoned() -> None:
    endings = [f"{INCOMPLETE}.{writer.extension}" for writer in WRITERS.values()] + [f".{REPORT}"]
    assert max(map(len, endings)) == LONGEST_ENDING


@given(NAMES)
def test_a_name_is_had_back_from_its_key(name: str) -> None:
    assert from_key(as_key(name)) == name


@given(NAMES)
def test_a_key_is_text_and_leaves_room_for_the_transcript(name: str) -> None:
    key = keys.upload("0" * 32, as_key(name))
    longest = max(transcript_keys(key, "0" * 16, FORMATS).values(), key=len)
    assert len(longest.encode()) <= keys.LONGEST


@pytest.mark.parametrize("name", ["talk.mp3", "Zürich – 東京.wav", "My%20Talk.mp3", "a\\b", '"{}"'])
def test_the_key_of_a_name_that_is_text_is_the_name(name: str) -> None:
    assert as_key(name) == name


def test_what_is_no_text_is_escaped_and_what_looks_so_too() -> None:
    assert as_key("caf\udce9\n\\xe9") == r"caf\xe9\x0a\x5cxe9"


def test_no_key_leads_out_of_its_folder() -> None:
    assert from_key(r"..\x2f..\x2fetc\x00") == ".._.._etc_"


@given(NAMES)
def test_a_printed_name_is_one_line_that_every_terminal_takes(name: str) -> None:
    (line,) = f"|{printable(name)}".splitlines()
    assert line.encode().decode() == line


def test_a_printed_name_can_be_read() -> None:
    assert printable("Zürich\u3000東京.wav") == "Zürich\u3000東京.wav"
    assert printable("caf\udce9\n\x1b[31m\u202e") == r"caf\xe9\x0a\x1b[31m\u202e"


@given(NAMES)
def test_json_holds_every_name(name: str) -> None:
    line = json_line({"recording": name})
    assert json.loads(line.encode()) == {"recording": name}
    assert "\n" not in line
