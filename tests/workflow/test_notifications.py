"""Whoever waits for a transcript is notified.

The real state machine's executions end, Step Functions' event of that comes
(tests/support/ended.py), and the real function makes Fanscribe's of it.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.function_pool import FunctionPool
from fanscribe_local.emulator.template import ACCOUNT, REGION
from fanscribe_local.emulator.worker import Answer, error_answer, throttled
from tests.conftest import SAMPLE
from tests.support import ended
from tests.support.audio import decoded
from tests.support.built_media import a_film
from tests.support.policies import a_stack
from tests.support.workflow import DEFAULTS, transcripts

RECORDINGS = a_stack().resolve({"Ref": "RecordingsBucket"})
LOG = "events"


class FickleEngine(Engine):
    """While it is deaf, EventBridge takes no event: it answers that the entry failed, as PutEvents
    documents.
    """

    deaf = False
    refused = 0

    def answer(
        self, environment: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not self.deaf or "/events/" not in environment.get("HTTP_AUTHORIZATION", ""):
            return super().answer(environment, start_response)
        self.refused += 1
        body = (
            b'{"FailedEntryCount": 1, "Entries": '
            b'[{"ErrorCode": "InternalFailure", "ErrorMessage": "no"}]}'
        )
        headers = [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("Content-Length", str(len(body))),
        ]
        start_response("200 OK", headers)
        return [body]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FickleEngine]:
    """With a listener on its bus: a log of all events."""
    parameters = DEFAULTS | {"ChunkTiles": "1", "MapConcurrency": "2"}
    with FickleEngine(parameters, 2, tmp_path_factory.mktemp("logs")) as running:
        events = running.client("events")
        running.client("logs").create_log_group(logGroupName=LOG)
        events.put_rule(Name=LOG, EventPattern=json.dumps({"source": [{"prefix": ""}]}))
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG}"
        events.put_targets(Rule=LOG, Targets=[{"Id": "log", "Arn": arn}])
        yield running


@pytest.fixture(scope="module")
def clip() -> bytes:
    """The first 40 seconds of the sample: two tiles."""
    return write_wav(decoded(SAMPLE)[0][: 40 * 16_000])


@dataclass(frozen=True)
class Notice:
    """The notification of one execution."""

    execution: Execution
    event: dict[str, Any]
    sentence: str

    @property
    def detail(self) -> dict[str, Any]:
        found: dict[str, Any] = self.event["detail"]
        return found


def received(engine: Engine) -> list[Any]:
    found = engine.client("logs").filter_log_events(logGroupName=LOG)["events"]
    return [json.loads(entry["message"]) for entry in found]


def run(engine: Engine, started_with: Any) -> Notice:
    return notice_of(engine, engine.run(started_with))


def notice_of(engine: Engine, execution: Execution) -> Notice:
    """The notification of one event, and no other: the execution itself puts none."""
    assert [event for event in received(engine) if execution.arn in event["resources"]] == []
    answer = ended.notify(engine, execution)
    assert answer is not None
    assert not answer.failed, answer.payload
    (event,) = [event for event in received(engine) if execution.arn in event["resources"]]
    return Notice(execution, event, json.loads(ended.sentence(event) or ""))


def pool_of(engine: Engine, name: str) -> FunctionPool:
    (pool,) = [pool for pool in engine.pools.values() if pool.function.name == name]
    return pool


@pytest.fixture(scope="module")
def done(engine: Engine, clip: bytes) -> Notice:
    engine.s3.put_object(Bucket=RECORDINGS, Key="talks & more/a {b}.wav", Body=clip)
    return run(
        engine,
        {
            "bucket": RECORDINGS,
            "key": "talks & more/a {b}.wav",
            "options": {"formats": ["json", "txt"]},
        },
    )


@pytest.fixture(scope="module")
def incomplete(engine: Engine, clip: bytes, done: Notice) -> Notice:
    """After `done`, whose events must not be mixed with its."""

    class BrokenPool(FunctionPool):
        def invoke(self, payload: bytes) -> Answer:
            if json.loads(payload)["chunk"]["first"] == 1:
                return error_answer("BadAudio", "can't be read", "request")
            return super().invoke(payload)

    assert done.execution.status == "SUCCEEDED"
    pool = pool_of(engine, "TranscribeFunction")
    engine.pools[pool.function.arn] = broken = BrokenPool(
        pool.function, pool.environment, pool.limit, pool.log
    )
    engine.s3.put_object(Bucket=RECORDINGS, Key="unlucky.wav", Body=clip + b"\0\0")
    notice = run(engine, {"uri": f"s3://{RECORDINGS}/unlucky.wav"})
    engine.pools[pool.function.arn] = pool
    broken.close()
    return notice


def test_a_transcript_that_is_done_is_reported_with_where_it_is(
    engine: Engine, done: Notice
) -> None:
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
        "sentence": done.sentence,
    }
    assert output["message"] == done.detail["message"]
    assert output["keys"].keys() == {"json", "txt"}


def test_what_there_is_to_know_of_a_recording_is_reported_without_what_is_written_in_it(
    engine: Engine,
) -> None:
    french, comments = ({"language": code, "title": f"a secret {code}"} for code in ("fra", "eng"))
    engine.s3.put_object(Bucket=RECORDINGS, Key="film.mkv", Body=a_film([french, comments]))
    notice = run(engine, {"uri": f"s3://{RECORDINGS}/film.mkv"})
    assert notice.detail["notes"][0] == (
        "Track 1 (fra) of 2 was transcribed. "
        "The recording also has track 2 (eng). The option track takes another one, or all."
    )
    assert notice.detail["message"] == " ".join(
        ["0 words in 3.0 seconds of sound.", *notice.detail["notes"]]
    )
    assert notice.detail["notes"][1].startswith(
        "Nothing was transcribed. Speech was detected in 0% of 3 s;"
    )
    assert "secret" not in f"{notice.event}{notice.sentence}"
    assert b"a secret eng" in transcripts(engine, notice.execution)["json"]


def test_an_incomplete_transcript_is_reported_with_what_is_missing_and_where_the_rest_is(
    engine: Engine, incomplete: Notice
) -> None:
    execution, detail = incomplete.execution, incomplete.detail
    assert incomplete.event["detail-type"] == "Transcript Incomplete"
    assert (execution.status, execution.error) == ("FAILED", "IncompleteTranscript")
    assert detail["error"] == "IncompleteTranscript"
    assert detail["message"] == execution.message
    assert "(BadAudio)" in detail["message"]
    assert (detail["recording"], detail["execution"]) == (
        f"s3://{RECORDINGS}/unlucky.wav",
        execution.arn,
    )
    where = detail["transcript"]
    kept = json.loads(
        engine.s3.get_object(Bucket=where["bucket"], Key=where["keys"]["json"])["Body"].read()
    )
    assert kept["complete"] is False
    assert where["keys"].keys() == {"json", "srt", "vtt", "txt"}
    assert all(
        engine.s3.head_object(Bucket=where["bucket"], Key=key) for key in where["keys"].values()
    )
    assert f"/{detail['job']}/" in where["keys"]["json"]


UPLOAD = {"source": "aws.s3", "detail-type": "Object Created"}


@pytest.mark.parametrize(
    ("started_with", "recording", "error"),
    [
        (
            {"bucket": RECORDINGS, "key": "no {}.mp3"},
            f"s3://{RECORDINGS}/no {{}}.mp3",
            "RecordingNotFound",
        ),
        (
            {"uri": f"s3://{RECORDINGS}/é/no.mp3"},
            f"s3://{RECORDINGS}/é/no.mp3",
            "RecordingNotFound",
        ),
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
def test_what_failed_is_reported_with_why(
    engine: Engine, started_with: Any, recording: str | None, error: str
) -> None:
    notice = run(engine, started_with)
    execution = notice.execution
    assert notice.event["detail-type"] == "Transcript Failed"
    assert (execution.status, execution.error) == ("FAILED", error)
    assert notice.detail == {
        "execution": execution.arn,
        "recording": recording,
        "job": None,
        "error": error,
        "message": execution.message,
        "sentence": notice.sentence,
    }


def test_a_failure_that_is_no_functions_is_reported_in_its_own_words(
    engine: Engine, clip: bytes
) -> None:
    """With 429 forever the service's own error ends the job; here at once, without patience."""
    definition = json.loads(engine.deployment.definition)
    definition["States"]["Merge"]["Retry"] = []

    class NoRoom(FunctionPool):
        def invoke(self, payload: bytes) -> Answer:  # noqa: ARG002
            return throttled()

    pool, machine = pool_of(engine, "MergeFunction"), engine.state_machine
    engine.pools[pool.function.arn] = NoRoom(pool.function, pool.environment, 1, pool.log)
    engine.s3.put_object(Bucket=RECORDINGS, Key="crowded.wav", Body=clip)
    update = engine.states.update_state_machine
    update(stateMachineArn=machine, definition=json.dumps(definition))
    notice = run(engine, {"uri": f"s3://{RECORDINGS}/crowded.wav"})
    update(stateMachineArn=machine, definition=engine.deployment.definition)
    engine.pools[pool.function.arn] = pool
    execution = notice.execution
    assert execution.error == notice.detail["error"] == "Lambda.TooManyRequestsException"
    assert notice.detail["message"] == execution.cause
    assert notice.detail["job"]
    assert notice.detail["recording"] == f"s3://{RECORDINGS}/crowded.wav"


