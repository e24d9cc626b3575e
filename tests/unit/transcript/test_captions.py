"""Captions keep the custom of broadcasters: as laws, whatever is said and however it is timed; then
as examples.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.options import OutputOptions, ReadingOptions
from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading, Word
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.captions.cue_limits import LONGEST_CUE, SHORTEST_CUE
from fanscribe.transcript.captions.cues import Cue, caption_labels, cues
from fanscribe.transcript.captions.gaps import Gap, gaps
from fanscribe.transcript.captions.pieces import unbroken
from fanscribe.transcript.formats.edition import Edition
from fanscribe.transcript.formats.subtitles import as_srt, as_vtt
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.naming import Labels
from tests.support.builders import (
    a_plan,
    a_reading,
    a_tile,
    a_transcript,
    tiles,
    told_apart,
    words,
)

LATIN = [
    " a",
    " the",
    " one",
    " lighthouse",
    " Three.",
    " why?",
    " e.g.",
    " internationalization,",
    " well",
    "-known",
    " " + "x" * 50,
]
HAN = ["你", "好", "世界。", "「", "灯塔", "」", "，", "跟", " AI", "ChatGPT", "長" * 50]
# Signs of several characters, in words longer than a line
CLUSTERS = ["e\u0301", "नि", "กำ", "เก", "ខ្មែ", "👩\u200d💻", "👍🏽", "カー", "ちゃ"]
LONG = [*(f" {cluster * 45}" for cluster in CLUSTERS), f" {'.' * 20} A{'.' * 130}"]
TIMES = [0, 0, 20, 80, 300, 900, 1_000, 2_500, 9_000]


class Spoken(NamedTuple):
    """A word to come: silence before it and its length, in ms."""

    pause: int
    text: str
    length: int


def spoken(texts: Sequence[str]) -> st.SearchStrategy[list[Spoken]]:
    pauses = st.sampled_from([0, *TIMES])
    return st.lists(
        st.builds(Spoken, pauses, st.sampled_from(texts), st.sampled_from(TIMES)), max_size=25
    )


tongues = st.one_of(
    st.tuples(st.just("en"), spoken(LATIN)),
    st.tuples(st.just("zh"), spoken(HAN)),
    st.tuples(st.just("th"), spoken(LONG).map(lambda said: said[:2])),
)
outputs = st.builds(
    OutputOptions, caption_line_length=st.integers(16, 120), caption_lines=st.integers(1, 4)
)


def a_channel(
    first: int, channel: int, parts: Sequence[tuple[str, list[Spoken]] | None]
) -> list[tuple[Tile, Reading | None]]:
    """A tile and its reading for each of `parts`; None is one of four seconds that failed."""
    found: list[tuple[Tile, Reading | None]] = []
    now = 0
    for index, part in enumerate(parts, start=first):
        start, said = now, []
        for pause, text, length in part[1] if part else []:
            now += pause
            said.append(Word(text=text, start=now, end=now + length, probability=0.9))
            now += length
        now += 4_000 if part is None else 10
        tile = a_tile(index, start / 1000, now / 1000).model_copy(update={"channel": channel})
        found.append((tile, a_reading(index, tuple(said), part[0]) if part else None))
    return found


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Transcripts of one channel or two, in scripts with spaces and without, with any times, and
    tiles that failed.
    """
    parts = st.lists(st.one_of(tongues, tongues, st.none()), min_size=1, max_size=4)
    separate = draw(st.booleans())
    found = a_channel(0, 0, draw(parts))
    if separate:
        found += a_channel(len(found), 1, draw(parts))
    plan = a_plan(
        tuple(tile for tile, _ in found), ReadingOptions(channels="separate" if separate else "mix")
    )
    samples = max(tile.end for tile in plan.tiles)
    plan = plan.model_copy(
        update={"recording": plan.recording.model_copy(update={"samples": samples})}
    )
    readings = {tile.index: reading for tile, reading in found if reading}
    transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
    by = draw(st.none() | st.lists(st.sampled_from([None, 0, 1, 10]), min_size=1, max_size=4))
    names = {1: draw(st.sampled_from([None, "Bo", "Nikolai Andreyevich Rimsky-Korsakov"]))}
    return told_apart(transcript, by, names) if by else transcript


