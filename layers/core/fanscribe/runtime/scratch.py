"""Folders for large files of an invocation. Nothing of them stays, however it ends."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PREFIX = "fanscribe-scratch-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        yield Path(folder)


def clear_scratch(environment: Mapping[str, str] = os.environ) -> None:
    """Remove what a process that was killed has left to this one, which takes its place.

    After a timeout or a crash Lambda starts a new process in the same environment, and "the Lambda
    reset does not clear the /tmp directory content" (docs.aws.amazon.com/lambda, "Understanding the
    Lambda execution environment lifecycle"). On any other machine other processes use that folder.
    """
    if "LAMBDA_TASK_ROOT" in environment:  # no function can set it: Lambda reserves the name
        for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
