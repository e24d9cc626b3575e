"""The image alone, with no network at all: what its functions do before they need S3."""

import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fanscribe.recognition.int8 import to_int8
from fanscribe.recognition.models import WEIGHTS, find_model
from fanscribe_local.emulator.containers import (
    built_functions,
    container_environment,
    docker,
    run_limited,
)
from fanscribe_local.emulator.template import deploy
from functions.bake import checksum
from tests.conftest import ROOT
from tests.unit.deployment.test_layer_size import LIMIT

EVENTS = {
    "SplitFunction": "split",
    "DetectLanguageFunction": "detect_language",
    "TranscribeFunction": "transcribe",
    "MergeFunction": "merge",
}
INVOKE = """
import sys, urllib.request
url = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations"
request = urllib.request.Request(url, data=sys.stdin.buffer.read())
print(urllib.request.urlopen(request).read().decode())
"""


@pytest.fixture(scope="module")
def alone(built: Path) -> Iterator[dict[str, str]]:
    """A container of each function, by its name."""
    functions = {
        function.name: function
        for function in deploy(ROOT / "template.yaml", {"Model": "tiny.en"}).functions.values()
    }
    with contextlib.ExitStack() as running:
        ids = {}
        for name, function in built_functions(built).items():
            environment = container_environment(functions[name], "http://127.0.0.1:9")
            ids[name] = run_limited(function, environment, "none")
            running.callback(docker, "rm", "--force", ids[name])
        yield ids


@pytest.fixture(scope="module")
def answers(alone: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Each function's answer to its event. All run at once: each waits for S3 as long as boto3."""
    with ThreadPoolExecutor() as threads:
        folder = ROOT / "events"
        given = {name: (folder / f"{file}.json").read_bytes() for name, file in EVENTS.items()}
        found = threads.map(lambda name: invoke(alone[name], given[name]), EVENTS)
        return dict(zip(EVENTS, found, strict=True))


def invoke(container: str, payload: bytes) -> dict[str, Any]:
    """From inside: a container without a network can't be reached otherwise."""
    command = ["docker", "exec", "--interactive", container, "/var/lang/bin/python3", "-c", INVOKE]
    done = subprocess.run(command, input=payload, capture_output=True, check=True)
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def logged(container: str) -> list[dict[str, Any]]:
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True)
    return [
        json.loads(line)
        for line in (done.stdout + done.stderr).splitlines()
        if line.startswith("{")
    ]


@pytest.mark.parametrize("name", EVENTS)
def test_a_function_understands_its_event_and_says_that_s3_is_not_there(
    answers: dict[str, dict[str, Any]], name: str
) -> None:
    assert answers[name]["errorType"] == "StorageFault"
    assert re.match(
        r"S3 could not be reached for s3://\S+ \(EndpointConnectionError\)\.",
        answers[name]["errorMessage"],
    )


@pytest.mark.parametrize("name", ["SplitFunction", "DetectLanguageFunction", "TranscribeFunction"])
def test_a_cold_start_logs_what_it_runs_on(
    alone: dict[str, str], answers: dict[str, dict[str, Any]], tmp_path: Path, name: str
) -> None:
    assert answers
    weights = Path(shutil.copy(find_model("tiny.en").folder / WEIGHTS, tmp_path))
    assert to_int8(weights)
    (line,) = [line for line in logged(alone[name]) if line["message"] == "cold start"]
    assert line["versions"].keys() == {"fanscribe", "python", "faster-whisper", "ctranslate2"}
    assert "int8" in line["compute_types"]
    assert line["cpu_features"] == sorted(
        set(re.findall(r"\bavx\w*", Path("/proc/cpuinfo").read_text()))
    )
    assert (line["model"], line["model_sha256"]) == ("tiny.en", checksum(weights))
    assert line["correlation_id"].endswith(":by-hand")


def test_merge_logs_its_cold_start_without_a_model(
    alone: dict[str, str], answers: dict[str, dict[str, Any]]
) -> None:
    assert answers
    (line,) = [line for line in logged(alone["MergeFunction"]) if line["message"] == "cold start"]
    assert line["versions"].keys() == {"fanscribe", "python"}
    assert "model" not in line


@pytest.mark.parametrize("name", EVENTS)
def test_everything_but_tmp_is_read_only_and_nobody_is_root(
    alone: dict[str, str], name: str
) -> None:
    tries = "touch /tmp/a && id -u; touch /var/task/a /opt/a /var/lang/a /root/a /a"
    done = subprocess.run(
        ["docker", "exec", alone[name], "sh", "-c", tries],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "993\n"
    assert len(re.findall("Read-only file system|Permission denied", done.stderr)) == 5


def test_the_layer_and_merge_fit_into_a_zip_function(built: Path) -> None:
    folders = [built / "CoreLayer", built / "MergeFunction"]
    assert (
        sum(
            file.stat().st_size
            for folder in folders
            for file in folder.rglob("*")
            if file.is_file()
        )
        < LIMIT
    )
