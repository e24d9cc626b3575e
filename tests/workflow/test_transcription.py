"""From an upload to a transcript, as AWS would run it."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from moto.events.models import EventPattern
from whisper_normalizer.english import EnglishTextNormalizer

from fanscribe.audio.decode import write_wav
from fanscribe.planning.prices import price_list
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from tests.conftest import ROOT, SAMPLE
from tests.support.workflow import all_keys, an_engine, transcribed, transcripts

RECORDINGS = "fanscribe-recordingsbucket"
WORDS = f"s3://{RECORDINGS}/words.mp3"


@pytest.fixture(scope="module")
def execution(engine: Engine) -> Execution:
    """The sample, uploaded to the bucket that the rule listens to."""
    return engine.run(engine.upload(SAMPLE, {"language": "en"}))


@pytest.fixture(scope="module")
def printed(engine: Engine, execution: Execution) -> dict[str, Any]:
    """Its JSON transcript."""
    found: dict[str, Any] = json.loads(transcripts(engine, execution)["json"])
    return found


def test_the_sample_is_understood(printed: dict[str, Any]) -> None:
    normal = EnglishTextNormalizer()
    reference = SAMPLE.with_suffix(".txt").read_text()
    assert jiwer.wer(normal(reference), normal(printed["text"])) < 0.04


def test_times_are_inside_the_recording_and_never_go_back(printed: dict[str, Any]) -> None:
    edges = [edge for word in printed["words"] for edge in (word["start"], word["end"])]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= printed["duration"]


def test_the_ledger_accounts_for_every_sample(printed: dict[str, Any]) -> None:
    tiles = printed["ledger"]["tiles"]
    assert tiles[0]["start"] == 0
    assert tiles[-1]["end"] == printed["ledger"]["samples"]
    assert all(before["end"] == after["start"] for before, after in pairwise(tiles))
    assert {tile["state"] for tile in tiles} == {"transcribed", "silent"}
    assert printed["complete"] is True


def test_no_word_is_in_the_long_pause(printed: dict[str, Any]) -> None:
    """The sample has 13 seconds of silence from 3:54.3 to 4:07.3."""
    assert not [word for word in printed["words"] if word["end"] > 235.5 and word["start"] < 246.5]


def test_every_format_says_the_same(
    engine: Engine, execution: Execution, printed: dict[str, Any]
) -> None:
    written = transcripts(engine, execution)
    assert written.keys() == {"json", "srt", "vtt", "txt"}
    said = printed["text"].split()
    assert written["txt"].decode().split() == said
    for name in ("srt", "vtt"):
        lines = [
            line
            for line in written[name].decode().splitlines()
            if "-->" not in line and not line.isdigit() and line != "WEBVTT"
        ]
        assert " ".join(lines).split() == said


def test_the_history_shows_the_fan_out(
    engine: Engine, execution: Execution, printed: dict[str, Any]
) -> None:
    (run,) = engine.states.list_map_runs(executionArn=execution.arn)["mapRuns"]
    counts = engine.states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
    chunks = -(-len(printed["ledger"]["tiles"]) // 4)
    assert (counts["total"], counts["succeeded"], counts["failed"]) == (chunks, chunks, 0)
    assert {pool.function.name: pool.busiest for pool in engine.pools.values()}[
        "TranscribeFunction"
    ] == 2


def test_the_output_says_what_the_job_used_and_the_transcript_does_not(
    execution: Execution, printed: dict[str, Any]
) -> None:
    assert execution.output is not None
    usage = execution.output["usage"]
    assert usage["audio_s"] == pytest.approx(printed["duration"], abs=0.01)
    assert usage["transcribe_s"] > 0
    assert usage["rtf"] == pytest.approx(usage["transcribe_s"] / usage["audio_s"], abs=1e-3)
    assert usage["gb_seconds"] > 10 * usage["transcribe_s"], (
        "Transcribe has 10 GB, and Split and Merge count too"
    )
    assert usage["usd"] == pytest.approx(
        usage["gb_seconds"] * price_list().aws.lambda_gb_second.usd, abs=1e-5
    )
    assert "usage" not in printed


@pytest.mark.parametrize("name", ["console.json", "uri.json"])
def test_an_execution_started_by_hand_says_the_same(
    engine: Engine, printed: dict[str, Any], name: str
) -> None:
    by_hand = engine.run(json.loads((ROOT / "events" / name).read_text()))
    assert json.loads(transcripts(engine, by_hand)["json"])["words"] == printed["words"]


def test_the_rule_of_the_template_matches_the_upload_and_not_a_transcript(engine: Engine) -> None:
    # moto has no TestEventPattern; this is what its rules use
    pattern = EventPattern.load(json.dumps(engine.deployment.rule))
    event = json.loads((ROOT / "events" / "upload.json").read_text())
    assert pattern.matches_event(event)
    event["detail"]["bucket"]["name"] = engine.bucket("TranscriptsBucket")
    assert not pattern.matches_event(event)


def test_silence_makes_an_empty_transcript_and_no_children(engine: Engine, tmp_path: Path) -> None:
    recording = tmp_path / "silence.wav"
    recording.write_bytes(write_wav(np.zeros(50 * 16_000, np.int16)))
    execution = engine.run(engine.upload(recording, {}))
    silent = json.loads(transcripts(engine, execution)["json"])
    assert (silent["text"], silent["words"], silent["complete"]) == ("", [], True)
    assert {tile["state"] for tile in silent["ledger"]["tiles"]} == {"silent"}
    assert engine.states.list_map_runs(executionArn=execution.arn)["mapRuns"] == []


@pytest.mark.parametrize(
    ("started_with", "error", "message"),
    [
        (
            {"bucket": RECORDINGS, "key": "nowhere.mp3"},
            "RecordingNotFound",
            f"no s3://{RECORDINGS}/nowhere.mp3",
        ),
        ({"bucket": RECORDINGS}, "InvalidInput", "key: field required"),
        ({"uri": WORDS}, "UnreadableRecording", "words.mp3 can't be read as audio or video"),
        (
            {"uri": WORDS, "options": {"language": "fr"}},
            "UnsupportedLanguage",
            "does not know the language 'fr'",
        ),
        ({"uri": WORDS, "options": {"beam": 5}}, "InvalidOption", "no option 'beam'"),
    ],
)
def test_bad_input_fails_at_once_by_name(
    engine: Engine, started_with: dict[str, Any], error: str, message: str
) -> None:
    engine.s3.put_object(
        Bucket=engine.bucket("RecordingsBucket"), Key="words.mp3", Body=b"only words " * 100
    )
    failed = engine.run(started_with)
    assert (failed.status, failed.error) == ("FAILED", error)
    assert message in failed.message
    history = engine.states.get_execution_history(executionArn=failed.arn)["events"]
    scheduled = [
        event["taskScheduledEventDetails"]["resource"]
        for event in history
        if event["type"] == "TaskScheduled"
    ]
    assert scheduled == ["invoke"], "bad input is not retried"
    assert not [key for key in all_keys(engine, "TranscriptsBucket") if key.startswith("words.mp3")]


@pytest.mark.long
def test_the_transcript_does_not_depend_on_the_fan_out(tmp_path: Path) -> None:
    """Same bytes in every format for 1, 4 and 64 tiles a chunk, as many as the planner chooses (0),
    fewer and fewer, read by one worker, by two, and by two readers of one process.
    """
    made = []
    guided = {"GuidedChunks": "true", "BatchTiles": "8"}
    shared = {"MapConcurrency": "1", "BatchTiles": "2"}
    for workers, chunk_tiles, more in [
        (2, 4, {}),
        (2, 1, {}),
        (1, 64, {}),
        (2, 0, {}),
        (2, 8, guided),
        (2, 64, shared),
    ]:
        with an_engine(tmp_path, workers, ChunkTiles=str(chunk_tiles), **more) as engine:
            made.append(transcribed(engine))
    assert all(other == made[0] for other in made[1:])
