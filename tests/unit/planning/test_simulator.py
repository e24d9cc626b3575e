"""The simulator, as laws."""

import json

import cfnlint.decode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanscribe.audio.sections import FEWEST, MOST, SECTION_S
from fanscribe.planning import fan_out, simulator
from fanscribe.planning.prices import GB, VCPU_MB, ModelSpeed, price_list, speed_of, speeds
from fanscribe.planning.simulator import AGAIN, FIRST_DECODING, Fleet, Forecast, Work, simulate
from tests.conftest import ROOT

STAGES = speeds().stages
PRICES = price_list().aws
TINY = speed_of("tiny.en")
# on cores a third as fast
SLOW = speed_of("large-v3").model_copy(update={"serial_s": 0.2, "work_s": 40.0})
TEMPLATE = cfnlint.decode.decode_str((ROOT / "template.yaml").read_text())[0]
DEFINITION = json.loads((ROOT / "statemachine" / "transcription.asl.json").read_text())
SECTIONS = DEFINITION["States"]["SplitSections"]["ItemProcessor"]["States"]
CHILD = DEFINITION["States"]["TranscribeChunks"]["ItemProcessor"]["States"]

models = st.sampled_from(speeds().models)
tiles = st.integers(1, 1_500)
chunk_tiles = st.integers(1, 60)
places = st.integers(1, 5_000)


def run(
    count: int, size: int, fleet: Fleet, model: ModelSpeed = TINY, *, audio_s: float | None = None
) -> Forecast:
    work = Work(audio_s=count * 28 if audio_s is None else audio_s, tiles=count, chunk_tiles=size)
    return simulate(work, fleet, model, STAGES, price_list().aws)


def a_fleet(allowed: int, account: int | None = None, most_sections: int = MOST) -> Fleet:
    return Fleet(
        map_concurrency=allowed, account_concurrency=account or allowed, most_sections=most_sections
    )


@given(tiles, chunk_tiles, places, places, models)
def test_more_concurrency_is_never_slower(
    count: int, size: int, one: int, other: int, model: ModelSpeed
) -> None:
    fewer, more = sorted((one, other))
    assert (
        run(count, size, a_fleet(more), model).wall_s
        <= run(count, size, a_fleet(fewer), model).wall_s + 1e-6
    )


@given(tiles, chunk_tiles, st.tuples(places, places), places, models)
def test_an_account_that_allows_more_is_never_slower(
    count: int, size: int, accounts: tuple[int, int], allowed: int, model: ModelSpeed
) -> None:
    fewer, more = sorted(accounts)
    narrow, wide = (
        run(count, size, a_fleet(allowed, fewer), model),
        run(count, size, a_fleet(allowed, more), model),
    )
    assert wide.wall_s <= narrow.wall_s + 1e-6


@given(tiles, st.integers(1, 500), chunk_tiles, places, models)
def test_longer_is_never_cheaper_nor_faster(
    count: int, further: int, size: int, allowed: int, model: ModelSpeed
) -> None:
    """But for splitting, which is faster where more share it."""
    short, long = (
        run(count, size, a_fleet(allowed), model),
        run(count + further, size, a_fleet(allowed), model),
    )
    assert long.usd >= short.usd
    assert long.wall_s - long.split_s >= short.wall_s - short.split_s - 1e-6
    assert long.split_s >= short.split_s or long.sections > short.sections


@given(tiles, chunk_tiles, places, places, models)
def test_apart_from_cold_starts_the_cost_does_not_depend_on_concurrency(
    count: int, size: int, one: int, other: int, model: ModelSpeed
) -> None:
    def warm(forecast: Forecast) -> float:
        read = forecast.environments * (STAGES.start_s + model.load_s) * Fleet().memory_mb
        split = forecast.splitters * STAGES.split_start_s * Fleet().split_mb
        return forecast.gb_seconds - (read + split) / GB

    first, second = run(count, size, a_fleet(one), model), run(count, size, a_fleet(other), model)
    assert warm(first) == pytest.approx(warm(second))
    assert first.transitions == second.transitions


@pytest.mark.parametrize("audio_s", [1_800, 10_000, 86_400])
def test_more_memory_for_split_makes_it_no_faster(audio_s: float) -> None:
    """One thread listens, and takes longer than the one that decodes: 2,412 MB are enough."""
    usual, most = (
        simulate(Work(audio_s=audio_s, tiles=1, chunk_tiles=1), fleet, TINY, STAGES, PRICES)
        for fleet in (Fleet(), Fleet(split_mb=10_240))
    )
    assert usual.split_s == most.split_s
    assert usual.usd < most.usd


