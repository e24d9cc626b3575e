"""A zip function and its layers may be 250 MB together, unzipped."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

LIMIT = 250 * 1024 * 1024  # docs.aws.amazon.com/lambda, "Lambda quotas": deployment package size


def files_of_the_layer() -> Iterator[Path]:
    """The layer's locked requirements as installed, and our own code."""
    locked = re.findall(
        r"^([\w.-]+)==", (ROOT / "layers" / "core" / "requirements.txt").read_text(), re.MULTILINE
    )
    assert "pydantic" in locked
    for name in locked:
        yield from (Path(str(file.locate())) for file in importlib.metadata.files(name) or [])
    for folder in ("layers/core", "functions/merge"):
        yield from (ROOT / folder).rglob("*.py")


def test_merge_and_its_layer_fit_into_a_zip_function() -> None:
    size = sum(file.stat().st_size for file in files_of_the_layer() if file.is_file())
    assert size > 1024 * 1024, "they were found"
    assert size < LIMIT
