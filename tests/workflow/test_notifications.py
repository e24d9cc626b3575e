"""Whoever waits for a transcript is told: events of the real state machine, as rules of the template pass them on."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.function_host import FunctionHost
from fanscribe_local.emulator.template import ACCOUNT, REGION
from fanscribe_local.emulator.worker import Answer, error_answer, throttled
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.built_media import a_film
from tests.support.policies import RESOURCES, a_stack
from tests.support.workflow import DEFAULTS, an_engine, transcripts

RECORDINGS = a_stack().resolve({"Ref": "RecordingsBucket"})
RULE = a_stack().resolve(RESOURCES["EmailRule"]["Properties"])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """With two listeners on its bus: a log of all events, and the email's rule, which writes to a log instead."""
    with an_engine(tmp_path_factory.mktemp("logs"), ChunkTiles="1") as running:
        events = running.client("events")
        (target,) = RULE["Targets"]
        listeners = {"events": ({"source": [{"prefix": ""}]}, {}), "sentences": (RULE["EventPattern"], target)}
        for name, (pattern, given) in listeners.items():
            running.client("logs").create_log_group(logGroupName=name)
            events.put_rule(Name=name, EventPattern=json.dumps(pattern))
            arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
            events.put_targets(Rule=name, Targets=[given | {"Id": "log", "Arn": arn}])
        yield running


@pytest.fixture(scope="module")
def clip() -> bytes:
    """The first 40 seconds of the sample: two tiles."""
    return write_wav(decoded(SAMPLE)[0][: 40 * 16_000])


@dataclass(frozen=True)
class Told:
    """What was told of one execution."""

    execution: Execution
    event: dict[str, Any]
    sentence: str

    @property
    def detail(self) -> dict[str, Any]:
        found: dict[str, Any] = self.event["detail"]
        return found


def heard(engine: Engine, log: str) -> list[Any]:
    found = engine.client("logs").filter_log_events(logGroupName=log)["events"]
    return [json.loads(entry["message"]) for entry in found]


def run(engine: Engine, started_with: Any) -> Told:
    """One execution, of which exactly one event tells."""
    execution = engine.run(started_with)
    (event,) = [event for event in heard(engine, "events") if execution.arn in event["resources"]]
    (sentence,) = [sentence for sentence in heard(engine, "sentences") if execution.arn in sentence]
    return Told(execution, event, sentence)


@pytest.fixture(scope="module")
def done(engine: Engine, clip: bytes) -> Told:
    engine.s3.put_object(Bucket=RECORDINGS, Key="talks & more/a {b}.wav", Body=clip)
    return run(engine, {"bucket": RECORDINGS, "key": "talks & more/a {b}.wav", "options": {"formats": ["json", "txt"]}})


@pytest.fixture(scope="module")
def incomplete(engine: Engine, clip: bytes, done: Told) -> Told:
    """After `done`, whose events must not be mixed with its."""

    class BrokenHost(FunctionHost):
        def invoke(self, payload: bytes) -> Answer:
            if json.loads(payload)["chunk"]["first"] == 1:
                return error_answer("BadAudio", "can't be read", "request")
            return super().invoke(payload)

    assert done.execution.status == "SUCCEEDED"
    (host,) = [host for host in engine.hosts.values() if host.function.name == "TranscribeFunction"]
    engine.hosts[host.function.arn] = broken = BrokenHost(host.function, host.environment, host.limit, host.log)
    engine.s3.put_object(Bucket=RECORDINGS, Key="unlucky.wav", Body=clip + b"\0\0")
    told = run(engine, {"uri": f"s3://{RECORDINGS}/unlucky.wav"})
    engine.hosts[host.function.arn] = host
    broken.close()
    return told


