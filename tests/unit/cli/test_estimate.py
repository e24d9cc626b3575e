"""`fanscribe estimate`: what it says, and how it exits."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fanscribe.planning.prices import price_list
from fanscribe_local.cli.estimate import as_seconds
from fanscribe_local.cli.main import command
from tests.conftest import SAMPLE
from tests.support.audio import a_tone, a_wav, decoded
from tests.support.builders import a_model_folder


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["estimate", *arguments])


def figures(*arguments: str) -> dict[str, Any]:
    done = typed(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_a_recording_is_shown_its_chunks_time_cost_and_limit_with_the_prices_date() -> None:
    done = typed(str(SAMPLE), "--model", "large-v3-turbo")
    assert done.exit_code == 0
    first, *rest = done.output.splitlines()
    assert (
        first
        == "lighthouse-talk.mp3: 5:30 of audio with large-v3-turbo, 10,240 MB, 100 chunks at once"
    )
    assert [line.split()[0] for line in rest] == ["chunks", "wall", "cost", "limited", "model"]
    assert f"at list prices of {price_list().aws.read} (us-east-1)" in done.output
    assert "synthetic, as large-v3-turbo" in done.output


def test_the_length_of_a_file_is_the_same_from_its_header_as_by_decoding(tmp_path: Path) -> None:
    recording = a_wav(tmp_path / "tone.wav", a_tone(90))
    assert figures(str(recording))["audio_s"] == 90.0, "a wav's header counts its samples"
    assert figures(str(SAMPLE))["audio_s"] == decoded(SAMPLE).shape[1] / 16_000, (
        "an mp3's can't be believed"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4h30m", 16_200),
        ("90m", 5_400),
        ("60s", 60),
        ("1h0m5s", 3_605),
        ("24H", 86_400),
        ("", None),
        ("30", None),
        ("5x", None),
    ],
)
def test_a_length_is_written_as_people_write_it(text: str, seconds: float | None) -> None:
    assert as_seconds(text) == seconds


def test_goals_are_met() -> None:
    usual, cheapest, quick = (
        figures("30m", "--model", "tiny.en", "--memory", "3008", *goal)
        for goal in ((), ("--cheapest",), ("--finish-in", "15s"))
    )
    assert cheapest["usd"] < usual["usd"] < quick["usd"]
    assert cheapest["wall_s"] > usual["wall_s"] > quick["wall_s"]
    assert quick["wall_s"] <= 15
    assert quick["in_time"] is True


def test_a_memory_that_serves_the_goal_better_is_named_and_keeps_its_word() -> None:
    asked = ("4h", "--model", "small", "--cheapest")
    best = figures(*asked)["best_memory_mb"]
    there = figures(*asked, "--memory", str(best))
    assert f"memory      {best:,} MB would take" in typed(*asked).output
    assert f"and cost ${there['usd']:.3f}" in typed(*asked).output
    assert "would take" not in typed(*asked, "--memory", str(best)).output


def test_a_goal_that_cannot_be_met_is_reported() -> None:
    assert figures("24h", "--finish-in", "5s")["in_time"] is False
    assert "0:05 can't be had: this is the fastest" in typed("24h", "--finish-in", "5s").output


def test_the_accounts_limit_is_named_and_throttled_chunks_are_warned_of() -> None:
    small = typed(
        "24h",
        "--model",
        "large-v3",
        "--concurrency",
        "1000",
        "--account-concurrency",
        "10",
        "--finish-in",
        "1m",
    ).output
    assert "the account's concurrency of 10" in small
    assert (
        figures("24h", "--concurrency", "7", "--finish-in", "1m")["limits"][0]["name"]
        == "MapConcurrency 7"
    )


def test_ones_own_model_is_judged_by_its_weights(tmp_path: Path) -> None:
    folder = a_model_folder(tmp_path / "mine")
    assert figures("1h", "--model", str(folder))["model_speed"] == "tiny.en"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["nowhere.mp3"],
            2,
            "nowhere.mp3: there is no such file, and it is no length such as 4h30m",
        ),
        (["0s"], 2, "0s: there is no such file"),
        (["/"], 2, "/ is a folder"),
        (
            ["1h", "--model", "huge"],
            2,
            "There is no speed of a model 'huge'. Name a folder, or one of tiny.en",
        ),
        (["1h", "--model", "/"], 2, "there is no model.bin in it"),
        (
            ["1h", "--model", "large-v3", "--memory", "3008"],
            2,
            "large-v3 needs about 5,100 MB, and --memory gives 3,008",
        ),
        (["1h", "--finish-in", "soon"], 2, "'soon' is no length such as 60s"),
        (["1h", "--finish-in", "60s", "--cheapest"], 2, "two goals. Choose one"),
        ([__file__], 1, "test_estimate.py can't be read as audio or video"),
    ],
)
def test_a_wrong_call_and_a_bad_recording_get_one_clear_message(
    arguments: list[str], code: int, message: str
) -> None:
    done = typed(*arguments)
    assert done.exit_code == code
    assert message in done.output
