"""Who says which word: speakers are numbered by their first word, and a segment holds one."""

from fanscribe.documents.plan import Plan
from fanscribe.documents.reading import Word
from fanscribe.speakers.assignment import Turn
from fanscribe.transcript.build import build_transcript
from fanscribe.transcript.conversation import Said, conversation, speakers_of
from fanscribe.transcript.ledger import settle_ledger
from tests.support.builders import a_plan, a_reading, tiles, words

ADA, BEN, CAT = 7, 3, 5  # numbers that mean nothing yet


def said(*texts: tuple[int, str]) -> Said:
    """A tile of ten seconds for each text; ms at which it begins."""
    plan = a_plan(tiles(len(texts)))
    readings = {i: a_reading(i, words(text, start)) for i, (start, text) in enumerate(texts)}
    return Said(plan, readings)


def segments_of(read: Said, *turns: Turn) -> list[tuple[int | None, str]]:
    speaking = conversation({0: turns}, read)
    ledger = settle_ledger(read.plan, read.readings, {})
    made = build_transcript(read.plan, read.readings, ledger, speaking)
    return [(segment.speaker, segment.text) for segment in made.segments]


def test_a_segment_ends_where_the_speaker_changes() -> None:
    read = said((0, "so what do you think well I think so"))
    turns = Turn(0, 2_000, ADA), Turn(2_000, 9_000, BEN)
    assert segments_of(read, *turns) == [(0, "so what do you think"), (1, "well I think so")]


def test_speakers_are_numbered_by_their_first_word() -> None:
    read = said((0, "one two"), (12_000, "three four"))
    found = conversation({0: [Turn(0, 800, ADA), Turn(12_000, 13_000, BEN)]}, read)
    assert [(each.number, each.talk) for each in found.speakers] == [(0, 800), (1, 1_000)]
    assert [turn.speaker for turn in found.turns[0]] == [0, 1]


def test_who_says_no_word_is_no_speaker() -> None:
    read = said((0, "one two"))
    found = conversation({0: [Turn(0, 1_000, ADA), Turn(5_000, 6_000, BEN)]}, read)
    assert [each.number for each in found.speakers] == [0]


def test_numbers_of_the_job_that_is_repaired_stay() -> None:
    base, redone = said((0, "one two"), (12_000, "three")), said((0, ""), (12_000, "three"))
    turns = [Turn(0, 1_000, ADA), Turn(12_000, 13_000, BEN)]
    found = conversation({0: turns}, redone, [base])
    assert [turn.speaker for turn in found.turns[0]] == [0, 1]


def test_channels_have_speakers_of_their_own_in_the_order_of_their_words() -> None:
    plan = a_plan(tiles(2))
    second = plan.tiles[1].model_copy(update={"channel": 1, "start": 0, "end": 160_000})
    both: Plan = plan.model_copy(update={"tiles": (plan.tiles[0], second)})
    read = Said(both, {0: a_reading(0, words("late", 3_000)), 1: a_reading(1, words("early", 0))})
    found = conversation({0: [Turn(0, 9_000, ADA)], 1: [Turn(0, 9_000, BEN)]}, read)
    assert {channel: spoken[0].speaker for channel, spoken in found.turns.items()} == {0: 1, 1: 0}


def a_talk(text: str) -> tuple[Word, ...]:
    return words(text)


def test_a_stray_word_within_a_sentence_stays_in_it_and_a_short_answer_does_not() -> None:
    turns = [Turn(0, 800, ADA), Turn(800, 1_100, BEN), Turn(1_200, 4_000, ADA)]
    assert set(speakers_of(a_talk("we went there by bus"), turns)) == {ADA}
    assert speakers_of(a_talk("We went? Yes. By bus."), turns) == [ADA, ADA, BEN, ADA, ADA]


def test_a_long_remark_is_somebody_else_s_however_the_sentence_goes_on() -> None:
    turns = [Turn(0, 800, ADA), Turn(800, 2_000, BEN), Turn(2_000, 4_000, ADA)]
    found = speakers_of(a_talk("we went I don't believe there by bus"), turns)
    assert found == [ADA, ADA, BEN, BEN, BEN, ADA, ADA, ADA]


def test_nobody_is_known_where_nobody_was_heard() -> None:
    read = said((0, "one two"))
    assert segments_of(read) == [(None, "one two")]
