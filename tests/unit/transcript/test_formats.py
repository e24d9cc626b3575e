"""Every format says the same words.

The files in golden/ are what the writers wrote when last somebody looked at them. After a change
that is meant: `.venv/bin/python -m tests.unit.transcript.test_formats` writes them anew, and `git
diff` shows what became different.
"""

import html
import io
import json
import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
import srt
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.audio import TranscriptionDiarized, TranscriptionVerbose

from fanscribe.documents.job import Failure
from fanscribe.documents.options import FORMATS, Format, OutputOptions, ReadingOptions
from fanscribe.documents.reading import Part, Reading, Word
from fanscribe.times import timestamp
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.captions.cue_limits import LONGEST_CUE, SHORTEST_CUE
from fanscribe.transcript.captions.cues import cues
from fanscribe.transcript.formats.diarized_json import as_diarized_json
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt
from fanscribe.transcript.formats.text import as_text, as_tsv
from fanscribe.transcript.formats.transcribe_json import as_transcribe_json
from fanscribe.transcript.formats.verbose_json import as_json
from fanscribe.transcript.formats.writers import WRITERS
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.naming import Labels
from tests.support.builders import (
    a_damaged_talk,
    a_meeting,
    a_plan,
    a_reading,
    a_transcript,
    tiles,
    told_apart,
    words,
)

GOLDEN = Path(__file__).with_name("golden")
OUTPUT = OutputOptions()
TALK = (
    "Good evening. Thank you for coming. "
    "| Tonight I would like to tell you how lighthouses learned to speak to ships, and why."
)
texts = st.lists(
    st.sampled_from(
        [
            "one",
            "lighthouse",
            "Three.",
            "|",
            "a",
            "12",
            "internationalization,",
            "<b>R&D</b>",
            "-->",
            "x" * 60,
        ]
    ),
    max_size=80,
).map(" ".join)


def a_call() -> Transcript:
    """Two people, each on a channel of their own, who answer each other and once speak at the same
    time.
    """
    both = (
        *tiles(1, 20),
        *(tile.model_copy(update={"index": 1, "channel": 1}) for tile in tiles(1, 20)),
    )
    plan = a_plan(both, ReadingOptions(channels="separate"))
    plan = plan.model_copy(
        update={"recording": plan.recording.model_copy(update={"key": "calls/call.wav"})}
    )
    asked = words("Good morning, how can I help you?", 500) + words("Of course. Which one?", 8_000)
    answered = words("Hello. My train was cancelled, and I'd like the €3.50 back.", 4_000) + words(
        "Eh – the first.", 9_000
    )
    readings = {0: a_reading(0, asked), 1: a_reading(1, answered)}
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))


def an_incomplete_talk() -> Transcript:
    """A transcript of four tiles of 10 s. The second and third could not be read."""
    plan = a_plan(tiles(4))
    readings = {
        0: a_reading(0, words("Good evening. Thank you for", 7_500)),
        3: a_reading(3, words("and that is all.", 31_000)),
    }
    failure = Failure(error="BadAudio")
    return build_transcript(plan, readings, settle_ledger(plan, readings, {1: failure, 2: failure}))


TRANSCRIPTS = {
    "talk": a_transcript(TALK),
    "call": a_call(),
    "incomplete": an_incomplete_talk(),
    "damaged": a_damaged_talk(),
    "meeting": a_meeting(),
}


def written(name: Format, transcript: Transcript) -> bytes:
    text = WRITERS[name].write(Edition(transcript))
    return (bare(text) if name == "html" else text).encode()


def bare(page: str) -> str:
    """A page without its style and script, which are no part of what is said."""
    page = re.sub(r"'sha256-[^']+'", "'sha256-…'", page)
    return re.sub(
        r'(<(style|script type="module")>).*?(</(?:style|script)>)', r"\1…\3", page, flags=re.DOTALL
    )


def golden(of: str, name: Format) -> Path:
    return GOLDEN / f"{of}.{WRITERS[name].extension}"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("of", TRANSCRIPTS)
def test_golden(of: str, name: Format) -> None:
    assert written(name, TRANSCRIPTS[of]) == golden(of, name).read_bytes()


