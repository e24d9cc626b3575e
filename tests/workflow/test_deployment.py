"""The functions that run here are those that the template deploys: held against the template by
another reader than ours.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from fanscribe.times import SAMPLE_RATE
from fanscribe_local.client.executions import Execution
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.function_pool import GPU, MODELS, PASSED_ON
from fanscribe_local.emulator.template import PARTITION, STACK
from tests.conftest import ROOT, SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.monitoring import OURS, Metric, emitted, on_the_dashboard
from tests.support.policies import BUCKETS, FUNCTIONS, RESOURCES, TEMPLATE
from tests.support.workflow import an_engine, transcripts

OVERRIDDEN = {"Model": "tiny.en", "ChunkTiles": "4", "MapConcurrency": "2"}

# Variables that Lambda sets besides the template's (docs.aws.amazon.com/lambda, "Defined runtime
# environment variables"), and where this one says that S3 is and how many cores a process has
OF_THE_HOST = {
    "_HANDLER",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "TZ",
    "AWS_ENDPOINT_URL",
    "OMP_NUM_THREADS",
    "FANSCRIBE_READERS",
    "LC_CTYPE",  # CPython sets it where no locale is given
}
# An English-only model needs no language detected, and nobody asks for redaction
IDLE = ("DetectLanguageFunction", "FindPersonalDataFunction")
PASSED = {*PASSED_ON, *GPU, *MODELS}  # of this machine's own environment


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def engine(logs: Path) -> Iterator[Engine]:
    """Its own, for its logs."""
    with an_engine(logs) as running:
        yield running


@pytest.fixture(scope="module")
def execution(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Execution:
    """One run of the sample's first minute, so that every function has a process."""
    minute = tmp_path_factory.mktemp("talk") / "minute.wav"
    a_wav(minute, decoded(SAMPLE)[0, : 60 * SAMPLE_RATE])
    return engine.run(engine.upload(minute, {"language": "en"}))


def valued(engine: Engine, value: Any) -> str:
    """A template value as this deployment has it, taken from what exists, not computed again."""
    match value:
        case {"Ref": "AWS::StackName"}:
            return STACK
        case {"Ref": "AWS::Partition"}:
            return PARTITION
        case {"Ref": name} if name in TEMPLATE["Parameters"]:
            return str(OVERRIDDEN.get(name, TEMPLATE["Parameters"][name]["Default"]))
        case {"Ref": name}:
            (bucket,) = [
                b["Name"]
                for b in engine.s3.list_buckets()["Buckets"]
                if b["Name"].endswith(name.lower())
            ]
            return str(bucket)
        case {"Fn::GetAtt": [name, "Arn"]}:
            (arn,) = [arn for arn, pool in engine.pools.items() if pool.function.name == name]
            return arn
        case _:
            return str(value)


def test_the_definition_is_the_file_with_the_templates_substitutions(
    engine: Engine, execution: Execution
) -> None:
    machine = RESOURCES["TranscriptionStateMachine"]["Properties"]
    expected = (ROOT / machine["DefinitionUri"]).read_text()
    for name, value in machine["DefinitionSubstitutions"].items():
        assert f"${{{name}}}" in expected, f"{name} is substituted nowhere"
        expected = expected.replace(f"${{{name}}}", valued(engine, value))
    assert "${" not in expected
    arn = engine.states.describe_execution(executionArn=execution.arn)["stateMachineArn"]
    assert engine.states.describe_state_machine(stateMachineArn=arn)["definition"] == expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_processes_are_given_the_templates_environment_and_no_other(
    engine: Engine, name: str
) -> None:
    """That they see no other is test_function_pool.py's to show."""
    (pool,) = [pool for pool in engine.pools.values() if pool.function.name == name]
    own = RESOURCES[name]["Properties"].get("Environment", {}).get("Variables", {})
    shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    expected = {key: valued(engine, value) for key, value in chain(shared.items(), own.items())}
    expected["AWS_ENDPOINT_URL"] = engine.url  # where the template has AWS itself
    environment = pool.environment
    assert {key: environment.get(key) for key in expected} == expected
    assert environment.keys() - expected.keys() - OF_THE_HOST - PASSED == set()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_templates_handler_timeout_and_memory(engine: Engine, name: str) -> None:
    (pool,) = [pool for pool in engine.pools.values() if pool.function.name == name]
    own = RESOURCES[name]["Properties"]
    assert pool.function.handler == (own.get("Handler") or own["ImageConfig"]["Command"][0])
    wanted = {"NotifyFunction": 60}.get(name, 900)
    assert TEMPLATE["Globals"]["Function"]["Timeout"] == 900
    assert pool.function.timeout_s == own.get("Timeout", 900) == wanted
    assert str(pool.function.memory_mb) == valued(engine, own["MemorySize"])
    module = f"{pool.function.handler.rsplit('.', 1)[0].replace('.', '/')}.py"
    assert [folder for folder in pool.function.code if (folder / module).is_file()], (
        "its code is where the template says"
    )
    assert [folder for folder in pool.function.code if (folder / "fanscribe").is_dir()], (
        "and so is the package"
    )