def lines_of(cue: Cue, labels: Labels) -> list[str]:
    """As SubRip has them."""
    lines = f"{labels.before(cue.channel, cue.speaker)}{cue.text}".split("\n")
    if cue.reply is None:
        return lines
    reply = f"{labels.before(cue.channel, cue.reply.speaker)}{cue.reply.text}"
    return [f"- {line}" for line in (*lines, reply)]


def text_of(cue: Cue) -> str:
    """All that is said in it."""
    return f"{cue.text}\n{cue.reply.text}" if cue.reply else cue.text


def by_channel(shown: Sequence[Cue]) -> dict[int | None, list[Cue]]:
    return {
        channel: [cue for cue in shown if cue.channel == channel]
        for channel in {cue.channel for cue in shown}
    }


def inked(text: str) -> str:
    return re.sub(r"\s", "", text)


def parts_said(transcript: Transcript, channel: int | None) -> list[str]:
    """A channel's words and gaps in order of time, without spaces."""
    return [text for text, _ in voices(transcript, channel)]


def by_whom(transcript: Transcript, channel: int | None) -> list[tuple[str, int | None]]:
    """Each sign of a channel, and who says it."""
    return [(sign, speaker) for text, speaker in voices(transcript, channel) for sign in text]


def voices(transcript: Transcript, channel: int | None) -> list[tuple[str, int | None]]:
    said = [
        (word.start, 0, word.text, segment.speaker)
        for segment in transcript.segments
        if segment.channel == channel
        for word in segment.words
    ]
    unsaid = [
        (gap.start, 1, gap.text, None) for gap in gaps(transcript.ledger) if gap.channel == channel
    ]
    parts = sorted([*said, *unsaid], key=lambda part: part[:2])
    return [(inked(text), speaker) for _, _, text, speaker in parts]


@given(transcripts(), outputs, st.booleans())
def test_every_word_is_shown_once_and_in_order(
    transcript: Transcript, output: OutputOptions, labelled: bool
) -> None:
    tracks = by_channel(cues(transcript, output, labelled=labelled))
    assert {segment.channel for segment in transcript.segments} | {
        gap.channel for gap in gaps(transcript.ledger)
    } == tracks.keys()
    for channel, track in tracks.items():
        assert inked("".join(text_of(cue) for cue in track)) == "".join(
            parts_said(transcript, channel)
        )


@given(transcripts(), outputs, st.booleans())
def test_every_cue_fits_the_screen_with_its_label(
    transcript: Transcript, output: OutputOptions, labelled: bool
) -> None:
    for cue in cues(transcript, output, labelled=labelled):
        if labelled:
            lines = lines_of(cue, caption_labels(transcript, output))
        else:
            lines = [f"- {line}" if cue.reply else line for line in text_of(cue).split("\n")]
        assert len(lines) <= output.caption_lines
        assert all(0 < len(line) <= output.caption_line_length for line in lines)
        assert all(line == line.strip() for line in text_of(cue).split("\n"))


@given(transcripts(), outputs)
def test_cues_follow_each_other_within_the_recording(
    transcript: Transcript, output: OutputOptions
) -> None:
    shown = cues(transcript, output)
    assert [cue.start for cue in shown] == sorted(cue.start for cue in shown)
    for track in by_channel(shown).values():
        edges = [0, *(edge for cue in track for edge in (cue.start, cue.end)), transcript.duration]
        assert edges == sorted(edges)