def test_every_format_has_a_writer_and_files_of_its_own() -> None:
    assert tuple(WRITERS) == FORMATS
    assert len({writer.extension for writer in WRITERS.values()}) == len(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_writer_that_takes_an_empty_transcript(name: Format) -> None:
    said = written(name, a_transcript("")).decode()
    (note,) = a_transcript("").notes
    assert said == {
        "srt": "",
        "vtt": f"WEBVTT\n\nNOTE\n{note}\n",
        "txt": "",
        "tsv": "start\tend\ttext\n",
    }.get(name, said)


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


def test_json_keeps_every_script_readable() -> None:
    assert "Zürich 東京" in as_json(Edition(a_transcript("Zürich 東京")))


@given(texts)
def test_json_gives_the_same_words_back(text: str) -> None:
    transcript = a_transcript(text)
    printed = json.loads(as_json(Edition(transcript)))
    assert [word["word"] for word in printed["words"]] == [
        word.text.strip() for word in transcript.words
    ]


NO_NUMBERS = st.sampled_from([math.nan, math.inf, -math.inf])


@given(NO_NUMBERS, NO_NUMBERS, NO_NUMBERS, NO_NUMBERS)
def test_whatever_a_model_gives_for_a_score_is_a_number_in_json(
    p: float, logprob: float, silence: float, ratio: float
) -> None:
    """A model that overflows gives NaN.

    0.0 says that nobody knows, and readers get the number that they expect.
    """
    said = (Word(text=" word", start=0, end=300, probability=p),)
    scores = {"avg_logprob": logprob, "no_speech_prob": silence, "compression_ratio": ratio}
    read = Reading(tile=0, language="en", words=said, **scores)
    stored = Part(first=0, last=0, readings=(read,)).model_dump_json()
    assert Part.model_validate_json(stored).readings == (read,)
    old = stored.replace('"probability":0.0', '"probability":null')  # what pydantic makes of NaN
    assert Part.model_validate_json(old).readings == (read,)
    plan = a_plan(tiles(1))
    transcript = build_transcript(plan, {0: read}, settle_ledger(plan, {0: read}, {}))
    for name in ("json", "transcribe-json"):
        json.loads(written(name, transcript), parse_constant=refused)
    assert json.loads(as_json(Edition(transcript)))["words"][0]["probability"] == 0.0


def refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


@pytest.mark.parametrize("of", [*TRANSCRIPTS, "silence"])
def test_openais_client_takes_json_for_its_own(of: str) -> None:
    transcript = TRANSCRIPTS.get(of) or a_transcript("")
    read = TranscriptionVerbose.model_validate_json(as_json(Edition(transcript)), strict=True)
    assert read.text == transcript.text
    assert read.language == ("und" if of == "silence" else transcript.language)
    assert read.segments is not None
    assert read.words is not None
    assert [each.text for each in read.segments] == [each.text for each in transcript.segments]
    assert [each.seek for each in read.segments] == [
        each.start // 10 for each in transcript.segments
    ]
    assert [each.word for each in read.words] == [word.text.strip() for word in transcript.words]


@pytest.mark.parametrize("of", [*TRANSCRIPTS, "silence"])
def test_openais_client_takes_diarized_json_for_its_own(of: str) -> None:
    transcript = TRANSCRIPTS.get(of) or a_transcript("")
    text = as_diarized_json(Edition(transcript))
    read = TranscriptionDiarized.model_validate_json(text, strict=True)
    assert read.text == transcript.text
    assert len({each.id for each in read.segments}) == len(transcript.segments)
    assert [each.text for each in read.segments] == [each.text for each in transcript.segments]


def test_diarized_json_names_the_speaker_else_the_channel() -> None:
    def speakers(transcript: Transcript) -> list[str]:
        segments = json.loads(as_diarized_json(Edition(transcript)))["segments"]
        return list(dict.fromkeys(segment["speaker"] for segment in segments))

    assert speakers(a_meeting()) == ["unknown", "Ada <Lovelace> & Co.", "spk_1", "spk_2"]
    assert speakers(a_call()) == ["ch_0", "ch_1"]
    assert speakers(a_transcript("Hello.")) == ["unknown"]


def test_json_labels_words_and_segments_and_lists_who_speaks_and_when_several_do() -> None:
    printed = json.loads(as_json(Edition(a_meeting())))
    listed = [segment.get("speaker") for segment in printed["segments"]]
    assert listed == [None, "spk_0", "spk_1", "spk_1", "spk_1", "spk_0", "spk_2", "spk_1"]
    assert [word.get("speaker") for word in printed["words"]] == [
        segment.get("speaker") for segment in printed["segments"] for _ in segment["text"].split()
    ]
    assert printed["speakers"][0] == {
        "speaker": "spk_0",
        "name": "Ada <Lovelace> & Co.",
        "talk_time": 2.6,
    }
    assert printed["speakers"][1].keys() == {"speaker", "talk_time"}
    assert printed["overlaps"] == [{"start": 4.6, "end": 5.1, "speakers": ["spk_0", "spk_1"]}]


def test_who_asked_for_no_speakers_finds_none_in_any_format() -> None:
    for name in FORMATS:
        listed = written(name, TRANSCRIPTS["talk"]).decode()
        if name != "diarized-json":
            assert "speaker" not in listed


def test_a_recording_in_which_nobody_speaks_has_an_empty_list_of_speakers() -> None:
    nobody = a_transcript("").model_copy(update={"speakers": ()})
    printed = json.loads(as_json(Edition(nobody)))
    assert (printed["speakers"], printed["overlaps"]) == ([], [])
    assert as_tsv(Edition(nobody)) == "start\tend\ttext\tspeaker\n"


# ── Captions ──────────────────────────────────────────────────────────────────────────────────────


def test_srt() -> None:
    assert as_srt(Edition(a_transcript(TALK))) == (
        "1\n00:00:00,000 --> 00:00:01,000\nGood evening.\n\n"
        "2\n00:00:01,000 --> 00:00:02,300\nThank you for coming.\n\n"
        "3\n00:00:04,400 --> 00:00:07,900\nTonight I would like\nto tell you how lighthouses\n\n"
        "4\n00:00:08,000 --> 00:00:10,700\nlearned to speak to ships, and why.\n"
    )


def test_vtt_begins_with_its_signature_and_escapes_markup() -> None:
    assert as_vtt(Edition(a_transcript("<b> R&D -->"))).splitlines() == [
        "WEBVTT",
        "",
        "00:00:00.000 --> 00:00:01.100",
        "&lt;b&gt; R&amp;D --&gt;",
    ]


@given(texts)
def test_cues_hold_every_word_fit_the_screen_and_follow_each_other(text: str) -> None:
    transcript = a_transcript(text)
    shown = cues(transcript, OUTPUT)
    assert re.sub(r"\s", "", "".join(cue.text for cue in shown)) == re.sub(r"[\s|]", "", text)
    assert all(
        len(line) <= OUTPUT.caption_line_length for cue in shown for line in cue.text.splitlines()
    )
    assert all(cue.text.count("\n") < OUTPUT.caption_lines for cue in shown)
    edges = [edge for cue in shown for edge in (cue.start, cue.end)]
    assert edges == sorted(edges)
    shortest = min(SHORTEST_CUE, transcript.duration // max(1, len(shown)))
    assert all(shortest <= cue.end - cue.start <= LONGEST_CUE for cue in shown)


HOSTILE = st.sampled_from(
    [
        "1\n00:00:01,000 --> 00:00:02,000",
        "1\r\n00:00:01,000\u2028-->\u200900:00:02,000\n\n",
        "00:00:01.000 --> 00:00:02.000",
        "00:00:01,000 -- > 00:00:02,000",
        "00:00:01,000 - -> 00:00:02,000",
        *(
            "-->",
            "--",
            ">",
            "--->",
            "12",
            "-5",
            "3.",
            "10:20:30",
            "192.168.0.1",
            "1，2，3",
            "٣",
            "²",
        ),
        *(
            "\n\n",
            "\r",
            "\0",
            "\x85",
            "\u2028",
            "\x1c",
            "\ufeff",
            "\u200b",
            "NOTE",
            "STYLE",
            "WEBVTT",
            "X-TIMESTAMP-MAP=x",
        ),
        *("<v ch_1>", "</c>", "&lt;", "{\\an8}", "<00:00:01.000>"),
    ]
)
hostile = st.lists(
    HOSTILE | st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), min_size=1, max_size=30
)


def said_by(texts: list[str], gap: int) -> Transcript:
    """Each text is a word, as a model might have written it."""
    said = tuple(
        Word(text=f" {t}", start=i * gap, end=i * gap + 300, probability=0.9)
        for i, t in enumerate(texts)
    )
    plan = a_plan(tiles(1, math.ceil((said[-1].end + 2_000) / 1_000)))
    reading = {0: a_reading(0, said)}
    return build_transcript(plan, reading, settle_ledger(plan, reading, {}))


def cues_of_ffmpeg(text: str, kind: str) -> list[tuple[int, int]]:
    container: Any = av.open(io.BytesIO(text.encode()), format=kind)
    with container:
        packets = [packet for packet in container.demux() if packet.size]
    ms = [
        [round(time * packet.time_base * 1_000) for time in (packet.pts, packet.duration)]
        for packet in packets
    ]
    return [(start, start + length) for start, length in ms]


@settings(max_examples=400)
@given(hostile, st.sampled_from([310, 700, 1_500]), st.integers(16, 120), st.integers(1, 4))
def test_whatever_the_words_are_others_read_as_many_cues_with_the_same_times(
    texts: list[str], gap: int, length: int, lines: int
) -> None:
    edition = Edition(
        said_by(texts, gap), OutputOptions(caption_line_length=length, caption_lines=lines)
    )
    expected = [(cue.start, cue.end) for cue in edition.cues]
    subrip, web = as_srt(edition), as_vtt(edition)
    read = list(srt.parse(subrip))
    assert [(_ms(cue.start), _ms(cue.end)) for cue in read] == expected
    assert [cue.content.replace("\u200b", "") for cue in read] == [
        cue.text.replace("\u200b", "").replace("\0", "\ufffd") for cue in edition.cues
    ]
    assert cues_of_ffmpeg(subrip, "srt") == expected
    assert [(cue.start, cue.end) for cue in webvtt.from_string(web).captions] == [
        (timestamp(start), timestamp(end)) for start, end in expected
    ]
    assert cues_of_ffmpeg(web, "webvtt") == expected


@given(texts | st.sampled_from(["call", "incomplete"]), st.integers(16, 120), st.integers(1, 4))
def test_srt_is_read_by_others_as_it_was_meant(text: str, length: int, lines: int) -> None:
    transcript = TRANSCRIPTS.get(text) or a_transcript(text)
    output = OutputOptions(caption_line_length=length, caption_lines=lines)
    composed = as_srt(Edition(transcript, output))
    read = list(srt.parse(composed))
    assert [(_ms(cue.start), _ms(cue.end), cue.content.replace("\u200b", "")) for cue in read] == [
        (cue.start, cue.end, f"{Labels().before(cue.channel, cue.speaker)}{cue.text}")
        for cue in cues(transcript, output, labelled=True)
    ]
    assert srt.compose(read, reindex=False).strip() == composed.strip()


def _ms(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


@given(texts | st.sampled_from(["call", "incomplete"]), st.integers(16, 120), st.integers(1, 4))
def test_vtt_is_read_by_others_as_it_was_meant(text: str, length: int, lines: int) -> None:
    transcript = TRANSCRIPTS.get(text) or a_transcript(text)
    output = OutputOptions(caption_line_length=length, caption_lines=lines)
    read = webvtt.from_string(as_vtt(Edition(transcript, output)))
    assert [(cue.start, cue.end, cue.voice, html.unescape(cue.text)) for cue in read.captions] == [
        (
            timestamp(cue.start),
            timestamp(cue.end),
            None if cue.channel is None else f"ch_{cue.channel}",
            cue.text,
        )
        for cue in cues(transcript, output)
    ]
    again = io.StringIO()
    read.write(again)
    assert webvtt.from_string(again.getvalue()).captions == read.captions


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────


def test_txt_is_paragraphs() -> None:
    assert as_text(Edition(a_transcript("One. Two. | Three."))) == "One. Two.\n\nThree.\n"


def test_txt_of_separate_channels_is_a_paragraph_for_each_turn() -> None:
    assert as_text(Edition(a_call())).split("\n\n")[:3] == [
        "ch_0: Good morning, how can I help you?",
        "ch_1: Hello. My train was cancelled, and I'd like the €3.50 back.",
        "ch_0: Of course. Which one?",
    ]


def test_txt_is_a_paragraph_for_each_turn_of_a_speaker() -> None:
    assert as_text(Edition(a_meeting())).split("\n\n")[1:5] == [
        "Ada <Lovelace> & Co.: Shall we begin with the lamp?",
        "spk_1: Yes. It was lit every evening,",
        "spk_1: and every morning somebody put it out.",
        "Ada <Lovelace> & Co.: Who?",
    ]


def test_a_speaker_on_a_channel_is_told_by_the_speaker_alone() -> None:
    call = told_apart(a_call(), [0, 1, 1, 0, 0, None], {0: "Ada"})
    assert as_text(Edition(call)).split("\n\n") == [
        "Ada: Good morning, how can I help you?",
        "spk_1: Hello. My train was cancelled, and I'd like the €3.50 back.",
        "Ada: Of course. Which one?",
        "ch_1: Eh – the first.\n",
    ]
    assert as_tsv(Edition(call)).splitlines()[0] == "start\tend\ttext\tchannel\tspeaker"
    assert as_tsv(Edition(call)).splitlines()[1].split("\t")[3:] == ["ch_0", "Ada"]


def test_tsv_is_a_row_for_each_segment_in_milliseconds() -> None:
    assert (
        as_tsv(Edition(a_transcript("One. Two.")))
        == "start\tend\ttext\n0\t300\tOne.\n400\t700\tTwo.\n"
    )


def test_tsv_has_no_tab_in_a_text() -> None:
    said = Word(text=" one\ttwo", start=0, end=300, probability=0.9)
    plan = a_plan(tiles(1))
    readings = {0: a_reading(0, (said,))}
    transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
    assert as_tsv(Edition(transcript)) == "start\tend\ttext\n0\t300\tone two\n"


@given(texts)
def test_every_row_of_tsv_has_its_columns(text: str) -> None:
    transcript = a_transcript(text)
    rows = [row.split("\t") for row in as_tsv(Edition(transcript)).splitlines()]
    assert rows[1:] == [
        [str(segment.start), str(segment.end), segment.text] for segment in transcript.segments
    ]


# ── Amazon Transcribe's JSON ──────────────────────────────────────────────────────────────────────


def transcribed(transcript: Transcript) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(as_transcribe_json(Edition(transcript)))
    return printed


def contents(transcript: Transcript) -> list[tuple[str, str]]:
    items = transcribed(transcript)["results"]["items"]
    return [(item["type"][:2], item["alternatives"][0]["content"]) for item in items]


def retold(items: list[dict[str, Any]]) -> str:
    """As those do it who read Amazon Transcribe's files: a space before every word, none before a
    mark.
    """
    said = (item["alternatives"][0]["content"] for item in items)
    spaces = ("" if item["type"] == "punctuation" else " " for item in items)
    return "".join(space + content for space, content in zip(spaces, said, strict=True)).strip()


@given(texts | st.sampled_from(list(TRANSCRIPTS)))
def test_transcribe_json_has_amazons_shape(text: str) -> None:
    printed = transcribed(TRANSCRIPTS.get(text) or a_transcript(text))
    assert printed.keys() - {"failureReason"} == {"jobName", "accountId", "status", "results"}
    items = printed["results"]["items"]
    assert [item["id"] for item in items] == list(range(len(items)))
    for item in items:
        timed = {"start_time", "end_time"} & item.keys()
        assert timed == ({"start_time", "end_time"} if item["type"] == "pronunciation" else set())
        assert all(re.fullmatch(r"\d+\.\d{1,3}", item[name]) for name in timed)
        (alternative,) = item["alternatives"]
        assert (alternative["confidence"] == "0.0") == (item["type"] == "punctuation")
    parts = printed["results"]["audio_segments"]
    assert [number for part in parts for number in part["items"]] == list(range(len(items)))


@given(texts)
def test_transcribe_json_gives_the_text_back(text: str) -> None:
    transcript = a_transcript(text)
    results = transcribed(transcript)["results"]
    assert results["transcripts"] == [{"transcript": transcript.text}]
    said = "".join(item["alternatives"][0]["content"] for item in results["items"])
    assert said == re.sub(r"\s", "", transcript.text)


def test_transcribe_json_is_retold_as_the_text_by_those_who_read_it() -> None:
    transcript = TRANSCRIPTS["talk"]
    results = transcribed(transcript)["results"]
    assert retold(results["items"]) == transcript.text
    for part in results["audio_segments"]:
        assert retold([results["items"][number] for number in part["items"]]) == part["transcript"]


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("Hello,", "Hello ,"),
        ("don't", "don't"),
        ("3.5", "3.5"),
        ("e-mail", "e-mail"),
        ("“¿Quién?”", "“ ¿ Quién ? ”"),
        ("(50%)", "( 50% )"),
        ("C#", "C#"),
        ("R&D…", "R&D …"),
        (".5", ".5"),
        ("-5", "-5"),
        ("–", "–"),
        ("...", ". . ."),
        ("世界。", "世界 。"),
    ],
)
def test_punctuation_is_an_item_of_its_own_only_around_words(said: str, items: str) -> None:
    found = contents(a_transcript(said))
    assert " ".join(content for _, content in found) == items
    assert [kind for kind, _ in found] == [
        "pr" if any(map(str.isalnum, content)) else "pu" for _, content in found
    ]


