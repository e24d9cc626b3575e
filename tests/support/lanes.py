"""Which cases of a test are run each time, and which only with `--everything`; and which files are
begun first.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest

# The files that take longest, by seconds (`make test-rest`). Two run at once: begun last, one of
# them would run alone while the other core waits
LONGEST_FIRST = (
    "tests/corpus/test_accuracy.py",
    "tests/faults/test_faults.py",
    "tests/corpus/test_languages.py",
    "tests/workflow/test_transcription.py",
    "tests/workflow/test_soak.py",
    "tests/corpus/test_faults.py",
    "tests/corpus/test_corpus.py",
    "tests/hostile/test_hostile_media.py",
    "tests/workflow/test_failures.py",
    "tests/workflow/test_cores.py",
    "tests/workflow/test_roles.py",
    "tests/workflow/test_cloud_command.py",
    "tests/faults/test_names.py",
    "tests/workflow/test_command.py",
    "tests/workflow/test_stopped.py",
    "tests/faults/test_speakers.py",
    "tests/workflow/test_sections.py",
    "tests/workflow/test_command_files.py",
    "tests/workflow/test_wrong_names.py",
    "tests/workflow/test_new_account.py",
    "tests/workflow/test_logs.py",
    "tests/workflow/test_redaction.py",
    "tests/workflow/test_deployment.py",
    "tests/workflow/test_speakers.py",
)


# The other files by their folders; what is in none of these is short, and fills what time is left
THEN = ("workflow", "browser", "media")


def longest_first(item: pytest.Item) -> tuple[int, int]:
    """A key to sort tests by: the files that take longest, the folders whose files take long, and
    the rest as it comes.
    """
    file = item.nodeid.partition("::")[0]
    folder = file.removeprefix("tests/").partition("/")[0]
    return _place(file, LONGEST_FIRST), _place(folder, THEN)


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def long_but(quick: Collection[str], cases: Iterable[str]) -> list[Any]:
    """All of the cases as parameters; those that are not `quick` are marked `long`."""
    known = list(cases)
    assert set(quick) <= set(known)
    return [case if case in quick else pytest.param(case, marks=pytest.mark.long) for case in known]


def long_after(count: int, cases: Iterable[Any]) -> list[Any]:
    """All of the cases as parameters; those after the first `count` are marked `long`."""
    return [
        case if number < count else pytest.param(case, marks=pytest.mark.long)
        for number, case in enumerate(cases)
    ]
