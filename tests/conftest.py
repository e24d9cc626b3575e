"""Things that every lane shares: where things are, what is skipped by name where they are not, and
what takes long.

`pytest` runs what a change needs, in minutes. `pytest --everything` runs the tests marked `long`
too, and all of the lanes that otherwise run a seeded share of their cases. `pytest --rest` runs
what `make test` does not, so that nothing has to run twice.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from fanscribe.speakers.building.build import NotBuilt, fetch_and_build
from fanscribe.speakers.models import FOLDER, is_current
from tests.support.lanes import longest_first
from tests.support.measured import measure_processes

measure_processes()  # before our modules are imported: they keep sys.executable

# Processes write as a user's do, also where this variable hides that a line is not written yet
os.environ.pop("PYTHONUNBUFFERED", None)

# No test may depend on how fast or busy the machine is
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample" / "lighthouse-talk.mp3"
CORPUS = ROOT.parent / "shared" / "corpus"
LONG = pytest.StashKey[int]()  # tests that were left out
BASE_SCRIPT = ROOT.parent / "shared" / "models" / "whisper-base.sh"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="run the tests that take long, too")
    parser.addoption("--rest", action="store_true", help="run what `make test` does not run, alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=longest_first)
    if config.getoption("--rest"):
        items[:] = [item for item in items if _takes_long(item) or _runs_a_share(item)]
        return
    if config.getoption("--everything"):
        return
    takes_long = [item for item in items if _takes_long(item)]
    items[:] = [item for item in items if not _takes_long(item)]
    config.hook.pytest_deselected(items=takes_long)
    if hasattr(config, "workeroutput"):  # one of several processes: it tells the one that prints
        config.workeroutput["long"] = len(takes_long)


def _takes_long(item: pytest.Item) -> bool:
    return item.get_closest_marker("long") is not None


def _runs_a_share(item: pytest.Item) -> bool:
    """Whether `make test` runs some of its cases, or (the corpus) leaves it out."""
    shared = "everything" in getattr(item, "fixturenames", ())
    return shared or (ROOT / "tests" / "corpus") in item.path.parents


def pytest_testnodedown(node: Any) -> None:
    """Each process collects all tests, so each leaves out as many (pytest-xdist)."""
    node.config.stash[LONG] = getattr(node, "workeroutput", {}).get("long", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what did not run, in a line, with the command that would run it."""
    if skipped := len(terminalreporter.stats.get("skipped", [])):
        lack = "1 test needs" if skipped == 1 else f"{skipped} tests need"
        terminalreporter.write_line(f"{lack} something that is not here: `pytest -rs` names it.")
    left = len(terminalreporter.stats.get("deselected", []))
    if left := left or terminalreporter.config.stash.get(LONG, 0):
        long = "1 test takes long" if left == 1 else f"{left} tests take long"
        terminalreporter.write_line(f"{long}: `make test-all` runs everything.")


@pytest.fixture(scope="session")
def everything(request: pytest.FixtureRequest) -> bool:
    """Whether a lane runs all of its cases, or a share."""
    return any(map(request.config.getoption, ("--everything", "--rest")))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recordings; not part of the project."""
    if not CORPUS.is_dir():
        pytest.skip(
            "needs ../shared/corpus (real recordings with reference text), which is not here"
        )
    return CORPUS


@pytest.fixture(scope="session")
def speaker_models() -> Iterator[Path]:
    """The folder of the models that tell speakers apart, named to whoever looks for it."""
    folder = ROOT / "build" / "speakers"
    if not is_current(folder):
        try:
            fetch_and_build(folder)
        except NotBuilt as reason:
            pytest.skip(f"the speaker models can't be had here: {reason}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(FOLDER, str(folder))
        yield folder


@pytest.fixture(scope="session")
def base() -> str:
    """Folder of the multilingual base model."""
    if not BASE_SCRIPT.is_file():
        pytest.skip(
            "needs ../shared/models/whisper-base.sh (the multilingual base model), "
            "which is not here"
        )
    made = subprocess.run(["bash", BASE_SCRIPT], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"the multilingual base model can't be had here: {made.stderr.strip()[-200:]}")
    return str(Path(made.stdout.strip()))