def test_what_the_model_has_as_two_words_is_one_pronunciation() -> None:
    parts = [
        (" about", 0.9),
        (" 3", 0.8),
        (".5", 0.7),
        (" e", 0.9),
        ("-mails.", 0.9),
        (" - Yes.", 0.9),
    ]
    said = tuple(
        Word(text=text, start=i * 100, end=i * 100 + 90, probability=p)
        for i, (text, p) in enumerate(parts)
    )
    plan = a_plan(tiles(1))
    readings = {0: a_reading(0, said)}
    transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
    assert " ".join(content for _, content in contents(transcript)) == "about 3.5 e-mails . - Yes ."
    assert transcribed(transcript)["results"]["items"][1] == {
        "id": 1,
        "start_time": "0.1",
        "end_time": "0.29",
        "type": "pronunciation",
        "alternatives": [{"confidence": "0.7", "content": "3.5"}],
    }


def test_channels_have_their_items_once_more() -> None:
    results = transcribed(a_call())["results"]
    labels = results["channel_labels"]
    assert labels["number_of_channels"] == 2
    assert [channel["channel_label"] for channel in labels["channels"]] == ["ch_0", "ch_1"]
    for channel in labels["channels"]:
        assert channel["items"] == [
            item for item in results["items"] if item["channel_label"] == channel["channel_label"]
        ]


