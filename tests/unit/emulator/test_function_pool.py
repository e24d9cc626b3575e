"""A function's process can't tell that it is not on Lambda, and neither can its caller."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fanscribe_local.emulator.function_pool import (
    INITIALIZATION,
    FunctionPool,
    function_environment,
)
from fanscribe_local.emulator.template import Function

HANDLER = """
    import os, signal, sys, time

    class UnreadableRecording(Exception):
        pass

    calls = 0

    def handler(event, context):
        global calls
        calls += 1
        match event.get("do"):
            case "environment": return dict(os.environ)
            case "context":
                named = {name: str(getattr(context, name)) for name in event["names"]}
                return named | {"left": context.get_remaining_time_in_millis()}
            case "raise": raise UnreadableRecording("talk.mp3 has no sound")
            case "exit": sys.exit(3)
            case "die": os.kill(os.getpid(), signal.SIGKILL)
            case "sleep": time.sleep(event["seconds"])
            case "set": return {1, 2}
        return {"calls": calls, "process": os.getpid()}
"""

Pool = Callable[..., FunctionPool]


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    """Hosts of a function that does what its event says."""
    made: list[FunctionPool] = []
    code = tmp_path / "code"
    code.mkdir()
    (code / "thing.py").write_text(textwrap.dedent(HANDLER))

    def make(limit: int = 1, timeout_s: int = 30) -> FunctionPool:
        arn = "arn:aws:lambda:us-east-1:123456789012:function:Thing"
        function = Function(
            "Thing", arn, "thing.handler", (code,), {"WORK_BUCKET": "work"}, timeout_s, 512
        )
        environment = function_environment(function, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
        made.append(FunctionPool(function, environment, limit, tmp_path / "log"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def asked(pool: FunctionPool, **event: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(pool.invoke(json.dumps(event).encode()).payload)
    return answer


def test_a_handlers_value_is_the_answer_and_its_process_stays_warm(pool: Pool) -> None:
    thing = pool()
    first, second = asked(thing), asked(thing)
    assert first["process"] == second["process"] != os.getpid()
    assert (first["calls"], second["calls"]) == (1, 2)


def test_an_error_is_reported_by_its_class_name_as_lambda_does(pool: Pool) -> None:
    answer = pool().invoke(b'{"do": "raise"}')
    assert answer.failed
    error = json.loads(answer.payload)
    assert error.keys() == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert (error["errorType"], error["errorMessage"]) == (
        "UnreadableRecording",
        "talk.mp3 has no sound",
    )


@pytest.mark.parametrize(
    ("event", "kind", "message"),
    [
        ({"do": "exit"}, "Runtime.ExitError", "Runtime exited with exit status 3"),
        ({"do": "die"}, "Runtime.ExitError", "Runtime exited with signal 9"),
        ({"do": "sleep", "seconds": 60}, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ({"do": "set"}, "Runtime.MarshalError", "not JSON serializable"),
    ],
)
def test_what_befalls_a_process_has_lambdas_names(
    pool: Pool, event: dict[str, Any], kind: str, message: str
) -> None:
    thing = pool(timeout_s=1 if event["do"] == "sleep" else 30)
    error = asked(thing, **event)
    assert error["errorType"] == kind
    assert message in error["errorMessage"]
    assert asked(thing)["calls"] >= 1, "the next invocation finds a process"


def test_the_context_is_lambdas(pool: Pool) -> None:
    names = [
        "function_name",
        "function_version",
        "memory_limit_in_mb",
        "invoked_function_arn",
        "aws_request_id",
        "log_group_name",
    ]
    context = asked(pool(timeout_s=30), do="context", names=names)
    assert (context["function_name"], context["function_version"]) == ("Thing", "$LATEST")
    assert (context["memory_limit_in_mb"], context["log_group_name"]) == (
        "512",
        "/aws/lambda/Thing",
    )
    assert context["invoked_function_arn"].endswith(":function:Thing")
    assert 25_000 < context["left"] <= 30_000


def test_the_environment_is_the_functions_and_lambdas_and_not_ours(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORK_BUCKET", "ours")
    monkeypatch.setenv("AWS_PROFILE", "ours")
    environment = asked(pool(), do="environment")
    assert environment["WORK_BUCKET"] == "work"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert "AWS_PROFILE" not in environment
    assert "HOME" not in environment


def test_a_process_can_tell_whether_it_was_started_before_it_was_needed(pool: Pool) -> None:
    """docs.aws.amazon.com/lambda, "Defined runtime environment variables"."""
    cold, ready = pool(), pool()
    ready.provision(1)
    kinds = [asked(each, do="environment")[INITIALIZATION] for each in (cold, ready)]
    assert kinds == ["on-demand", "provisioned-concurrency"]


def test_no_more_processes_than_the_limit_run_at_once(pool: Pool) -> None:
    thing = pool(limit=2)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: asked(thing, do="sleep", seconds=0.1), range(6)))
    assert thing.busiest == 2
    assert len({answer["process"] for answer in answers}) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
def test_closing_leaves_no_process(pool: Pool) -> None:
    thing = pool()
    process = asked(thing)["process"]
    thing.close()
    assert not Path(f"/proc/{process}").exists()


OWNER = """
import json, os, signal, sys
from pathlib import Path
from fanscribe_local.emulator.function_pool import FunctionPool, function_environment
from fanscribe_local.emulator.template import Function

if __name__ == "__main__":
    code = Path(sys.argv[1])
    function = Function("Thing", "arn", "thing.handler", (code,), {}, 30, 512)
    pool = FunctionPool(function, function_environment(function, {}), 1, code / "log")
    print(json.loads(pool.invoke(b"{}").payload)["process"], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
def test_a_process_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text(textwrap.dedent(HANDLER))
    (tmp_path / "owner.py").write_text(OWNER)
    owner = subprocess.run(  # noqa: PLW1510  (killed: that is the point)
        [sys.executable, tmp_path / "owner.py", tmp_path], capture_output=True, text=True
    )
    assert owner.returncode == -signal.SIGKILL
    process = Path("/proc") / owner.stdout.strip()
    deadline = time.monotonic() + 30
    while process.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not process.exists()


def test_the_engine_loads_none_of_ec2() -> None:
    """It would take as long as all the rest (engine.py)."""
    loaded = (
        "import sys, fanscribe_local.emulator.engine, moto.stepfunctions.parser.models;"
        "print('moto.ec2' in sys.modules)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", loaded], check=True, capture_output=True, text=True
    )
    assert asked.stdout.strip() == "False"
