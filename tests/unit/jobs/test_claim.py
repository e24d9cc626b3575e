"""One execution at a time is at a job."""

import pytest

from fanscribe import keys
from fanscribe.errors import JobInProgress
from fanscribe.jobs.claim import await_end, claim_job
from fanscribe.jobs.folder import JobFolder
from tests.support.fakes import MemoryStorage


def test_of_two_that_come_at_once_one_gets_the_job() -> None:
    storage = MemoryStorage()
    folder = JobFolder(storage, "work", "job")

    def overtaken(execution: str) -> bool:
        claim_job(folder, "three", lambda _: False)
        return execution == "three"

    claim_job(folder, "one", overtaken)
    with pytest.raises(JobInProgress, match="another execution, which has just begun"):
        claim_job(folder, "two", overtaken)


def test_a_damaged_claim_holds_nothing_and_is_written_over() -> None:
    storage = MemoryStorage()
    folder = JobFolder(storage, "work", "job")
    storage.write("work", keys.claim("job"), b"{", "application/json")
    await_end(folder, lambda _: True)
    claim_job(folder, "one", lambda _: True)
    with pytest.raises(JobInProgress, match="Waiting for one, which is at the job to redo"):
        await_end(folder, lambda _: True)
