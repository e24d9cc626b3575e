"""Coverage of the processes that the tests start: decoders and functions get none of our
environment, and so none of what tells coverage to measure.
"""

import os
import shlex
import sys
import tempfile
from pathlib import Path

CONFIG = "COVERAGE_PROCESS_CONFIG"  # coverage's, with `patch = subprocess`


def measure_processes() -> None:
    """Have whoever starts `sys.executable` start a Python that measures, if this one does.

    `-S`, with which decoders are started, would leave out coverage.
    """
    if CONFIG not in os.environ:
        return
    variables = {name: os.environ[name] for name in (CONFIG, "COVERAGE_FILE")}
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    python = Path(tempfile.mkdtemp(prefix="measured-")) / "python"
    python.write_text(
        f'#!/bin/sh\n{exports}\n[ "$1" = -SP ] && shift && set -- -P "$@"\n'
        f'exec {shlex.quote(sys.executable)} "$@"\n'
    )
    python.chmod(0o755)
    sys.executable = str(python)
