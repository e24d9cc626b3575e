"""The same options wherever they are said, and the message on a wrong one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.options import FORMATS, Options, OutputOptions, ReadingOptions, as_metadata
from fanscribe.documents.redaction import KINDS
from fanscribe.errors import InvalidOption

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=60
)
whatever = st.text(st.characters(codec="utf-8"), max_size=60)  # line breaks, too
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["off", "all", "auto", "1", "spk_0=Ada", "Ada=0:12-0:31", "\udce9"])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
options = st.builds(
    Options,
    language=st.sampled_from([None, "en", "fr", "multilingual"]),
    task=st.sampled_from(["transcribe", "translate"]),
    beam_size=st.integers(1, 10),
    initial_prompt=st.none() | whatever,
    hotwords=st.none() | whatever,
    formats=st.lists(st.sampled_from(FORMATS), min_size=1, unique=True).map(tuple),
    redact=st.lists(st.sampled_from(KINDS), unique=True).map(
        lambda kinds: tuple(kind for kind in KINDS if kind in kinds)
    ),
    voices=st.dictionaries(
        texts.filter(lambda name: not {",", "="} & set(name)),
        st.lists(st.sampled_from(["0:12-0:31", "clips/ada.mp3", "s3://b/k=1.wav"]), min_size=1)
        .map(lambda clips: tuple(clips[:4]))
        .filter(len),
        max_size=3,
    ),
    names=st.dictionaries(st.integers(0, 999).map("spk_{}".format), st.just("") | texts),
)


@given(options)
def test_metadata_says_the_same_as_an_input(chosen: Options) -> None:
    said = {name: value for name, value in chosen.model_dump().items() if value is not None}
    metadata = as_metadata(said)
    for value in metadata.values():
        assert value.isascii(), value
        assert value.isprintable(), "headers hold no line breaks"
        assert value == value.strip(), "and lose spaces at their ends"
    assert Options.from_metadata(metadata) == Options.parse(said) == chosen


@given(st.dictionaries(st.sampled_from(sorted(Options.model_fields)) | texts, json_values))
def test_whatever_is_given_is_taken_or_refused_in_one_line(given: dict[str, Any]) -> None:
    try:
        taken, message = Options.parse(given), ""
    except InvalidOption as refused:
        taken, message = Options(), str(refused)
    assert "\n" not in message
    assert len(message) < 1_000
    assert Options.parse(taken.model_dump(mode="json")) == taken


def test_every_option_decides_either_the_words_or_how_they_are_written() -> None:
    assert (
        ReadingOptions.model_fields.keys() | OutputOptions.model_fields.keys()
        == Options.model_fields.keys()
    )
    assert not ReadingOptions.model_fields.keys() & OutputOptions.model_fields.keys()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"langauge": "en"}, r"no option 'langauge'\. The options are .*language"),
        (
            {"formats": "srt,docx"},
            "'formats' can't be 'docx': it takes one or more of json, txt, srt",
        ),
        ({"formats": []}, "'formats' can't be"),
        ({"language": "English"}, "'language' can't be 'English': it takes a code such as 'en'"),
        (
            {"task": "summarise"},
            "'task' can't be 'summarise': it takes 'transcribe', or 'translate' into English",
        ),
        ({"beam_size": 0}, "'beam_size' can't be 0: it takes a whole number from 1 to 10"),
        ({"beam_size": "many"}, "'beam_size' can't be 'many'"),
        ({"initial_prompt": "x" * 801}, "'initial_prompt' can't be"),
        (
            {"redact": "name,nmae"},
            "'redact' can't be 'name,nmae': it takes 'off', 'all', or one or more of name, email",
        ),
        (
            {"redact_audio": "wav"},
            "'redact_audio' can't be 'wav': it takes 'off', or with 'redact'",
        ),
        ({"redact": "ip", "redact_audio": "mp3"}, "'redact_audio' can't be 'mp3'"),
        ({"vad_threshold": 1}, "'vad_threshold' can't be 1: it takes a number from 0.05 to 0.95"),
        ({"channels": "left"}, "'channels' can't be 'left': it takes 'mix', or 'separate'"),
        ({"caption_lines": 9}, "'caption_lines' can't be 9"),
        ({"caption_line_length": 5}, "'caption_line_length' can't be 5"),
        ({"names": "Ada"}, "'names' can't be 'Ada': it takes each speaker's label once"),
        ({"names": "spk_0=Ada,spk_0=Bob"}, "'names' can't be 'spk_0=Ada,spk_0=Bob'"),
        ({"names": ["spk_0=Ada", "Bob"]}, "'names' can't be"),
        ({"names": {"Ada": "Bob"}}, "'names' can't be 'Ada'"),
        ({"names": {"spk_01": "Bob"}}, "'names' can't be 'spk_01'"),
        ({"names": {"spk_1": "B\0b"}}, "'names' can't be 'B"),
        ({"names": {"spk_1": "x" * 61}}, "'names' can't be 'xxx"),
        ({"names": 3}, "'names' can't be 3"),
        ({"tolerated_loss": 2}, "'tolerated_loss' can't be 2: it takes the share of speech"),
        ({"tolerated_loss": True}, "'tolerated_loss' can't be True: it takes the share of speech"),
        ({"beam_size": True}, "'beam_size' can't be True: it takes a whole number"),
        ({"caption_lines": False}, "'caption_lines' can't be False"),
        ({"vocabulary": ["Fresnel"]}, r"'vocabulary' can't be \['Fresnel'\]: it takes 'off', or a"),
        ({"replace": {"colour": "color"}}, "'replace' can't be {'colour': 'color'}"),
        ({"speakers": {"fewest": 50, "most": 1}}, "'speakers' can't be {'fewest': 50, 'most': 1}"),
        ({"speakers": 2.5}, "'speakers' can't be 2.5: it takes 'off', 'auto'"),
        ({"hotwords": "x" * 5_000}, "'hotwords' can't be 'x{199}…: it takes words of at most 800"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_possible(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        Options.parse(given)


def test_metadata_is_words_and_lists_with_dashes_or_underscores() -> None:
    said = {
        "language": "fr",
        "formats": "srt, vtt,srt",
        "beam-size": "5",
        "initial_prompt": "=?UTF-8?Q?Z=C3=BCrich?=",
    }
    chosen = Options.from_metadata(said)
    assert (chosen.language, chosen.formats, chosen.beam_size, chosen.initial_prompt) == (
        "fr",
        ("srt", "vtt"),
        5,
        "Zürich",
    )


@pytest.mark.parametrize("said", ["=?klingon?q?Qapla=27?=", "=?utf-8?q?=ff?="])
def test_metadata_that_only_looks_encoded_is_taken_as_it_is(said: str) -> None:
    assert Options.from_metadata({"hotwords": said}).hotwords == said


def test_a_format_that_is_named_twice_is_one() -> None:
    assert Options.parse({"formats": ["srt", "json", "srt"]}).formats == ("srt", "json")


def test_names_are_a_text_or_an_object_and_may_hold_commas_and_equals_signs() -> None:
    named = {"spk_0": "Lovelace, Ada", "spk_12": "a = b", "spk_2": ""}
    for said in (named, "spk_0=Lovelace,  Ada, spk_12 = a = b,spk_2="):
        assert Options.parse({"names": said}).names == named
    assert Options.parse({"names": ["spk_0=Ada", "spk_1=Bob"]}).names == {
        "spk_0": "Ada",
        "spk_1": "Bob",
    }
    assert Options.parse({"names": " "}).names == {}


def test_voices_are_a_text_or_an_object_of_one_clip_or_several() -> None:
    voices = {"Ada Lovelace": ("ada.mp3", "1:02:03 - 1:02:20"), "Bob": ("s3://clips/a=b,c.wav",)}
    said = "Ada Lovelace=ada.mp3,Ada  Lovelace = 1:02:03 - 1:02:20, Bob=s3://clips/a=b,c.wav"
    assert Options.parse({"voices": said}).voices == voices
    listed = {"Ada Lovelace": ["ada.mp3", "1:02:03 - 1:02:20"], "Bob": "s3://clips/a=b,c.wav"}
    assert Options.parse({"voices": listed}).voices == voices
    assert Options.parse({"voices": " "}).voices == {}


@pytest.mark.parametrize(
    "subject", ["=?x-unknown?q?abc?=", "=?utf-8?q?caf=E9?=", "=?utf-8?b?a?=", "=?utf-8?b?!?="]
)
def test_metadata_that_can_not_be_decoded_does_not_stop_a_job(subject: str) -> None:
    """S3's console encodes text so, and emails their subjects, some of them wrongly."""
    metadata = {"subject": subject, "language": "=?utf-8?q?en?="}
    assert Options.from_metadata(metadata) == Options(language="en")


def test_metadata_of_other_tools_is_left_alone_but_a_slip_of_ours_is_reported() -> None:
    assert Options.from_metadata({"mtime": "1700000000.0", "s3cmd-attrs": "uid:0"}) == Options()
    assert Options.from_metadata({"name": "talk.mp3", "type": "audio/mpeg"}) == Options()
    with pytest.raises(InvalidOption, match="no option 'langauge'"):
        Options.from_metadata({"langauge": "en"})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("all", KINDS),
        ("pii", KINDS),
        (["phone", "name", "phone"], ("name", "phone")),
        ("name, pii", KINDS),
        ("off", ()),
        ("", ()),
    ],
)
def test_kinds_of_personal_data_are_taken_in_their_order(said: Any, meant: Any) -> None:
    assert Options.parse({"redact": said}).redact == meant


def test_an_earlier_redaction_stays_unless_another_is_asked_for() -> None:
    last = OutputOptions(redact=("card",))
    assert Options.parse({}).worded_as(last).redact == ("card",)
    assert Options.parse({"redact": "off"}).worded_as(last).redact == ()
    assert Options.parse({"redact": "ip"}).worded_as(OutputOptions()).redact == ("ip",)
