"""docs/cost.md says what the simulator says."""

import json
import statistics

from benchmarks.cost import LENGTHS, PAGE, RESULT, hour_usd, job_of, written
from fanscribe.planner import CHEAPEST, FASTEST, USUAL, plan, what_binds
from fanscribe.simulator import WORST


def test_the_pages_tables_are_those_of_the_simulator() -> None:
    assert written(PAGE.read_text("utf-8")) == PAGE.read_text("utf-8"), "python -m benchmarks.cost makes them anew"


def test_turbo_costs_less_than_fifteen_cents_an_hour() -> None:
    assert hour_usd("large-v3-turbo", CHEAPEST) < hour_usd("large-v3-turbo", USUAL) < 0.15


def test_at_ten_the_accounts_limit_stands_in_the_way_of_a_day_and_at_three_thousand_splitting_does() -> None:
    for model in ("large-v3-turbo", "large-v3"):
        assert what_binds(job_of(model, LENGTHS["24 h"], 10), USUAL)[0].name == "the account's concurrency of 10"
        assert what_binds(job_of(model, LENGTHS["24 h"], 3_000), USUAL)[0].name.startswith("splitting")


def test_a_days_fan_out_takes_little_longer_than_half_an_hours() -> None:
    """Without splitting, which does not fan out: within the tile that is read again, and the environments' arrival."""
    for model in ("large-v3-turbo", "large-v3"):
        half, day = (plan(job_of(model, LENGTHS[length], 3_000), FASTEST).transcribe_s for length in ("30 min", "24 h"))
        assert day < half * WORST


def test_the_committed_runs_were_foretold_within_a_fifth_by_their_medians() -> None:
    """Holds the committed result, and so the page's claim; measuring it again is python -m benchmarks.forecast."""
    workers = json.loads(RESULT.read_text())["workers"]
    assert workers.keys() == {"1", "2", "4"}
    for runs in workers.values():
        assert 0.8 <= statistics.median(run["foretold"] for run in runs) <= 1.2
