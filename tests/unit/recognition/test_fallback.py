"""A reading is believed, or its tile is read again: judged by the tile alone."""

import zlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.plan import Tile
from fanscribe.recognition.fallback import (
    LOOP,
    MISSED,
    UNSURE,
    Candidate,
    believed,
    compare,
    compression_ratio,
    fallback_reason,
    hears_nothing,
    joined,
    missed_runs,
    pieces,
    unaccounted,
    without_invented,
)
from fanscribe.recognition.word_times import TimedWord
from fanscribe.times import FRAME, SAMPLE_RATE

spans = st.lists(st.tuples(st.integers(1, 40), st.integers(5, 120)), min_size=1, max_size=8)


def speaking(*spans: tuple[float, float], start: float = 0, end: float = 30) -> Tile:
    """A tile with speech in `spans`; all in seconds."""
    speech = tuple((round(a * SAMPLE_RATE), round(b * SAMPLE_RATE)) for a, b in spans)
    return Tile(
        index=0, start=round(start * SAMPLE_RATE), end=round(end * SAMPLE_RATE), speech=speech
    )


def said(
    *words: tuple[str, float, float],
    logprob: float = -0.2,
    ratio: float = 1.5,
    no_speech: float = 0.0,
) -> Candidate:
    """A reading of words at times in seconds."""
    timed = tuple(
        TimedWord(f" {text}", round(a * 1000), round(b * 1000), 0.9) for text, a, b in words
    )
    return Candidate(timed, logprob, no_speech, ratio, len(words))


def talking(start: float, end: float) -> Candidate:
    """A word every third of a second."""
    count = round((end - start) * 3)
    return said(*(("word", start + i / 3, start + (i + 1) / 3) for i in range(count)))


@given(spans, st.integers(0, 100))
def test_speech_is_missed_or_accounted_for_and_never_both(
    frames: list[tuple[int, int]], seed: int
) -> None:
    speech, here = [], 0
    for gap, length in frames:
        speech.append((here + gap * FRAME, here + (gap + length) * FRAME))
        here = speech[-1][1]
    tile = Tile(index=0, start=0, end=here + FRAME, speech=tuple(speech))
    everything = sum(end - start for start, end in speech) // 16
    assert unaccounted(said(), tile) == everything
    assert 0 <= unaccounted(talking(0, seed / 10), tile) <= everything


def test_a_tile_whose_speech_has_words_is_believed() -> None:
    assert fallback_reason(talking(0.5, 28), speaking((0.4, 28.2))) is None


def test_an_opening_that_was_skipped_is_doubted() -> None:
    """As tiny.en does with the spoken introduction of a chapter."""
    assert (
        fallback_reason(talking(16, 28), speaking((0.4, 12), (13, 28.2))) == "speech without words"
    )


def test_an_opening_that_was_skipped_is_doubted_though_a_word_is_stretched_over_it() -> None:
    candidate = joined([said(("Chapter", 0.2, 16.9), ("six.", 16.9, 21)), talking(21, 28)])
    assert fallback_reason(candidate, speaking((0.4, 12), (13, 28.2))) == "speech without words"


def test_an_end_that_was_dropped_is_doubted() -> None:
    assert fallback_reason(talking(0, 9), speaking((0, 9.1), (10, 14))) == "speech without words"


def test_a_slow_speaker_is_believed() -> None:
    """One word every two seconds: words per second of speech would call it weak."""
    slow = tuple((i * 2.0, i * 2.0 + 0.6) for i in range(14))
    candidate = said(*(("well", a, b) for a, b in slow))
    assert fallback_reason(candidate, speaking(*slow)) is None


def test_a_long_number_or_name_is_believed() -> None:
    candidate = said(("1,234,567", 0, 0.9), ("Llanfairpwllgwyngyll", 1, 2.4))
    assert fallback_reason(candidate, speaking((0, 2.5))) is None


def test_a_cough_is_no_reason() -> None:
    assert (
        fallback_reason(talking(0, 9), speaking((0, 9.1), (10, 10 + MISSED / 1000 - 0.1))) is None
    )


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (said(("thank", 0, 0.3), ("you", 0.3, 0.5), ratio=LOOP + 0.1), "repetition"),
        (said(("hm", 0, 0.5), logprob=UNSURE - 0.1), "unsure"),
    ],
)
def test_loops_and_guesses_are_doubted(candidate: Candidate, reason: str) -> None:
    assert fallback_reason(candidate, speaking((0, 0.6))) == reason


