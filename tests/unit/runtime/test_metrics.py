"""An invocation's measurements reach its log, however it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from fanscribe.errors import IncompleteTranscript, RecordingNotFound
from fanscribe.runtime.logs import observed
from fanscribe.runtime.metrics import (
    measure_batch,
    measure_given_up,
    measure_pace,
    measure_transcript,
    metrics,
)
from fanscribe_local.emulator.worker import Context
from tests.support.builders import a_reading, a_tile, words
from tests.support.monitoring import emitted

CONTEXT: Any = Context("request", "arn", 0.0, "MergeFunction", "$LATEST", "1769", "group", "stream")
MINUTE_AND_A_HALF = 90 * 16_000  # samples


@pytest.fixture(autouse=True)
def _nothing_measured_yet() -> None:
    """Other tests call what measures, without the decorator that tells."""
    metrics.clear_metrics()


def invoke(work: Callable[[], None], execution: str = "arn") -> None:
    @observed
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
        work()
        return {}

    handler({"execution": execution}, CONTEXT)


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
    return {
        metric.name: values
        for metric, values in emitted(capsys.readouterr().out)
        if metric.name != "ColdStart"
    }


def test_batches_are_measured_by_tiles_and_an_invocation_by_its_time_for_a_second_of_audio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tiles = [a_tile(0, 0, 20), a_tile(1, 20, 40), a_tile(2, 40, 60)]
    readings = [a_reading(tile.index, words("one")) for tile in tiles]

    def two_batches() -> None:
        measure_batch(readings[:2])
        measure_batch(readings[2:])
        measure_pace(tiles, 6)

    invoke(two_batches)
    assert printed(capsys) == {"TilesRead": [2, 1], "TilesReadAgain": [0, 0], "RTF": [0.1]}


def test_an_invocation_that_read_nothing_has_no_pace(capsys: pytest.CaptureFixture[str]) -> None:
    def gives_up() -> None:
        measure_given_up(1)
        measure_pace([], 6)

    invoke(gives_up)
    assert printed(capsys) == {"TilesGivenUp": [1]}


def test_what_was_measured_is_reported_when_the_invocation_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails_at_the_end() -> None:
        measure_given_up(2)
        measure_transcript(MINUTE_AND_A_HALF, 0.25)
        raise IncompleteTranscript("some")

    with pytest.raises(IncompleteTranscript):
        invoke(fails_at_the_end)
    assert printed(capsys) == {"TilesGivenUp": [2], "AudioTime": [90], "SpeechMissing": [25]}


def test_an_invocation_that_measured_nothing_says_nothing_and_leaves_nothing_to_the_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuses() -> None:
        raise RecordingNotFound("none")

    # silenced outside of tests
    with (
        pytest.warns(UserWarning, match="No application metrics"),
        pytest.raises(RecordingNotFound),
    ):
        invoke(refuses, "first")
    assert printed(capsys) == {}
    invoke(lambda: measure_transcript(MINUTE_AND_A_HALF, 0), "second")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert '"correlation_id":"second"' in line