def told_by_a_reader(printed: dict[str, Any]) -> list[tuple[str, str]]:
    """The speakers' words, as those readers tell them who take items in the order of
    `speaker_labels`, and hold the times of one against the other (Christopher Bare's speakers.py of
    2018 is one).
    """
    items, listed = iter(printed["results"]["items"]), []
    following = next(items, None)
    for segment in printed["results"]["speaker_labels"]["segments"]:
        said = []
        for mark in segment["items"]:
            assert mark["speaker_label"] == segment["speaker_label"]
            assert following is not None
            assert [following[name] for name in mark] == list(mark.values())
            said.append(following)
            following = next(items, None)
            while following and following["type"] == "punctuation":
                said.append(following)
                following = next(items, None)
        listed.append((segment["speaker_label"], retold(said)))
    assert following is None
    return listed


def test_transcribe_json_tells_its_readers_who_says_what() -> None:
    talk = told_apart(TRANSCRIPTS["talk"], [0, 1], {0: "Ada"})
    printed = transcribed(talk)
    assert told_by_a_reader(printed) == [
        ("spk_0", "Good evening."),
        ("spk_1", "Thank you for coming."),
        (
            "spk_0",
            "Tonight I would like to tell you how lighthouses learned to speak to ships, and why.",
        ),
    ]
    assert printed["results"]["speaker_labels"]["speakers"] == 2
    labels = [part["speaker_label"] for part in printed["results"]["audio_segments"]]
    assert labels == ["spk_0", "spk_1", "spk_0"]