# the Universal Declaration of Human Rights, articles 1 and 2: about 30 s, read aloud
DECLARATIONS = {
    "en": (
        "All human beings are born free and equal in dignity and rights. They are endowed with "
        "reason and conscience and should act towards one another in a spirit of brotherhood. "
        "Everyone is entitled to all the rights and freedoms set forth in this Declaration, "
        "without distinction of any kind, such as race, colour, sex, language, religion, political "
        "or other opinion, national or social origin, property, birth or other status."
    ),
    "hi": (
        "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और "
        "अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए। सभी को इस घोषणा में "
        "सन्निहित सभी अधिकारों और आज़ादियों को प्राप्त करने का हक़ है और इस मामले में जाति, वर्ण, लिंग, भाषा, "
        "धर्म, राजनीति या अन्य विचार-प्रणाली, किसी देश या समाज विशेष में जन्म, सम्पत्ति या किसी प्रकार की "
        "अन्य मर्यादा आदि के कारण भेदभाव का विचार न किया जाएगा।"
    ),
    "zh": (
        "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。人人有资格享有本宣言所载的"
        "一切权利和自由，不分种族、肤色、性别、语言、宗教、政治或其他见解、国籍或社会出身、财产、出生或其他身分等任何区别。"
    ),
}


@pytest.mark.parametrize("text", DECLARATIONS.values(), ids=DECLARATIONS)
def test_ordinary_text_of_any_script_does_not_repeat_itself(text: str) -> None:
    assert compression_ratio(text) < 2


@pytest.mark.parametrize("text", DECLARATIONS.values(), ids=DECLARATIONS)
def test_a_loop_of_any_script_repeats_itself(text: str) -> None:
    assert compression_ratio(text[:30] * 6) > LOOP


def test_ascii_has_the_ratio_of_openai_whisper() -> None:
    plain = DECLARATIONS["en"].encode()
    assert compression_ratio(DECLARATIONS["en"]) == len(plain) / len(zlib.compress(plain))
    assert compression_ratio("") == 0


def test_a_tile_is_cut_around_what_was_missed() -> None:
    tile = speaking((0, 8), (9, 14), (15, 22), (23, 29))
    candidate = joined([talking(0, 8), talking(15, 29)])
    assert missed_runs(candidate.words, tile.speech)[0][0][0] > 8_000
    assert [
        (part.start / SAMPLE_RATE, part.end / SAMPLE_RATE) for part in pieces(tile, candidate)
    ] == [
        (0, 8.48),
        (8.48, 14.496),
        (14.496, 30),
    ]


def _silences_to_cut(tile: Tile) -> bool:
    """True if a silence has more than a second of the tile on both sides."""
    return any(
        before[1] > tile.start + SAMPLE_RATE and after[0] < tile.end - SAMPLE_RATE
        for before, after in pairwise(tile.speech)
    )


@given(spans, st.integers(0, 300))
def test_pieces_partition_the_tile_and_share_out_its_speech(
    frames: list[tuple[int, int]], until: int
) -> None:
    speech, here = [], 512 * 1000
    for gap, length in frames:
        speech.append((here + gap * FRAME, here + (gap + length) * FRAME))
        here = speech[-1][1]
    tile = Tile(index=3, channel=1, start=512 * 1000, end=here + FRAME, speech=tuple(speech))
    parts = pieces(tile, talking(32, 32 + until / 10))
    assert [part.start for part in parts] == [tile.start, *(part.end for part in parts[:-1])]
    assert parts[-1].end == tile.end
    spoken = [span for part in parts for span in part.speech]
    assert sum(end - start for start, end in spoken) == tile.spoken
    assert spoken == list(tile.speech) or not _silences_to_cut(tile), "else cut at silences alone"
    assert {(part.index, part.channel) for part in parts} == {(3, 1)}


def test_a_tile_without_silences_is_cut_where_the_words_beside_the_missed_run_end_and_begin() -> (
    None
):
    tile = speaking((0, 30))
    cut = [
        part.end / SAMPLE_RATE for part in pieces(tile, joined([talking(0, 9), talking(18, 30)]))
    ]
    assert cut == pytest.approx([9, 18, 30], abs=FRAME / SAMPLE_RATE)


def test_nothing_is_cut_within_speech_where_no_words_are_missing() -> None:
    tile = speaking((0, 30))
    assert pieces(tile, talking(0, 30)) == [tile]


