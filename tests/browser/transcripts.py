"""Transcripts to look at in a browser."""

from dataclasses import replace
from functools import cache

from fanscribe.documents.job import Failure
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.reading import Fallback, Scores, Word
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.ledger import settle_ledger
from tests.support.builders import (
    a_plan,
    a_reading,
    a_transcript,
    tiles,
    told_apart,
    words,
)

AGAIN = Fallback(
    reason="speech without words",
    first=Scores(words=2, unaccounted=9_000, avg_logprob=-0.5, compression_ratio=1.0),
    second=Scores(words=20, unaccounted=0, avg_logprob=-0.3, compression_ratio=1.2),
    kept="second",
)
TALK = (
    "Good evening. Thank you for coming. | Tonight I tell you how lighthouses learned to speak.",
    (
        "The keeper lit the lamp every evening, and every morning he put it out. "
        "Nobody in the café knew."
    ),
    (
        "In the winter of the great storm the glass was broken twice, "
        "and he brought a new pane each time."
    ),
)
ARABIC = (
    "مرحبا بكم جميعا في هذا المساء. أود أن أحدثكم الليلة عن المنارات وكيف تعلمت الكلام مع السفن."
)
HOSTILE = (
    "</p></div></script><script>alert(1)</script> <img/src=x/onerror=alert(2)> "
    "<!--<script> &lt;b&gt; \"quotes\" 'too' ${name} 😀 👩‍👩‍👧 مرحبا 東京 \u202ereversed"
)
HOSTILE_NAME = '<img src=x onerror=alert(3)><svg onload=alert(4)> "Große" & عربي 😀.wav'


def a_talk(name: str = "talk.wav") -> Transcript:
    """Fifty seconds: the second of five tiles was read twice, the fourth is missing; three words
    are unsure.
    """
    plan = a_plan(tiles(5))
    plan = plan.model_copy(update={"recording": plan.recording.model_copy(update={"key": name})})
    readings = {i: a_reading(i, unsure(words(text, i * 10_000))) for i, text in enumerate(TALK)}
    readings[1] = readings[1].model_copy(update={"second_look": AGAIN})
    readings[4] = a_reading(4, words("That is all.", 41_000))
    return build_transcript(
        plan, readings, settle_ledger(plan, readings, {3: Failure(error="BadAudio")})
    )


def unsure(said: tuple[Word, ...]) -> tuple[Word, ...]:
    doubted = ("lighthouses", "lamp", "pane")
    return tuple(
        replace(word, probability=0.3) if word.text.strip() in doubted else word for word in said
    )


def a_conversation() -> Transcript:
    """Two channels, who once speak at the same time."""
    both = (
        *tiles(1, 20),
        *(tile.model_copy(update={"index": 1, "channel": 1}) for tile in tiles(1, 20)),
    )
    plan = a_plan(both, ReadingOptions(channels="separate"))
    asked = words("Good morning, how can I help you?", 500) + words("Of course. Which one?", 8_000)
    answered = words("Hello. My train was cancelled.", 4_000) + words("Eh – the first.", 8_200)
    readings = {0: a_reading(0, asked), 1: a_reading(1, answered)}
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))


@cache
def of_five_speakers(rounds: int = 1) -> Transcript:
    """They take turns. The first has a name."""
    said = (
        "Shall we begin with the lamp? Yes. It was lit every evening. | Who lit it? "
        "The keeper did, and his daughter. | And who put it out in the morning? Nobody knows. "
    )
    return told_apart(a_transcript(said * rounds), [0, 1, 2, 3, 4, 0, 1], {0: "Ada Lovelace"})


def in_arabic() -> Transcript:
    plan = a_plan(tiles(1))
    readings = {0: a_reading(0, words(ARABIC), "ar")}
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))


def hostile() -> Transcript:
    plan = a_plan(tiles(2))
    plan = plan.model_copy(
        update={"recording": plan.recording.model_copy(update={"key": HOSTILE_NAME})}
    )
    readings = {0: a_reading(0, words(HOSTILE)).model_copy(update={"second_look": AGAIN})}
    failure = Failure(error="<script>alert(5)</script>")
    return build_transcript(plan, readings, settle_ledger(plan, readings, {1: failure}))


@cache
def of_many_words(count: int) -> Transcript:
    """360 ms for each word: 40,000 of them are four hours."""
    sentence = "The keeper lit the lamp every evening, and every morning he put it out. "
    said = words(sentence * (count // 14 + 1), each=300, gap=60)[:count]
    plan = a_plan(tiles(said[-1].end // 27_000 + 1, 27))  # 75 words each
    readings = {
        tile.index: a_reading(tile.index, said[tile.index * 75 : (tile.index + 1) * 75])
        for tile in plan.tiles
    }
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))