@given(transcripts(), outputs)
def test_a_cue_lasts_one_to_seven_seconds_or_its_share_of_too_few(
    transcript: Transcript, output: OutputOptions
) -> None:
    for track in by_channel(cues(transcript, output)).values():
        shortest = min(SHORTEST_CUE, transcript.duration // len(track))
        assert all(shortest <= cue.end - cue.start <= LONGEST_CUE for cue in track)


@given(spoken([" a", " one", " Three."]).map(lambda said: said[:5]), st.integers(1_000, 5_000))
def test_what_can_be_one_cue_lasts_a_second_if_the_recording_does(
    said: list[Spoken], after: int
) -> None:
    said = [
        word._replace(pause=min(word.pause, 300), length=min(word.length, 300)) for word in said
    ]
    ((tile, reading),) = a_channel(0, 0, [("en", said)])
    plan = a_plan((tile.model_copy(update={"end": tile.end + after * 16}),))
    transcript = (
        build_transcript(plan, {0: reading}, settle_ledger(plan, {0: reading}, {}))
        if reading
        else None
    )
    assert transcript
    assert all(cue.end - cue.start >= SHORTEST_CUE for cue in cues(transcript, OutputOptions()))


@given(transcripts(), outputs)
def test_no_line_begins_within_a_word_that_fits_one(
    transcript: Transcript, output: OutputOptions
) -> None:
    for channel, track in by_channel(cues(transcript, output)).items():
        said = parts_said(transcript, channel)
        starts = set(accumulate((len(text) for text in said), initial=0))
        inside = {
            place
            for text, start in zip(said, accumulate(map(len, said), initial=0), strict=False)
            if len(text) > output.caption_line_length or text.startswith("[missing")
            for place in range(start, start + len(text))
        }
        lines = [inked(line) for cue in track for line in text_of(cue).split("\n")]
        assert set(accumulate(map(len, lines), initial=0)) <= starts | inside


@given(transcripts(), outputs)
def test_no_line_parts_signs_that_belong_together(
    transcript: Transcript, output: OutputOptions
) -> None:
    for cue in cues(transcript, output):
        for line in text_of(cue).split("\n"):
            assert unicodedata.category(line[0])[0] != "M", line
            assert line[0] not in "ำー🏽ゃ\u200d", line
            assert line[-1] not in "เ\u17d2\u200d", line


@given(transcripts(), outputs)
def test_no_cue_holds_words_from_both_sides_of_a_gap(
    transcript: Transcript, output: OutputOptions
) -> None:
    for cue in cues(transcript, output.model_copy(update={"caption_line_length": 40})):
        if "[" in cue.text:
            assert re.fullmatch(r"\[missing \d+:\d\d-\d+:\d\d\]", cue.text)


@given(transcripts(), outputs, st.booleans())
def test_a_line_holds_one_speaker_and_a_cue_two_at_most_who_then_have_a_line_each(
    transcript: Transcript, output: OutputOptions, labelled: bool
) -> None:
    for channel, track in by_channel(cues(transcript, output, labelled=labelled)).items():
        shown = [
            (sign, turn.speaker)
            for cue in track
            for turn in (cue, cue.reply)
            if turn
            for sign in inked(turn.text)
        ]
        assert shown == by_whom(transcript, channel)
        assert all("\n" not in text_of(cue).replace("\n", "", 1) for cue in track if cue.reply)


@given(st.lists(st.integers(1_000, 6_000), min_size=1, max_size=20))
def test_cues_of_unhurried_words_keep_the_words_times(lengths: list[int]) -> None:
    said = [Spoken(20, f" word{i}", length) for i, length in enumerate(lengths)]
    ((tile, reading),) = a_channel(0, 0, [("en", said)])
    plan = a_plan((tile,))
    assert reading
    shown = cues(
        build_transcript(plan, {0: reading}, settle_ledger(plan, {0: reading}, {})), OutputOptions()
    )
    assert {cue.start for cue in shown} <= {word.start for word in reading.words}
    assert {cue.end for cue in shown} <= {word.end for word in reading.words}


def texts(text: str, width: int = 42, lines: int = 2) -> list[str]:
    """The cues' texts, their lines parted by a slash."""
    output = OutputOptions(caption_line_length=width, caption_lines=lines)
    return [cue.text.replace("\n", " / ") for cue in cues(a_transcript(text), output)]


def times(*said: tuple[str, int, int], duration: int = 60_000) -> list[tuple[int, int, str]]:
    """The cues of words that are given with their times."""
    plan = a_plan((a_tile(0, 0, duration / 1000),))
    reading = a_reading(
        0,
        tuple(
            Word(text=f" {text}", start=start, end=end, probability=0.9)
            for text, start, end in said
        ),
    )
    shown = cues(
        build_transcript(plan, {0: reading}, settle_ledger(plan, {0: reading}, {})), OutputOptions()
    )
    return [(cue.start, cue.end, cue.text) for cue in shown]


class TestBreaks:
    """Where cues and lines break, best place first."""

    def test_a_sentence_is_a_cue(self) -> None:
        assert texts("We came home late. Nobody had slept.") == [
            "We came home late.",
            "Nobody had slept.",
        ]

    def test_a_long_sentence_breaks_at_punctuation(self) -> None:
        assert texts(
            "When at last the lamp was lit on the tower above the bay, "
            "the boats that had been waiting could come in safely."
        ) == [
            "When at last the lamp / was lit on the tower above the bay,",
            "the boats that had been / waiting could come in safely.",
        ]

    def test_without_punctuation_it_breaks_at_a_hesitation(self) -> None:
        said = words("early birds often sleep") + words(
            "while others walk along quiet rivers towards evening", 2_000
        )
        plan = a_plan(tiles(1))
        readings = {0: a_reading(0, said)}
        transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
        assert [
            cue.text.replace("\n", " ")
            for cue in cues(transcript, OutputOptions(caption_line_length=30))
        ] == [
            "early birds often sleep",
            "while others walk along quiet rivers towards evening",
        ]

    def test_else_it_is_balanced(self) -> None:
        assert texts("tower " * 15) == [
            "tower tower tower tower tower tower tower",
            "tower tower tower tower / tower tower tower tower",
        ]

    def test_no_word_is_left_alone(self) -> None:
        assert texts("They were waiting for the harbour master's signal") == [
            "They were waiting / for the harbour master's signal"
        ]

    def test_a_line_prefers_to_end_with_punctuation(self) -> None:
        assert texts("Far out at sea, they had seen the light go out again.") == [
            "Far out at sea, / they had seen the light go out again."
        ]

    def test_but_not_at_the_price_of_a_lone_word(self) -> None:
        assert texts("Well, nobody had seen the light go out again.") == [
            "Well, nobody had seen / the light go out again."
        ]

    def test_the_longer_line_is_rather_the_lower_one(self) -> None:
        assert texts("somewhere below these many lighthouses of England") == [
            "somewhere below these / many lighthouses of England"
        ]

    def test_a_slow_word_is_not_left_alone_for_a_comma(self) -> None:
        slowly = ["Well,", "nobody", "has", "ever", "seen", "the", "light"]
        said = [(word, i * 1_200, i * 1_200 + 1_000) for i, word in enumerate(slowly)]
        assert [text for _, _, text in times(*said)] == ["Well, nobody has ever", "seen the light"]

    def test_a_line_does_not_end_with_a_short_word_without_need(self) -> None:
        assert texts("Somebody in the village would climb the hill.", 30) == [
            "Somebody in the village / would climb the hill."
        ]

    def test_one_line_is_enough_for_what_fits_it(self) -> None:
        assert texts("Thank you, all of you, for coming here.") == [
            "Thank you, all of you, for coming here."
        ]

    def test_a_word_longer_than_a_line_is_cut(self) -> None:
        assert times(("x" * 60, 0, 3_000)) == [(0, 3_000, f"{'x' * 42}\n{'x' * 18}")]

    def test_a_label_takes_its_room_from_the_first_line(self) -> None:
        plan = a_plan(tiles(1), ReadingOptions(channels="separate"))
        readings = {0: a_reading(0, words("Anybody up there today?"))}
        transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
        output = OutputOptions(caption_line_length=16)
        assert [cue.text for cue in cues(transcript, output, labelled=True)] == [
            "Anybody\nup there today?"
        ]
        assert [cue.text for cue in cues(transcript, output)] == ["Anybody up\nthere today?"]

    def test_a_long_name_leaves_half_of_the_line_to_the_words(self) -> None:
        named = {0: "Nikolai Rimsky-Korsakov"}
        transcript = told_apart(a_transcript("Anybody up there today?"), [0], named)
        output = OutputOptions(caption_line_length=24)
        assert as_srt(Edition(transcript, output)).splitlines()[2:] == [
            "Nikolai R…: Anybody",
            "up there today?",
        ]

    def test_one_who_answers_in_a_word_shares_the_cue(self) -> None:
        transcript = told_apart(a_transcript("Were you up there at night? Never."), [0, 1])
        assert as_srt(Edition(transcript)).splitlines()[2:] == [
            "- spk_0: Were you up there at night?",
            "- spk_1: Never.",
        ]
        assert as_vtt(Edition(transcript)).splitlines()[3:] == [
            "<v spk_0>- Were you up there at night?</v>",
            "<v spk_1>- Never.</v>",
        ]

    @pytest.mark.parametrize(
        ("said", "by", "lines"),
        [
            ("Were you up there? Never, as nobody had to be.", [0, 1], 2),  # nobody is too brief
            ("Were you up there? Never.", [0, 0], 2),  # one speaker
            ("Were you up there? | Never.", [0, 1], 2),  # a pause
            ("Were you up there? Never.", [0, None], 2),  # nobody knows who answers
            ("Were you up there? Never.", [0, 1], 1),  # one line
            ("Were you ever up there in any winter night? Never.", [0, 1], 2),  # more than a line
        ],
    )
    def test_others_do_not(self, said: str, by: list[int | None], lines: int) -> None:
        transcript = told_apart(a_transcript(said), by)
        shown = cues(transcript, OutputOptions(caption_lines=lines), labelled=True)
        assert not any(cue.reply for cue in shown)

    def test_a_pause_is_not_reached_over(self) -> None:
        assert texts("well | so") == ["well", "so"]
        assert times(("well", 0, 0), ("so", 1_000, 1_000), duration=1_000) == [
            (0, 500, "well"),
            (500, 1_000, "so"),
        ]

    def test_sentences_on_one_cue_stand_apart_even_if_their_words_carry_no_space(self) -> None:
        said = [replace(word, text=word.text.strip()) for word in words("Yes. No.", each=100)]
        plan = a_plan(tiles(1))
        readings = {0: a_reading(0, tuple(said))}
        (cue,) = cues(
            build_transcript(plan, readings, settle_ledger(plan, readings, {})), OutputOptions()
        )
        assert cue.text == "Yes. No."


class TestScriptsWithoutSpaces:
    """Chinese, Japanese, Thai: Whisper's words there are characters or little more, and carry no
    space.
    """

    def shown(self, *texts: str, width: int = 16) -> list[str]:
        said = tuple(
            replace(word, text=text)
            for word, text in zip(words("a " * len(texts)), texts, strict=True)
        )
        plan = a_plan(tiles(1, 30))
        readings = {0: a_reading(0, said, "ja")}
        transcript = build_transcript(plan, readings, settle_ledger(plan, readings, {}))
        return [
            cue.text.replace("\n", " / ")
            for cue in cues(transcript, OutputOptions(caption_line_length=width))
        ]

    def test_lines_break_between_words(self) -> None:
        assert self.shown(
            "灯台", "は", "光で", "船に", "話しかけ", "ます", "が、", "言葉は", "使い", "ません。"
        ) == ["灯台は光で船に話しかけますが、 / 言葉は使いません。"]

    def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(self) -> None:
        assert clung("「", "灯台", "」", "は", "光", "、", "と") == ["「灯台」", "は", "光、", "と"]

    def test_foreign_words_within_stay_whole(self) -> None:
        assert self.shown(*"今日は皆で一緒に話をする", "Chat", "GPT", "です。") == [
            "今日は皆で一緒に話をす / るChatGPTです。"
        ]


class TestTimes:
    """A second at least, seven at most, and no overlap."""

    def test_a_short_cue_stays_into_the_free_time_after_it(self) -> None:
        assert times(("Yes.", 5_000, 5_200), ("Later.", 9_000, 10_500))[0] == (5_000, 6_000, "Yes.")

    def test_it_comes_early_where_there_is_free_time_only_before_it(self) -> None:
        shown = times(("Yes.", 5_000, 5_800), ("Nobody", 5_800, 7_000), ("knew.", 7_000, 9_000))
        assert shown == [(4_800, 5_800, "Yes."), (5_800, 9_000, "Nobody knew.")]

    def test_it_is_one_with_its_neighbour_where_both_are_short(self) -> None:
        assert times(("Yes.", 5_000, 5_200), ("No.", 5_200, 5_400)) == [(5_000, 6_000, "Yes. No.")]

    def test_without_free_time_none_moves_further_than_the_furthest_must(self) -> None:
        full = "x" * 50  # a cue for itself
        shown = times(
            (full, 1_000, 2_000), (full, 2_000, 2_600), (full, 2_600, 2_600), (full, 2_600, 4_000)
        )
        assert [(start, end) for start, end, _ in shown] == [
            (300, 1_300),
            (1_300, 2_300),
            (2_300, 3_300),
            (3_300, 4_300),
        ]

    def test_a_word_of_no_length_at_the_end_of_the_recording_is_shown_before_it(self) -> None:
        assert times(("Yes.", 2_000, 2_000), duration=2_000) == [(1_000, 2_000, "Yes.")]

    def test_sentences_share_a_cue_where_the_recording_has_not_a_second_for_each(self) -> None:
        assert times(("Hello.", 0, 600), ("World.", 600, 1_300), duration=1_600) == [
            (0, 1_300, "Hello. World.")
        ]

    def test_a_recording_shorter_than_a_second_is_filled(self) -> None:
        assert times(("Yes.", 100, 300), duration=600) == [(0, 600, "Yes.")]

    def test_a_word_longer_than_seven_seconds_leaves_the_screen(self) -> None:
        assert times(("Aaah", 1_000, 20_000)) == [(1_000, 8_000, "Aaah")]

    @pytest.mark.parametrize("count", [3, 30, 300])
    def test_words_at_one_moment_share_the_time_around_it(self, count: int) -> None:
        """As Whisper times what it repeats in a loop."""
        shown = times(*[("again", 30_000, 30_000)] * count)
        middle = (shown[0][0] + shown[-1][1]) // 2
        assert abs(middle - 30_000) <= SHORTEST_CUE
        assert all(following[0] == here[1] for here, following in pairwise(shown))


class TestGaps:
    """A gap is shown where speech is missing."""

    def test_a_gap_is_a_cue_of_seven_seconds_at_most(self) -> None:
        plan = a_plan(tiles(4))
        readings = {
            0: a_reading(0, words("Good evening.")),
            3: a_reading(3, words("Good night.", 31_000)),
        }
        shown = cues(
            build_transcript(plan, readings, settle_ledger(plan, readings, {})), OutputOptions()
        )
        assert [(cue.start, cue.end, cue.text) for cue in shown] == [
            (0, 1_000, "Good evening."),
            (10_000, 17_000, "[missing 0:10-0:30]"),
            (31_000, 32_000, "Good night."),
        ]

    def test_what_is_said_close_to_a_gap_is_not_in_its_cue(self) -> None:
        plan = a_plan(tiles(2, 4))
        readings = {0: a_reading(0, words("Stop.", 3_900, each=100))}
        shown = cues(
            build_transcript(plan, readings, settle_ledger(plan, readings, {})), OutputOptions()
        )
        assert [(cue.start, cue.end, cue.text) for cue in shown] == [
            (3_000, 4_000, "Stop."),
            (4_000, 8_000, "[missing 0:04-0:08]"),
        ]

    def test_a_gap_is_in_its_channel(self) -> None:
        both = (
            *tiles(2),
            *(tile.model_copy(update={"index": tile.index + 2, "channel": 1}) for tile in tiles(2)),
        )
        plan = a_plan(both, ReadingOptions(channels="separate"))
        readings = {
            0: a_reading(0, words("Hello.")),
            3: a_reading(3, words("Who is there?", 12_000)),
        }
        assert gaps(settle_ledger(plan, readings, {})) == [
            Gap(10_000, 20_000, 0),
            Gap(0, 10_000, 1),
        ]


def test_what_is_one_word_to_people_stays_together() -> None:
    assert clung(" well", "-known", " $5", ".50", " or") == [" well-known", " $5.50", " or"]


@pytest.mark.parametrize(
    ("texts", "pieces"),
    [
        ("ス|ー|パ|ー", "スー|パー"),
        ("チ|ャ|ッ|ト", "チャッ|ト"),
        ("人|々|が", "人々|が"),
        ("เ|ก|า|ะ|ๆ|น", "เกาะๆ|น"),
        ("ខ|្|ម|ែ|រ", "ខ្មែ|រ"),
        ("|👩|\u200d|💻", "👩\u200d💻"),
    ],
)
def test_what_no_line_of_a_script_may_begin_with_stays_with_what_is_before(
    texts: str, pieces: str
) -> None:
    assert clung(*texts.split("|")) == pieces.split("|")


def test_a_word_without_letters_or_marks_is_nothing() -> None:
    assert clung(" one", " ", "", " two") == [" one", " two"]


def test_it_does_not_where_that_is_longer_than_a_line() -> None:
    assert clung("lo", "ng", "er", room=4) == ["long", "er"]


def clung(*texts: str, room: float = 16) -> list[str]:
    said = [
        replace(word, text=text) for word, text in zip(words("a " * len(texts)), texts, strict=True)
    ]
    return ["".join(word.text for word in group) for group in unbroken(said, room)]
