"""The machine and versions of a cold start, in one line of the log. When words or pace differ
between two runs, it says what differed.
"""

import importlib.metadata
import importlib.util
import os
import platform
import time
from collections.abc import Mapping
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from fanscribe import __version__
from fanscribe.recognition.compute import cpu_features
from fanscribe.recognition.models import baked_checksum

LIBRARIES = ("faster-whisper", "ctranslate2")  # in the image; Merge has neither


def surroundings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Versions, what the processor can do, and the model: its name, and its checksum if it is baked
    into the image.
    """
    model = environment.get("MODEL")
    found = {
        "versions": {"fanscribe": __version__, "python": platform.python_version(), **_installed()},
        "cpu_features": cpu_features(),
        "compute_types": _compute_types(),
        "model": model,
        "model_sha256": model and baked_checksum(model),
    }
    return {name: value for name, value in found.items() if value}


def age_ms(stat: Path) -> int:
    """How long the process of a /proc/PID/stat has lived; 0 where there is no such file, as on a
    Mac.
    """
    if not stat.exists():
        return 0
    # proc(5): starttime, since the machine's boot
    ticks = int(stat.read_text().rsplit(")", 1)[1].split()[19])
    return round(
        (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")) * 1000
    )


# No generator: two threads that ask at once, as tests do, would meet in it
_AGES = chain(map(age_ms, [Path("/proc/self/stat")]), repeat(0))


def cold_ms() -> int:
    """The first time how long this process has lived, later 0: then it is a warm one."""
    return next(_AGES)


def kept_ready(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process was started before it is needed (provisioned concurrency).

    Only then may it load a large model before its first event: else Lambda would end that after ten
    seconds, and begin anew.
    """
    return environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "provisioned-concurrency"


def _installed() -> dict[str, str]:
    return {
        name: importlib.metadata.version(name)
        for name in LIBRARIES
        if importlib.util.find_spec(name.replace("-", "_"))
    }


def _compute_types() -> list[str]:
    if importlib.util.find_spec("ctranslate2") is None:
        return []
    import ctranslate2  # noqa: PLC0415  (only the image has it)

    return sorted(ctranslate2.get_supported_compute_types("cpu"))
