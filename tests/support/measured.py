"""Coverage of the decoders that the tests start: `make coverage`.

They get nothing of this process's environment, which is how coverage reaches other processes, and
`-S`, which leaves out coverage.
"""

import os
import sys
import tempfile
from pathlib import Path

CONFIG = "COVERAGE_PROCESS_CONFIG"  # set by coverage, with `patch = subprocess`
DECODER = ["-SP", "-m", "fanscribe.audio.decoder"]
# Python itself for everything else
MEASURING = """#!{python}
import os, runpy, sys
if sys.argv[1:4] != {decoder}:
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
import coverage
os.environ.update({variables})
coverage.process_startup()
for name in {variables}:
    del os.environ[name]
sys.path[:1] = []
sys.argv[:4] = sys.argv[3:4]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def measure_processes() -> None:
    """Have whoever starts `sys.executable` start a Python that measures, if this one does."""
    if CONFIG not in os.environ:
        return
    variables = {name: os.environ[name] for name in (CONFIG, "COVERAGE_FILE")}
    beside, folder = Path(sys.executable).parent, Path(tempfile.mkdtemp(prefix="measured-"))
    for program in beside.iterdir():  # `fanscribe` is looked for there
        (folder / program.name).symlink_to(program)
    (python := folder / Path(sys.executable).name).unlink()
    text = MEASURING.format(python=sys.executable, decoder=DECODER, variables=variables)
    python.write_text(text, "utf-8")
    python.chmod(0o755)
    sys.executable = str(python)