def test_an_execution_that_somebody_stops_is_reported_with_its_job(
    engine: Engine, clip: bytes
) -> None:
    begun, stopped = threading.Event(), threading.Event()

    class Waiting(FunctionPool):
        def invoke(self, payload: bytes) -> Answer:  # noqa: ARG002
            begun.set()
            stopped.wait(60)
            return error_answer("BadAudio", "too late", "request")

    pool = pool_of(engine, "TranscribeFunction")
    engine.pools[pool.function.arn] = Waiting(pool.function, pool.environment, 2, pool.log)
    engine.s3.put_object(Bucket=RECORDINGS, Key="stopped.wav", Body=clip + b"\0\0\0\0")
    arn = engine.start({"uri": f"s3://{RECORDINGS}/stopped.wav"})
    assert begun.wait(60)
    engine.states.stop_execution(executionArn=arn)
    stopped.set()  # moto's interpreter ends when what it waits for has answered
    execution = engine.wait(arn)
    notice = notice_of(engine, execution)
    engine.pools[pool.function.arn] = pool
    assert execution.status == "ABORTED"
    assert notice.event["detail-type"] == "Transcript Failed"
    assert notice.detail["error"] == "Aborted"
    assert notice.detail["recording"] == f"s3://{RECORDINGS}/stopped.wav"
    assert len(notice.detail["job"]) == 16