def test_every_bucket_of_the_template_exists_and_no_other(engine: Engine) -> None:
    existing = {bucket["Name"] for bucket in engine.s3.list_buckets()["Buckets"]}
    assert existing == {valued(engine, {"Ref": name}) for name in BUCKETS}
    versioning = engine.s3.get_bucket_versioning(Bucket=engine.bucket("RecordingsBucket"))
    assert (
        versioning["Status"]
        == RESOURCES["RecordingsBucket"]["Properties"]["VersioningConfiguration"]["Status"]
    )


def test_the_events_folder_speaks_of_this_deployment(engine: Engine) -> None:
    event = json.loads((ROOT / "events" / "upload.json").read_text())
    assert event["detail"]["bucket"]["name"] == engine.bucket("RecordingsBucket")


def test_the_functions_tell_cloudwatch_what_the_dashboard_shows_and_nothing_else(
    engine: Engine, execution: Execution, logs: Path
) -> None:
    measured: dict[Metric, list[float]] = defaultdict(list)
    for log in logs.iterdir():
        for metric, values in emitted(log.read_text()):
            measured[metric] += values
    shown = {as_named_here(metric) for metric in on_the_dashboard() if metric.namespace == OURS}
    idle = {
        metric for metric in shown if {("function_name", name) for name in IDLE} & metric.dimensions
    }
    assert [metric.name for metric in idle] == ["ColdStart", "ColdStart"]
    assert measured.keys() - idle == shown - idle

    printed = json.loads(transcripts(engine, execution)["json"])
    tiles = printed["ledger"]["tiles"]
    by_name = {metric.name: values for metric, values in measured.items()}
    assert by_name["AudioTime"] == [pytest.approx(printed["duration"], abs=0.001)]
    assert sum(by_name["TilesRead"]) == [tile["state"] for tile in tiles].count("transcribed")
    assert sum(by_name["TilesReadAgain"]) == len(
        [tile for tile in tiles if tile.get("second_look")]
    )
    assert sum(by_name["TilesGivenUp"]) == 0
    assert by_name["SpeechMissing"] == [0]
    assert all(rtf > 0 for rtf in by_name["RTF"])


def as_named_here(metric: Metric) -> Metric:
    """A function has its logical id for a name here; CloudFormation makes up another."""
    return replace(
        metric,
        dimensions=frozenset(
            (name, value.removeprefix(f"{STACK}-")) for name, value in metric.dimensions
        ),
    )


def test_every_line_of_a_log_has_the_execution_and_none_has_words_of_the_transcript(
    engine: Engine, execution: Execution, logs: Path
) -> None:
    said = transcripts(engine, execution)["txt"].decode().split()
    written = [line for log in logs.iterdir() for line in log.read_text().splitlines()]
    invoked = [
        json.loads(line) for line in written if line.startswith("{") and "ColdStart" not in line
    ]
    # none: a test's own invocation
    assert {line["correlation_id"] for line in invoked} <= {execution.arn, "none"}
    assert not [
        run
        for run in zip(said, said[1:], said[2:], strict=False)
        if any(" ".join(run) in line for line in written)
    ]
