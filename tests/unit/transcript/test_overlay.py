"""A redo changes what its range touches and nothing else; at the edges no word is said twice, and
none is lost.
"""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fanscribe.documents.job import Failure
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Plan, Redo, Tile
from fanscribe.documents.reading import Reading, Word
from fanscribe.times import milliseconds
from fanscribe.transcript.build import build_transcript
from fanscribe.transcript.ledger import Ledger, settle_ledger
from fanscribe.transcript.overlay import JobReadings, lay_over
from tests.support.builders import SECOND, a_plan, a_reading, a_tile, tiles, words

HOTWORDS = ReadingOptions(hotwords="Fresnel")
THREE = a_plan(tiles(3))  # of ten seconds each


def said(job: JobReadings) -> list[Word]:
    return [
        word
        for tile in job.plan.tiles
        if tile.index in job.readings
        for word in job.readings[tile.index].words
    ]


def texts(job: JobReadings) -> str:
    return " ".join(word.text.strip() for word in said(job))


def ledger_of(job: JobReadings) -> Ledger:
    return settle_ledger(*job)


def read_job(
    plan: Plan, readings: Sequence[Reading], failures: dict[int, Failure] | None = None
) -> JobReadings:
    return JobReadings(plan, {reading.tile: reading for reading in readings}, failures or {})


def a_redo(
    plan: Plan,
    start: int,
    end: int,
    readings: Sequence[Reading],
    failures: dict[int, Failure] | None = None,
) -> JobReadings:
    """A job with that plan; times in ms."""
    asked = {
        "job": "fedcba9876543210",
        "options": HOTWORDS,
        "model": "base",
        "redo": Redo(base=plan.job, start=start, end=end),
    }
    return read_job(plan.model_copy(update=asked), readings, failures)