def test_a_transcript_that_is_done_is_told_with_where_it_is(engine: Engine, done: Told) -> None:
    output = done.execution.output
    assert output is not None
    assert (done.event["source"], done.event["detail-type"]) == ("fanscribe", "Transcript Done")
    assert done.event["resources"] == [engine.state_machine, done.execution.arn]
    assert done.detail == {
        "execution": done.execution.arn,
        "recording": f"s3://{RECORDINGS}/talks & more/a {{b}}.wav",
        "job": output["job"],
        "transcript": {"bucket": output["bucket"], "keys": output["keys"]},
        "duration": 40.0,
        "words": output["words"],
        "complete": True,
        "message": f"{output['words']} words in 40.0 seconds of sound.",
        "notes": [],
    }
    assert output["message"] == done.detail["message"]
    assert output["keys"].keys() == {"json", "txt"}


def test_what_there_is_to_know_of_a_recording_is_told_without_what_is_written_in_it(engine: Engine) -> None:
    french, comments = ({"language": code, "title": f"a secret {code}"} for code in ("fra", "eng"))
    engine.s3.put_object(Bucket=RECORDINGS, Key="film.mkv", Body=a_film([french, comments]))
    told = run(engine, {"uri": f"s3://{RECORDINGS}/film.mkv"})
    assert told.detail["notes"][0] == (
        "Track 1 (fra) of 2 was transcribed. The recording also has track 2 (eng). The option track takes another one, or all."
    )
    assert told.detail["message"] == " ".join(["0 words in 3.0 seconds of sound.", *told.detail["notes"]])
    assert told.detail["notes"][1].startswith("Nothing was transcribed. Speech was detected in 0% of 3 s;")
    assert "secret" not in f"{told.event}{told.sentence}"
    assert b"a secret eng" in transcripts(engine, told.execution)["json"]


def test_an_incomplete_transcript_is_told_with_what_is_missing_and_where_the_rest_is(engine: Engine, incomplete: Told) -> None:
    execution, detail = incomplete.execution, incomplete.detail
    assert incomplete.event["detail-type"] == "Transcript Incomplete"
    assert (execution.status, execution.error) == ("FAILED", "IncompleteTranscript")
    assert detail["error"] == "IncompleteTranscript"
    assert detail["message"] == execution.message
    assert "(BadAudio)" in detail["message"]
    assert (detail["recording"], detail["execution"]) == (f"s3://{RECORDINGS}/unlucky.wav", execution.arn)
    where = detail["transcript"]
    kept = json.loads(engine.s3.get_object(Bucket=where["bucket"], Key=where["keys"]["json"])["Body"].read())
    assert kept["complete"] is False
    assert where["keys"].keys() == {"json", "srt", "vtt", "txt"}
    assert all(engine.s3.head_object(Bucket=where["bucket"], Key=key) for key in where["keys"].values())
    assert f"/{detail['job']}/" in where["keys"]["json"]


UPLOAD = {"source": "aws.s3", "detail-type": "Object Created"}


@pytest.mark.parametrize(
    ("started_with", "recording", "error"),
    [
        ({"bucket": RECORDINGS, "key": "no {}.mp3"}, f"s3://{RECORDINGS}/no {{}}.mp3", "RecordingNotFound"),
        ({"uri": f"s3://{RECORDINGS}/é/no.mp3"}, f"s3://{RECORDINGS}/é/no.mp3", "RecordingNotFound"),
        (
            UPLOAD | {"detail": {"bucket": {"name": RECORDINGS}, "object": {"key": 'a "b".mp3'}}},
            f's3://{RECORDINGS}/a "b".mp3',
            "RecordingNotFound",
        ),
        (UPLOAD | {"detail": {"bucket": {"name": RECORDINGS}}}, None, "InvalidInput"),
        ({"bucket": ["a"], "key": {}}, None, "InvalidInput"),
        ({"file": "talk.mp3"}, None, "InvalidInput"),
        ([], None, "InvalidInput"),
    ],
)
def test_what_failed_is_told_with_why(engine: Engine, started_with: Any, recording: str | None, error: str) -> None:
    execution = engine.run(started_with)
    (event,) = [event for event in heard(engine, "events") if execution.arn in event["resources"]]
    assert event["detail-type"] == "Transcript Failed"
    assert (execution.status, execution.error) == ("FAILED", error)
    assert event["detail"] == {
        "execution": execution.arn,
        "recording": recording,
        "job": None,
        "error": error,
        "message": execution.message,
    }