def test_an_incomplete_transcript_is_a_failed_job_with_its_results() -> None:
    printed = transcribed(an_incomplete_talk())
    assert (printed["status"], printed["failureReason"]) == (
        "FAILED",
        "Speech is missing at 0:10-0:30 (BadAudio).",
    )
    assert printed["results"]["transcripts"] == [
        {"transcript": "Good evening. Thank you for and that is all."}
    ]


# ── Incomplete transcripts ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_marks_an_incomplete_transcript(name: Format) -> None:
    mark = {
        "json": '"complete": false',
        "transcribe-json": '"FAILED"',
        "diarized-json": '"missing": [\n  "0:10-0:30 (BadAudio)"',
    }.get(name, "[missing 0:10-0:30]")
    assert mark in written(name, TRANSCRIPTS["incomplete"]).decode()
    assert mark not in written(name, TRANSCRIPTS["talk"]).decode()


def test_what_could_not_be_decoded_is_reported_by_every_format() -> None:
    for name in FORMATS:
        mark = {
            "json": '"state": "undecodable"',
            "transcribe-json": "0:08-0:11 (undecodable: the file is damaged there)",
            "diarized-json": "0:08-0:11 (undecodable: the file is damaged there)",
        }
        assert (
            mark.get(name, "[undecodable 0:08-0:11]")
            in written(name, TRANSCRIPTS["damaged"]).decode()
        )