# ── What is generated: recordings with speech in them, and what one model or another hears of it ──


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Tiles of 2 to 8 seconds, some of them silent, the last one of any number of samples."""
    ends = draw(st.lists(st.integers(2_000, 8_000), min_size=1, max_size=5))
    parts, start = list[Tile](), 0
    for i, length in enumerate(ends):
        end = start + length * 16 + (draw(st.integers(0, 15)) if i == len(ends) - 1 else 0)
        parts.append(a_tile(i, start / SECOND, end / SECOND, silent=draw(st.integers(0, 4)) == 0))
        start = end
    return a_plan(tuple(parts))


@st.composite
def spoken(draw: st.DrawFn, tile: Tile, name: str) -> Reading:
    """Words anywhere in a tile, one after the other, whose texts tell who said them."""
    first, last = milliseconds(tile.start), milliseconds(tile.end)
    edges = sorted(draw(st.sets(st.integers(first, last), max_size=12)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return a_reading(
        tile.index,
        tuple(
            Word(text=f" {name}{tile.index}.{i}", start=a, end=b, probability=0.9)
            for i, (a, b) in enumerate(pairs)
        ),
    )


@st.composite
def jobs(draw: st.DrawFn) -> JobReadings:
    """Some of its tiles may have failed."""
    plan = draw(plans())
    read = [tile for tile in plan.tiles if not tile.silent and draw(st.integers(0, 5))]
    return read_job(
        plan,
        [draw(spoken(tile, "old")) for tile in read],
        {tile.index: DIED for tile in plan.tiles},
    )


@st.composite
def redos(draw: st.DrawFn, job: JobReadings) -> JobReadings:
    """Redos of any range; some of its tiles may have failed, too."""
    length = milliseconds(job.plan.recording.samples)
    start = draw(st.integers(0, length - 1))
    redo = a_redo(job.plan, start, draw(st.integers(start + 1, length + 1_000)), [])
    read = [tile for tile in redo.plan.scope if not tile.silent and draw(st.integers(0, 5))]
    return redo._replace(
        readings={tile.index: draw(spoken(tile, "new")) for tile in read}, failures=job.failures
    )


DIED = Failure(error="Runtime.ExitError")
cases = jobs().flatmap(lambda job: st.tuples(st.just(job), redos(job)))


def span_of(redo: JobReadings) -> tuple[int, int]:
    assert redo.plan.redo
    return redo.plan.redo.start, redo.plan.redo.end


# ── Laws ──────────────────────────────────────────────────────────────────────────────────────────


@given(cases)
def test_every_word_that_the_range_does_not_touch_stays_as_it_is_and_no_other_stays(
    case: tuple[JobReadings, JobReadings],
) -> None:
    job, redo = case
    start, end = span_of(redo)
    untouched = [word for word in said(job) if word.end <= start or word.start >= end]
    assert [word for word in said(lay_over(job, redo)) if word.text.startswith(" old")] == untouched


@given(cases)
def test_every_word_of_the_redo_is_where_the_range_is_or_where_a_word_was_that_it_touches(
    case: tuple[JobReadings, JobReadings],
) -> None:
    """Or in a stretch that was missing and that it touches."""
    job, redo = case
    start, end = span_of(redo)
    touched = [
        (word.start, word.end) for word in said(job) if word.start < end and start < word.end
    ]
    missing = [
        (milliseconds(tile.start), milliseconds(tile.end))
        for tile in redo.plan.scope
        if tile.index not in job.readings
    ]
    reach = [(start, end), *touched, *missing]
    for word in said(lay_over(job, redo)):
        if word.text.startswith(" new"):
            assert (
                min(first for first, _ in reach)
                <= word.start
                <= word.end
                <= max(last for _, last in reach)
            )


@given(cases)
def test_what_was_read_again_is_in_it_once_and_in_order_but_for_what_is_beyond_the_edges(
    case: tuple[JobReadings, JobReadings],
) -> None:
    job, redo = case
    start, end = span_of(redo)
    new = [word.text for word in said(lay_over(job, redo)) if word.text.startswith(" new")]
    assert new == [word.text for word in said(redo) if word.text in new], "in order, none twice"
    assert {word.text for word in said(redo) if start <= word.start and word.end <= end} <= set(new)


@given(cases)
def test_words_never_overlap_and_the_ledger_partitions_the_recording(
    case: tuple[JobReadings, JobReadings],
) -> None:
    job, redo = case
    result = lay_over(job, redo)
    times = [time for word in said(result) for time in (word.start, word.end)]
    assert times == sorted(times)
    ledger = ledger_of(result)
    assert [tile.start for tile in ledger.tiles] == [0, *(tile.end for tile in ledger.tiles[:-1])]
    assert ledger.tiles[-1].end == ledger.samples
    assert all(tile.start < tile.end for tile in ledger.tiles)
    for tile in result.plan.tiles:
        inside = result.readings[tile.index].words if tile.index in result.readings else ()
        assert all(
            milliseconds(tile.start) <= word.start <= word.end <= milliseconds(tile.end)
            for word in inside
        )


@given(cases)
def test_a_reading_that_is_the_same_changes_no_word_whatever_the_range(
    case: tuple[JobReadings, JobReadings],
) -> None:
    job, redo = case
    same = redo._replace(
        readings={
            tile.index: job.readings[tile.index]
            for tile in redo.plan.scope
            if tile.index in job.readings
        }
    )
    assert said(lay_over(job, same)) == said(job)


@given(cases)
def test_laid_over_twice_is_laid_over_once(case: tuple[JobReadings, JobReadings]) -> None:
    job, redo = case
    once = lay_over(job, redo)
    twice = lay_over(once, redo)
    assert said(twice) == said(once)
    assert ledger_of(twice).complete == ledger_of(once).complete


@given(cases)
def test_the_ledger_says_of_every_stretch_that_was_read_again_by_whom(
    case: tuple[JobReadings, JobReadings],
) -> None:
    job, redo = case
    result = lay_over(job, redo)
    for account in ledger_of(result).tiles:
        inside = result.readings[account.tile].words if account.tile in result.readings else ()
        assert (account.redone is not None) or not any(
            word.text.startswith(" new") for word in inside
        )
        assert (account.redone is None) or not any(word.text.startswith(" old") for word in inside)
        if account.redone:
            assert (account.redone.job, account.redone.model, account.redone.options) == (
                redo.plan.job,
                "base",
                HOTWORDS,
            )


@given(
    st.data(),
    st.lists(st.tuples(st.integers(120, 700), st.integers(0, 300)), min_size=1, max_size=12),
)
def test_the_same_words_at_other_times_are_neither_doubled_nor_lost(
    data: st.DataObject, rhythm: list[tuple[int, int]]
) -> None:
    """Two models agree on the words, and on their times only as far as these overlap."""
    plan, now, first, second = a_plan((a_tile(0, 0, 14),)), 200, list[Word](), list[Word]()
    for i, (length, pause) in enumerate(rhythm):
        first.append(Word(text=f" w{i}", start=now, end=now + length, probability=0.9))
        earliest = second[-1].end if second else 0
        start = data.draw(st.integers(max(earliest, now - 500), now + length - 1))
        end = data.draw(st.integers(max(start, now) + 1, now + length + pause + 60))
        second.append(replace(first[-1], start=start, end=end))
        now += length + pause
    start = data.draw(st.integers(0, now))
    redo = a_redo(
        plan, start, data.draw(st.integers(start + 1, 14_000)), [a_reading(0, tuple(second))]
    )
    result = lay_over(read_job(plan, [a_reading(0, tuple(first))]), redo)
    assert [word.text for word in said(result)] == [word.text for word in first]


# ── Cases ─────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_range_is_repaired_and_the_ledger_has_its_tile_in_three_stretches() -> None:
    job = read_job(
        THREE,
        [
            a_reading(i, words("one two three four", start=i * 10_000 + 1_000, each=900))
            for i in range(3)
        ],
    )
    again = a_reading(1, words("eins zwei drei vier", start=11_000, each=900))
    result = lay_over(job, a_redo(THREE, 12_000, 13_000, [again]))
    assert texts(result) == "one two three four one zwei three four one two three four"
    shown = [
        (tile.start // 16, tile.end // 16, tile.redone and tile.redone.model)
        for tile in ledger_of(result).tiles
    ]
    assert shown == [
        (0, 10_000, None),
        (10_000, 12_000, None),
        (12_000, 13_000, "base"),
        (13_000, 20_000, None),
        (20_000, 30_000, None),
    ]


def test_a_word_that_an_edge_cuts_is_done_again() -> None:
    job = read_job(THREE, [a_reading(0, words("one two three", start=1_000, each=900))])
    result = lay_over(
        job,
        a_redo(THREE, 2_500, 2_600, [a_reading(0, words("eins zwei drei", start=1_000, each=900))]),
    )
    assert texts(result) == "one zwei three"


def test_a_word_that_both_have_is_said_once_though_the_edge_is_between_its_two_times() -> None:
    job = read_job(THREE, [a_reading(0, words("come in please", start=1_000, each=400, gap=0))])
    late = a_reading(0, words("Come, in, now", start=1_250, each=400, gap=0))
    assert texts(lay_over(job, a_redo(THREE, 1_400, 9_000, [late]))) == "come in, now"
    early = a_reading(0, words("Come, in, now", start=750, each=400, gap=0))
    assert texts(lay_over(job, a_redo(THREE, 1_400, 9_000, [early]))) == "come in, now"


def test_what_was_missing_and_is_touched_is_repaired_whole() -> None:
    job = read_job(THREE, [a_reading(0, words("one"))], {1: DIED, 2: DIED})
    assert list(ledger_of(job).missing()) == ["0:10-0:30 (Runtime.ExitError)"]
    result = lay_over(
        job, a_redo(THREE, 12_000, 13_000, [a_reading(1, words("two", start=10_500))])
    )
    assert texts(result) == "one two"
    assert list(ledger_of(result).missing()) == ["0:20-0:30 (Runtime.ExitError)"]


def test_what_the_redo_could_not_read_is_missing_with_its_reason_and_no_more_than_that() -> None:
    job = read_job(THREE, [a_reading(0, words("one two three", start=1_000, each=900))])
    result = lay_over(job, a_redo(THREE, 2_000, 3_000, [], {0: Failure(error="PoisonTile")}))
    assert texts(result) == "one three"
    assert next(iter(ledger_of(result).missing())) == "0:02-0:03 (PoisonTile)"


def test_a_redo_of_a_redo_builds_on_it() -> None:
    job = read_job(THREE, [a_reading(0, words("one two three four", start=1_000, each=900))])
    once = lay_over(
        job,
        a_redo(
            THREE, 2_000, 4_000, [a_reading(0, words("eins zwei drei vier", start=1_000, each=900))]
        ),
    )
    again = a_redo(
        THREE, 3_000, 5_000, [a_reading(0, words("un deux trois quatre", start=1_000, each=900))]
    )
    assert texts(lay_over(once, again)) == "one zwei trois quatre"


def test_channels_keep_their_own_words() -> None:
    two = tuple(a_tile(i, 0, 10).model_copy(update={"channel": i}) for i in range(2))
    plan = a_plan(two, ReadingOptions(channels="separate"))
    job = read_job(
        plan, [a_reading(i, words("one two three", start=1_000, each=900)) for i in range(2)]
    )
    redo = a_redo(
        plan,
        2_000,
        3_000,
        [
            a_reading(0, words("a b c", start=1_000, each=900)),
            a_reading(1, words("x y z", start=1_000, each=900)),
        ],
    )
    result = lay_over(job, redo)
    transcript = build_transcript(result.plan, result.readings, ledger_of(result))
    spoken_in = {0: "", 1: ""}
    for segment in transcript.segments:
        spoken_in[segment.channel or 0] += segment.text
    assert spoken_in == {0: "one b three", 1: "one y three"}