def test_the_reading_that_accounts_for_more_speech_is_kept_with_both_scores() -> None:
    tile = speaking((0, 10))
    evidence = compare("speech without words", talking(0, 5), talking(0, 10), tile)
    assert (evidence.kept, evidence.first.words, evidence.second.words) == ("second", 15, 30)
    assert evidence.first.unaccounted > 4_000 > evidence.second.unaccounted
    assert compare("speech without words", talking(0, 10), talking(0, 5), tile).kept == "first"


def test_a_reading_that_repeats_itself_is_never_better() -> None:
    loop = said(*(("you", i / 3, (i + 1) / 3) for i in range(30)), ratio=9)
    assert compare("repetition", loop, talking(0, 4), speaking((0, 10))).kept == "second"
    assert compare("speech without words", talking(0, 4), loop, speaking((0, 10))).kept == "first"


def test_words_where_the_model_itself_hears_no_speech_are_not_believed() -> None:
    long, short = speaking((0, 3)), speaking((0, 0.5))
    assert hears_nothing(said(("Thanks", 0, 1), logprob=-1.2, no_speech=0.8), long)
    assert not hears_nothing(said(("Thanks", 0, 1), logprob=-0.3, no_speech=0.8), long), (
        "it is sure of its words"
    )
    assert hears_nothing(said(("Thanks", 0, 1), logprob=-0.3, no_speech=0.8), short), (
        "but of half a second it can't be"
    )


def test_a_piece_that_is_speech_speaks_for_its_tile() -> None:
    """Else half a minute of speech in noise went with a breath beside it."""
    guessed = said(("mm", 0, 9), logprob=UNSURE - 0.2, no_speech=0.1)
    doubtful = said(("Well", 10, 11), logprob=UNSURE + 0.1, no_speech=0.8)
    tile = speaking((0, 9), (10, 13))
    assert not hears_nothing(joined([guessed, doubtful]), tile)
    assert joined([guessed, doubtful]).no_speech_prob == 0.1


def test_doubts_of_words_that_were_taken_away_count_no_more() -> None:
    loop = said(*(("la", 20, 21),) * 50, logprob=UNSURE - 0.1, ratio=9, no_speech=0.9)
    noise = without_invented(loop, speaking((20, 22)))
    assert noise.words == ()
    second = joined([talking(0, 10), noise])
    assert second.compression_ratio < LOOP
    assert (
        compare("speech without words", talking(0, 5), second, speaking((0, 10), (20, 22))).kept
        == "second"
    )


def of_full_length(words: Candidate, ratio: float = 1.5) -> Candidate:
    """With as many tokens as fit."""
    return replace(words, full=True, compression_ratio=ratio)


def test_a_full_reading_breaks_off_unless_it_is_a_loop() -> None:
    assert of_full_length(talking(0, 9)).breaks_off
    assert not talking(0, 9).breaks_off
    assert not of_full_length(talking(0, 9), ratio=LOOP + 0.1).breaks_off


TWO_PARTS = speaking((0, 10), (11, 20), end=20)


def test_a_piece_that_was_read_well_is_not_read_again() -> None:
    first = talking(0, 10)
    well, missed = pieces(TWO_PARTS, first)
    kept = believed(first, well)
    assert kept is not None
    assert kept.words == first.words
    assert kept.tokens == first.tokens
    assert believed(first, missed) is None


def test_a_piece_keeps_its_share_of_the_words() -> None:
    tile = speaking((0, 10), (11, 14), (15, 20), end=20)
    before, after = talking(0, 10), talking(15, 20)
    parts = pieces(tile, joined([before, after]))
    kept = [believed(joined([before, after]), part) for part in parts]
    assert [each and each.words for each in kept] == [before.words, None, after.words]
    assert [each and each.tokens for each in kept] == [before.tokens, None, after.tokens]


@pytest.mark.parametrize("doubt", [{"logprob": UNSURE - 0.1}, {"ratio": LOOP + 0.1}])
def test_nothing_is_kept_of_a_reading_that_guesses_or_repeats_itself(
    doubt: dict[str, float],
) -> None:
    words = [(word.text, word.start / 1000, word.end / 1000) for word in talking(0, 10).words]
    first = said(*words, **doubt)
    assert [believed(first, part) for part in pieces(TWO_PARTS, first)] == [None, None]


def test_a_piece_without_words_is_not_kept_even_if_it_has_no_speech_to_speak_of() -> None:
    first = talking(0, 10)
    assert believed(first, speaking((12, 12.5), start=11, end=20)) is None
