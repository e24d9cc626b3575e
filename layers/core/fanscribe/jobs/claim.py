"""One execution at a time: which one is at a job."""

from collections.abc import Callable

from fanscribe import keys
from fanscribe.documents.job import Claim
from fanscribe.errors import JobInProgress
from fanscribe.jobs.folder import JobFolder


def claim_job(folder: JobFolder, execution: str, runs: Callable[[str], bool]) -> None:
    """Make the job this execution's, by a conditional write: of two that come at once, one gets it.

    Raises JobInProgress while another execution that still `runs` is at it.
    """
    key = keys.claim(folder.job)
    held, etag = folder.find_with_etag(key, Claim)
    if held and held.execution == execution:
        return
    if held and runs(held.execution):
        which = f"which is at the same job ({folder.job})"
        raise JobInProgress(f"Waiting for {held.execution}, {which}.")
    if not folder.save_over(key, Claim(execution=execution), etag):
        which = f"which has just begun the same job ({folder.job})"
        raise JobInProgress(f"Waiting for another execution, {which}.")


def await_end(folder: JobFolder, runs: Callable[[str], bool]) -> None:
    """Raises JobInProgress while an execution that still `runs` is at the job."""
    held = folder.find(keys.claim(folder.job), Claim)
    if held and runs(held.execution):
        which = f"which is at the job to redo ({folder.job})"
        raise JobInProgress(f"Waiting for {held.execution}, {which}.")
