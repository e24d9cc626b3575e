"""Documents are read as they were stored, by us or by Step Functions, or not at all."""

import json

import pytest

from fanscribe.documents.job import Failure
from fanscribe.errors import WorkDamaged
from fanscribe.jobs.document_store import DocumentStore
from tests.support.fakes import MemoryStorage

FAILURE = Failure(error="Sandbox.Timedout", cause='"Zürich" 東京 🗼')


def test_a_document_that_was_stored_as_a_string_is_the_same() -> None:
    store = DocumentStore(storage := MemoryStorage(), "work")
    store.save("ours", FAILURE)
    as_a_string = json.dumps(storage.objects["work", "ours"].decode())
    storage.objects["work", "theirs"] = as_a_string.encode()
    assert store.read("ours", Failure) == FAILURE
    assert store.read("theirs", Failure) == FAILURE


@pytest.mark.parametrize(
    "data", [b"", b'{"error":', b'"', b'"{"', b"null", b"[]", b'{"error":1,"cause":""}', b"\xff"]
)
def test_a_damaged_document_is_none(data: bytes) -> None:
    store = DocumentStore(MemoryStorage({("work", "it"): data}), "work")
    assert store.find("it", Failure) is None
    with pytest.raises(WorkDamaged, match="s3://work/it is no whole failure"):
        store.read("it", Failure)