@given(tiles, chunk_tiles, places, places, models)
def test_nothing_is_faster_than_its_critical_path_nor_than_its_work_shared_out(
    count: int, size: int, allowed: int, account: int, model: ModelSpeed
) -> None:
    forecast = run(count, size, a_fleet(allowed, account), model)
    fixed = forecast.split_s + forecast.merge_s + STAGES.states_s
    assert forecast.wall_s >= fixed + forecast.longest_chunk_s - 1e-6
    assert forecast.wall_s >= fixed + count * 0.8 * model.tile_s(10_240) / min(allowed, account)
    assert forecast.environments <= min(allowed, account, forecast.chunks)


@given(tiles, chunk_tiles, places, st.integers(1, 5_000), models)
def test_throttled_children_are_never_faster_than_children_that_wait_for_their_turn(
    count: int, size: int, account: int, more: int, model: ModelSpeed
) -> None:
    throttled = run(count, size, a_fleet(account + more, account), model)
    assert throttled.wall_s >= run(count, size, a_fleet(account), model).wall_s - 1e-6


@given(st.integers(0, 100_000), chunk_tiles)
def test_silence_is_split_and_merged_and_nothing_else(audio_s: int, size: int) -> None:
    forecast = run(0, size, a_fleet(10), audio_s=audio_s)
    assert (forecast.chunks, forecast.environments, forecast.transcribe_s) == (0, 0, 0)
    assert forecast.wall_s == pytest.approx(forecast.split_s + forecast.merge_s + STAGES.states_s)


DAY = 3_086  # tiles
LONG = FEWEST * SECTION_S


def test_a_day_is_split_by_twenty_invocations_in_less_than_a_quarter_of_the_time_of_one() -> None:
    one, twenty = (
        run(DAY, 10, a_fleet(3_000, most_sections=most), audio_s=24 * 3600) for most in (1, MOST)
    )
    assert (one.sections, one.splitters) == (1, 1)
    assert (twenty.sections, twenty.splitters) == (20, 20), (
        "one finds the environment of the first decoding"
    )
    assert twenty.split_s < one.split_s / 4
    assert twenty.transitions - one.transitions == 20 + 3
    assert one.gb_seconds < twenty.gb_seconds
    assert one.usd < twenty.usd < one.usd + 0.03


@given(st.integers(0, LONG - 1), places)
def test_a_recording_under_three_hours_is_split_by_one(audio_s: int, allowed: int) -> None:
    forecast = run(1, 1, a_fleet(allowed), audio_s=audio_s)
    assert forecast.split_s == pytest.approx(
        STAGES.split_start_s + audio_s * (STAGES.fetch_s + STAGES.listen_s)
    )
    assert forecast == run(1, 1, a_fleet(allowed, most_sections=1), audio_s=audio_s)
    assert run(1, 1, a_fleet(allowed), audio_s=LONG).sections == FEWEST


def test_sections_wait_for_one_another_where_the_account_allows_few() -> None:
    splits = [run(DAY, 10, a_fleet(account)) for account in (1, 3, 10, 20)]
    walls = [forecast.split_s for forecast in splits]
    assert walls == sorted(walls, reverse=True)
    assert walls[0] > 4 * walls[-1], (
        "one after the other, each fetches and skips what comes before it"
    )
    assert [forecast.splitters for forecast in splits] == [1, 3, 10, 20]
    throttled = run(DAY, 10, a_fleet(100, 10))
    assert throttled.split_s > walls[2], "ten ask again, some time after there is room"


def test_sound_that_is_stored_more_slowly_than_it_is_decoded_holds_splitting_up() -> None:
    slow = STAGES.model_copy(update={"upload_s": 2 * STAGES.listen_s})
    for audio_s in (3600, 24 * 3600):
        work = Work(audio_s=audio_s, tiles=1, chunk_tiles=1)
        usual, later = (
            simulate(work, a_fleet(100), TINY, stages, price_list().aws).split_s
            for stages in (STAGES, slow)
        )
        assert later > usual * 1.1


def test_a_thousand_environments_come_at_once_and_the_others_at_a_hundred_a_second() -> None:
    large = speed_of("large-v3")
    one, all_at_once, three_thousand = (
        run(count, 1, a_fleet(3_000), large).transcribe_s for count in (1, 1_000, 3_000)
    )
    assert all_at_once < one * (1 + AGAIN), "a fallback, and no waiting"
    assert 20 < three_thousand - one < 50, (
        "2,000 further ones take 20 s, and a throttled child asks again some time after"
    )


