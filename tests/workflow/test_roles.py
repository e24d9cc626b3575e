"""Each role has what its code calls, all of it and nothing else: the real state machine with the
roles of the template in force.

With a KMS key of one's own, the most that a deployment needs. moto asks nobody for leave, so
tests/support/guarded_engine.py does.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.documents.job import Attempt
from fanscribe.speakers.models import find_models, identity
from fanscribe.steps.split_decoding import HEAD, SMALL
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.function_pool import FunctionPool
from fanscribe_local.emulator.worker import Answer, error_answer
from tests.conftest import SAMPLE
from tests.support import ended
from tests.support.audio import decoded
from tests.support.guarded_engine import GuardedEngine
from tests.support.hostile_media import encoded
from tests.support.iam import Call, Rule
from tests.support.policies import BUCKETS, KEY, a_stack, encryption, role_rules

pytestmark = pytest.mark.long

STACK = a_stack(KmsKeyArn=KEY)
RULES = list(role_rules(STACK))
NAMES = {bucket: STACK.resolve({"Ref": bucket}) for bucket in BUCKETS}
KEYS = {
    NAMES[bucket]: encryption(STACK, bucket)["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    for bucket in BUCKETS
}
RECORDINGS, WORK, TRANSCRIPTS = (
    NAMES[bucket] for bucket in ("RecordingsBucket", "WorkBucket", "TranscriptsBucket")
)

# Actions of AWS in the name of a role without a call that could be seen here
UNSEEN = {
    "logs:": "Lambda and Step Functions deliver the logs; here there is none",
    "states:": (
        "Step Functions starts, watches and redrives the children of a Map; "
        "here moto's interpreter runs them itself"
    ),
    "sqs:": "Lambda itself keeps what NotifyFunction could not send; here nothing is kept",
}


def is_unseen(rule: Rule) -> bool:
    machines = rule.principal == "TranscriptionStateMachine" and rule.action.startswith("states:")
    return machines or rule.action.startswith(("logs:", "sqs:"))


def superfluous(allowed: Iterable[Rule], calls: Iterable[Call]) -> set[Rule]:
    """The rules without which every call would still be allowed, each taken away by itself."""
    allowed = list(allowed)
    needed = [[rule for rule in allowed if rule.covers(call)] for call in calls]
    return set(allowed) - {rules[0] for rules in needed if len(rules) == 1}


def an_engine(logs: Path, allowed: Iterable[Rule] = RULES, model: str = "tiny.en") -> GuardedEngine:
    parameters = {"Model": model, "ChunkTiles": "1", "MapConcurrency": "2", "KmsKeyArn": KEY}
    return GuardedEngine(allowed, KEYS, parameters, logs)


def by_hand(key: str, **options: str) -> dict[str, object]:
    return {"bucket": RECORDINGS, "key": key, "options": options}


def a_very_long_one(path: Path) -> Path:
    """Three quarters of an hour of silence, as mp3 of 24 kbit/s, and a tag as large as six hours of
    it.
    """
    minute = encoded(np.zeros(60 * 16_000, np.int16), "mp3", "libmp3lame", 16_000, bit_rate=24_000)
    sound = minute * (HEAD // len(minute) + 1)
    size = SMALL - len(sound)
    path.write_bytes(
        sound + b"ID3\x04\0\0" + bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    )
    os.truncate(path, len(sound) + 10 + size)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 40 seconds of the sample: two tiles."""
    path = tmp_path_factory.mktemp("clip") / "clip.wav"
    path.write_bytes(write_wav(decoded(SAMPLE)[0][: 40 * 16_000]))
    return path


def _damage(engine: GuardedEngine, job: str) -> dict[str, object]:
    """The input of an execution that finds a part damaged."""
    engine.s3.put_object(Bucket=WORK, Key=keys.part(job, 0, 0), Body=b"{")
    return by_hand("clip.wav", language="en")


def _with_speakers(engine: GuardedEngine, job: str) -> list[Execution]:
    """The same job with speakers; then once more, with voices that are damaged."""
    asked = by_hand("clip.wav", language="en", speakers="auto")
    done = engine.run(asked)
    engine.s3.put_object(
        Bucket=WORK, Key=keys.voices(job, identity(find_models()), 0, 0), Body=b"{"
    )
    return [done, engine.run(asked)]