def test_a_failure_that_is_no_functions_is_told_in_its_own_words(engine: Engine, clip: bytes) -> None:
    """With 429 forever the service's own error ends the job; here at once, by a definition without patience."""
    definition = json.loads(engine.deployment.definition)
    definition["States"]["Merge"]["Retry"] = []

    class NoRoom(FunctionHost):
        def invoke(self, payload: bytes) -> Answer:  # noqa: ARG002
            return throttled()

    (host,) = [host for host in engine.hosts.values() if host.function.name == "MergeFunction"]
    engine.hosts[host.function.arn] = NoRoom(host.function, host.environment, host.limit, host.log)
    engine.s3.put_object(Bucket=RECORDINGS, Key="crowded.wav", Body=clip)
    created = engine.states.create_state_machine(
        name="impatient", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{ACCOUNT}:role/impatient"
    )
    started = engine.states.start_execution(
        stateMachineArn=created["stateMachineArn"], input=json.dumps({"uri": f"s3://{RECORDINGS}/crowded.wav"}), name="x"
    )
    execution = engine.wait(started["executionArn"])
    engine.hosts[host.function.arn] = host
    (event,) = [event for event in heard(engine, "events") if execution.arn in event["resources"]]
    assert execution.error == event["detail"]["error"] == "Lambda.TooManyRequestsException"
    assert event["detail"]["message"] == execution.cause
    assert event["detail"]["job"]
    assert not [sentence for sentence in heard(engine, "sentences") if execution.arn in sentence], "another machine's"


def test_the_sentence_for_people_names_the_recording_and_what_became_of_it(done: Told, incomplete: Told) -> None:
    recording, message, arn = (done.detail[name] for name in ("recording", "message", "execution"))
    assert done.sentence == f"Transcript Done: {recording} - {message} ({arn})"
    assert incomplete.sentence.startswith(f"Transcript Incomplete: s3://{RECORDINGS}/unlucky.wav - ")
    assert "of the speech is missing, at " in incomplete.sentence


def test_no_event_holds_any_text_of_the_transcript(engine: Engine, done: Told) -> None:
    said = transcripts(engine, done.execution)["txt"].decode().split()
    told = " ".join(map(str, heard(engine, "events") + heard(engine, "sentences")))
    assert len(said) > 50
    assert [three for three in zip(said, said[1:], said[2:], strict=False) if " ".join(three) in told] == []


class DeafEngine(Engine):
    """EventBridge takes no event: it answers, as documented for PutEvents, that the entry failed."""

    asked = 0

    def answer(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "/events/" not in environment.get("HTTP_AUTHORIZATION", ""):
            return super().answer(environment, start_response)
        self.asked += 1
        body = b'{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "no"}]}'
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]


def test_a_notification_that_cannot_be_sent_changes_nothing(tmp_path: Path, clip: bytes) -> None:
    with DeafEngine(DEFAULTS | {"MapConcurrency": "2"}, 2, tmp_path) as engine, ThreadPoolExecutor(2) as threads:
        engine.s3.put_object(Bucket=RECORDINGS, Key="clip.wav", Body=clip)
        done, failed = threads.map(engine.run, [{"bucket": RECORDINGS, "key": key} for key in ("clip.wav", "nowhere.wav")])
    assert engine.asked == 8, "each is tried four times"
    assert (done.status, failed.status, failed.error) == ("SUCCEEDED", "FAILED", "RecordingNotFound")
    assert failed.message == f"There is no s3://{RECORDINGS}/nowhere.wav."
    assert done.output is not None
    assert done.output["complete"] is True