def test_only_over_a_day_may_a_thousand_throttled_children_lose_patience() -> None:
    assert not run(3_086, 1, a_fleet(1_000, 10), SLOW).may_give_up
    one_core = Fleet(memory_mb=1_769, map_concurrency=1_000, account_concurrency=1)
    day_and_a_half = run(3_086, 1, one_core, SLOW)
    assert day_and_a_half.wall_s > 24 * 3600
    assert day_and_a_half.may_give_up
    assert not run(3_086, 1, one_core.model_copy(update={"map_concurrency": 1}), SLOW).may_give_up


def test_a_chunk_that_passes_the_15_minutes_is_called_again() -> None:
    fleet = Fleet(memory_mb=7_000)
    forecast = run(300, 300, fleet, SLOW)
    assert forecast.transitions - run(300, 300, fleet).transitions == 2 * 3, (
        "four calls instead of one"
    )


def test_less_than_a_core_takes_as_much_longer() -> None:
    tiny = speed_of("tiny.en")
    assert tiny.tile_s(VCPU_MB // 2) == pytest.approx(2 * tiny.tile_s(VCPU_MB), rel=0.01)


def test_a_chunk_takes_as_long_as_its_readers_and_no_less_than_its_longest_tile() -> None:
    fleet = Fleet(memory_mb=6 * VCPU_MB)
    base = speed_of("base")
    around = STAGES.start_s + base.load_s + STAGES.invoke_s
    one, six, seven = (
        run(count, count, fleet, base).longest_chunk_s - around for count in (1, 6, 7)
    )
    first = base.reader_s(fleet.memory_mb) * FIRST_DECODING
    assert base.readers(fleet.memory_mb) == 6
    assert six - one == pytest.approx(0)
    assert one == pytest.approx(first)
    assert seven == pytest.approx((1 + AGAIN) * first), "the seventh is read again"


def test_what_the_simulator_knows_of_the_state_machine_is_in_the_state_machine() -> None:
    throttling = CHILD["Transcribe"]["Retry"][0]
    assert throttling["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    assert throttling["JitterStrategy"] == "FULL"
    assert (
        throttling["IntervalSeconds"],
        throttling["BackoffRate"],
        throttling["MaxDelaySeconds"],
        throttling["MaxAttempts"],
    ) == (
        fan_out.RETRY_S,
        fan_out.BACKOFF,
        fan_out.LONGEST_RETRY_S,
        fan_out.TRIES,
    )
    assert SECTIONS["SplitSection"]["Retry"][0] == throttling
    usual = [name for name in DEFINITION["States"] if name != "DetectLanguage"]
    assert len(usual) >= simulator.JOB_STATES
    assert DEFINITION["States"]["SplitSections"]["Next"] == "Split"
    assert DEFINITION["States"]["Split"]["Next"] == "WhatRemains"
    assert list(SECTIONS) == ["SplitSection"]
    assert CHILD["TilesRemain"]["Choices"][0]["Next"] == "Transcribe"
    assert CHILD["TilesRemain"]["Default"] == "ChunkDone"


def test_what_the_simulator_knows_of_the_template_is_in_the_template() -> None:
    functions = {
        name: TEMPLATE["Resources"][f"{name}Function"]["Properties"]
        for name in ("Split", "Transcribe", "Merge")
    }
    assert functions["Split"]["MemorySize"] == {"Ref": "SplitMemory"}
    assert functions["Split"]["Environment"]["Variables"]["SPLIT_MEMORY"] == {"Ref": "SplitMemory"}
    assert TEMPLATE["Parameters"]["SplitMemory"]["Default"] == Fleet().split_mb
    assert functions["Merge"]["MemorySize"] == simulator.MERGE_MB
    memory = functions["Transcribe"]["MemorySize"]
    assert (
        memory
        == functions["Split"]["Environment"]["Variables"]["TRANSCRIBE_MEMORY"]
        == {"Ref": "TranscribeMemory"}
    )
    assert TEMPLATE["Parameters"]["TranscribeMemory"]["Default"] == Fleet().memory_mb
    assert TEMPLATE["Globals"]["Function"]["Timeout"] == simulator.TIMEOUT_S
    parameters = TEMPLATE["Parameters"]
    assert parameters["MapConcurrency"]["Default"] == Fleet().map_concurrency
    assert parameters["BatchTiles"]["Default"] == Fleet().batch_tiles
