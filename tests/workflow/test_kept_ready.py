"""A process of Transcribe that is kept ready has its model before its first event."""

import subprocess
import sys

import pytest

from fanscribe_local.emulator.engine import TRANSCRIBE
from fanscribe_local.emulator.function_pool import AHEAD, function_environment
from fanscribe_local.emulator.template import deploy
from fanscribe_local.project import TEMPLATE

LOADED = """
import transcribe.handler
from fanscribe.recognition.recognizer import load_recognizer
print(load_recognizer.cache_info().currsize)
"""


def models_loaded(model: str, **more: str) -> int:
    """The number of models that the handler's module has loaded."""
    functions = deploy(TEMPLATE, {"Model": model}).functions.values()
    (function,) = [function for function in functions if function.handler == TRANSCRIBE]
    return int(
        subprocess.run(
            [sys.executable, "-c", LOADED],
            env=function_environment(function, more),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )


def test_a_process_that_is_kept_ready_loads_its_model_before_its_first_event() -> None:
    assert models_loaded("tiny.en", **AHEAD) == 1


@pytest.mark.parametrize(("model", "more"), [("tiny.en", {}), ("/nowhere", AHEAD)])
def test_one_that_is_not_or_can_not_waits_for_it(model: str, more: dict[str, str]) -> None:
    assert models_loaded(model, **more) == 0