def test_an_ordinary_transcript_has_no_notes_in_any_format() -> None:
    assert TRANSCRIPTS["talk"].notes == ()
    assert "NOTE" not in as_vtt(Edition(TRANSCRIPTS["talk"]))
    assert {"notes", "tracks"} & json.loads(as_json(Edition(TRANSCRIPTS["talk"]))).keys() == set()


def test_a_gap_on_one_channel_has_its_label() -> None:
    plan = a_plan(
        (*tiles(1), *(tile.model_copy(update={"index": 1, "channel": 1}) for tile in tiles(1))),
        ReadingOptions(channels="separate"),
    )
    readings = {0: a_reading(0, words("Hello."))}
    transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
    assert as_text(Edition(transcript)) == "ch_0: Hello.\n\nch_1: [missing 0:00-0:10]\n"
    assert as_tsv(Edition(transcript)).splitlines()[1:] == [
        "0\t300\tHello.\tch_0",
        "0\t10000\t[missing 0:00-0:10]\tch_1",
    ]
    assert "<v ch_1>[missing 0:00-0:10]" in as_vtt(Edition(transcript))
    assert "ch_1: [missing 0:00-0:10]" in as_srt(Edition(transcript))
    labels = transcribed(transcript)["results"]["channel_labels"]
    assert labels["number_of_channels"] == 2
    assert labels["channels"][1] == {"channel_label": "ch_1", "items": []}


def test_a_note_in_vtt_can_not_be_taken_for_a_cue() -> None:
    plan = a_plan(tiles(1))
    ledger = settle_ledger(plan, {}, {0: Failure(error="00:01.000 -->\n\n00:02.000")})
    transcript = build_transcript(plan, {}, ledger).model_copy(
        update={"notes": ("00:01.000 -->\n\n00:02.000",)}
    )
    read = webvtt.from_string(as_vtt(Edition(transcript)))
    assert [cue.text for cue in read.captions] == ["[missing 0:00-0:10]"]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for of, transcript in TRANSCRIPTS.items():
        for name in FORMATS:
            golden(of, name).write_bytes(written(name, transcript))