def test_the_sentence_for_people_names_the_recording_and_what_became_of_it(
    done: Notice, incomplete: Notice
) -> None:
    recording, message, arn = (done.detail[name] for name in ("recording", "message", "execution"))
    assert done.sentence == f"Transcript Done: {recording} - {message} ({arn})"
    assert incomplete.sentence.startswith(
        f"Transcript Incomplete: s3://{RECORDINGS}/unlucky.wav - "
    )
    assert "of the speech is missing, at " in incomplete.sentence


def test_no_event_holds_any_text_of_the_transcript(engine: Engine, done: Notice) -> None:
    said = transcripts(engine, done.execution)["txt"].decode().split()
    notice = " ".join(map(str, received(engine)))
    assert len(said) > 50
    assert [
        three for three in zip(said, said[1:], said[2:], strict=False) if " ".join(three) in notice
    ] == []


def test_a_notification_that_cannot_be_sent_is_an_error_so_that_lambda_calls_again(
    engine: FickleEngine,
) -> None:
    """Three times in all; then the event is in the queue of lost notifications."""
    failed = engine.run({"bucket": RECORDINGS, "key": "nowhere.wav"})
    engine.deaf = True
    answer = ended.notify(engine, failed)
    engine.deaf = False
    assert failed.error == "RecordingNotFound"
    assert answer is not None
    assert answer.failed
    assert json.loads(answer.payload)["errorType"] == "NotSentError"
    assert engine.refused == 1