def _redacted(engine: GuardedEngine) -> Execution:
    """The same job, with all that may be asked of its words, and its sound."""
    engine.s3.put_object(Bucket=RECORDINGS, Key="filter.txt", Body=b"lighthouse")
    said = {"redact": "all", "redact_audio": "flac", "word_filter": "filter.txt"}
    return engine.run(by_hand("clip.wav", language="en", speakers="auto", **said))


def _poisoned(engine: GuardedEngine, job: str, execution_input: dict[str, object]) -> Execution:
    """An execution in which the first tile, whose part is gone by now, has ended two workers."""
    arn = f"{engine.state_machine.replace(':stateMachine:', ':execution:')}:poisoned"
    attempt = Attempt(first=0, last=0, execution=arn).model_dump_json().encode()
    for number in "12":
        engine.s3.put_object(Bucket=WORK, Key=keys.attempt(job, 0, 0, number), Body=attempt)
    engine.states.start_execution(
        stateMachineArn=engine.state_machine, name="poisoned", input=json.dumps(execution_input)
    )
    return engine.wait(arn)


class BrokenPool(FunctionPool):
    """A function that fails for good."""

    def invoke(self, payload: bytes) -> Answer:
        return error_answer("BadAudio", f"{len(payload)} bytes can't be read", "request")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory, clip: Path, speaker_models: Path) -> list[Call]:
    """Calls when a recording was uploaded, then done again by hand with a word filter, uploaded by
    the command, and redone in part; when a part was damaged, a tile deadly, chunks failed for good,
    a recording was missing, one was split in sections, and one redacted.
    """
    assert speaker_models
    with an_engine(tmp_path_factory.mktemp("logs")) as engine:
        done = engine.run(engine.upload(clip, {"language": "en"}))
        engine.s3.put_object(Bucket=RECORDINGS, Key="hidden.txt", Body=b"lighthouse")
        again = engine.run(by_hand(clip.name, language="en", word_filter="hidden.txt"))
        assert done.output is not None, done.message
        engine.s3.upload_file(str(clip), WORK, keys.upload("0123", clip.name))
        uploaded = engine.run(
            by_hand(keys.upload("0123", clip.name), language="en") | {"bucket": WORK}
        )
        redo = {"job": done.output["job"], "from": "0:01", "to": "0:02"}
        redone = engine.run(by_hand(clip.name, hotwords="Fresnel") | {"redo": redo})
        speaking = _with_speakers(engine, done.output["job"])
        redacted = _redacted(engine)
        damaged = engine.run(_damage(engine, done.output["job"]))
        deadly = _poisoned(engine, done.output["job"], by_hand(clip.name, language="en"))
        missing = engine.run(by_hand("nowhere.wav"))
        in_sections = engine.run(
            engine.upload(a_very_long_one(clip.with_name("long.mp3")), {"language": "en"})
        )
        transcribe = STACK.resolve({"Fn::GetAtt": ["TranscribeFunction", "Arn"]})
        pool = engine.pools[transcribe]
        engine.pools[transcribe] = BrokenPool(pool.function, pool.environment, pool.limit, pool.log)
        pool.close()
        engine.s3.upload_file(str(clip), RECORDINGS, "unlucky.wav")
        failed = engine.run(by_hand("unlucky.wav", language="en", redact="card"))
        notified = [ended.notify(engine, execution) for execution in (done, missing, failed)]
    assert all(answer and not answer.failed for answer in notified)
    assert engine.denied == []
    assert {each.status for each in (done, again, uploaded, redone, in_sections)} == {
        "SUCCEEDED"
    }, done.message
    assert {each.status for each in speaking} == {"SUCCEEDED"}, speaking[0].message
    assert redacted.status == "SUCCEEDED", redacted.message
    assert "(WorkDamaged)" in damaged.message
    assert "(PoisonTile)" in deadly.message
    assert (missing.error, missing.message) == (
        "RecordingNotFound",
        f"There is no s3://{RECORDINGS}/nowhere.wav.",
    )
    assert failed.error == "IncompleteTranscript"
    assert "(BadAudio)" in failed.message
    return engine.calls


@pytest.fixture(scope="module")
def detecting(tmp_path_factory: pytest.TempPathFactory, clip: Path, base: str) -> list[Call]:
    """Calls when the language was not given and the model knows several: first with a list of
    another language.
    """
    with an_engine(tmp_path_factory.mktemp("logs"), model=base) as engine:
        engine.s3.upload_file(str(clip), RECORDINGS, clip.name)
        engine.s3.put_object(Bucket=RECORDINGS, Key="russian.txt", Body="маяк".encode())
        refused = engine.run(by_hand(clip.name, word_filter="russian.txt"))
        done = engine.run(by_hand(clip.name))  # finds the language that the first one found
    assert engine.denied == []
    assert refused.error == "InvalidOption"
    assert "'word_filter': 1 of 1 in the list are in Cyrillic letters" in refused.message
    assert done.status == "SUCCEEDED", done.message
    return engine.calls


@pytest.mark.parametrize("rule", [rule for rule in RULES if not is_unseen(rule)], ids=str)
def test_a_role_has_nothing_that_it_can_do_without(
    rule: Rule, request: pytest.FixtureRequest
) -> None:
    """And all that it can't: with one call denied, the runs do not end as they must."""
    seen = request.getfixturevalue(
        "detecting" if "DetectLanguage" in str(rule) or "language.json" in str(rule) else "calls"
    )
    assert rule not in superfluous(RULES, seen), f"no call needs {rule}"


def test_what_is_said_not_to_be_seen_here_is_not_seen(calls: list[Call]) -> None:
    assert {
        kind
        for kind in UNSEEN
        if not any(is_unseen(rule) and rule.action.startswith(kind) for rule in RULES)
    } == set()
    assert [
        str(call) for call in calls if any(rule.covers(call) for rule in RULES if is_unseen(rule))
    ] == []


@pytest.mark.parametrize(
    "extra",
    [
        Rule("MergeFunction", "s3:DeleteObject", f"arn:aws:s3:::{WORK}/jobs/*"),
        Rule("SplitFunction", "s3:GetObject", f"arn:aws:s3:::{TRANSCRIPTS}/*"),
        Rule("MergeFunction", "s3:PutObject", "arn:aws:s3:::*"),
        Rule("TranscribeFunction", "kms:Decrypt", "*"),
    ],
    ids=str,
)
def test_a_permission_too_many_or_too_wide_is_found(calls: list[Call], extra: Rule) -> None:
    assert extra in superfluous([*RULES, extra], calls)


@pytest.mark.parametrize(
    ("principal", "action", "ends"),
    [
        ("TranscriptionStateMachine", "lambda:InvokeFunction", "AccessDenied"),
        ("TranscriptionStateMachine", "s3:GetObject", "AccessDenied"),
        ("SplitFunction", "s3:GetObjectVersion", "is not there, or may not be read"),
        ("SplitFunction", "kms:Decrypt", "is not there, or may not be read"),
    ],
)
def test_a_permission_too_few_fails_the_execution(
    tmp_path: Path, clip: Path, principal: str, action: str, ends: str
) -> None:
    left = [rule for rule in RULES if (rule.principal, rule.action) != (principal, action)]
    with an_engine(tmp_path, left) as engine:
        failed = engine.run(engine.upload(clip, {"language": "en"}))
    assert failed.status == "FAILED"
    assert ends in failed.message, failed
    assert {(call.principal, call.action) for call in engine.denied} == {(principal, action)}


def test_who_may_not_list_the_recordings_can_not_tell_a_missing_one_from_a_forbidden_one(
    tmp_path: Path,
) -> None:
    left = [
        rule
        for rule in RULES
        if (rule.principal, rule.action) != ("SplitFunction", "s3:ListBucket")
    ]
    with an_engine(tmp_path, left) as engine:
        missing = engine.run(by_hand("nowhere.wav"))
    assert missing.message == f"s3://{RECORDINGS}/nowhere.wav is not there, or may not be read."
