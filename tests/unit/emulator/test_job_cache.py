"""The job cache of one machine, and the job in it that a redo is about."""

import hashlib
from pathlib import Path

import pytest

from fanscribe import keys
from fanscribe.documents.plan import Plan, Recording
from fanscribe_local.emulator.job_cache import JobCache, etag
from tests.support.builders import a_plan, tiles

EIGHT = 8 << 20


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "talk.mp3"
    file.write_bytes(b"speech")
    return file


def keep(cache: JobCache, job: str, recording: Path) -> Plan:
    plan = a_plan(tiles(1))
    named = Recording(
        bucket="recordings",
        key=recording.name,
        etag=etag(recording),
        samples=plan.recording.samples,
    )
    plan = plan.model_copy(update={"job": job, "recording": named})
    cache.keep(keys.plan(job), plan.model_dump_json().encode())
    return plan


def begin(cache: JobCache, job: str) -> None:
    cache.keep(keys.claim(job), b"{}")


def test_the_latest_is_the_one_that_was_begun_last_whether_or_not_it_wrote_anything(
    tmp_path: Path, talk: Path
) -> None:
    cache = JobCache(tmp_path / "work")
    assert cache.latest(talk) is None
    first, second = keep(cache, "0" * 16, talk), keep(cache, "1" * 16, talk)
    begin(cache, first.job)
    assert cache.latest(talk) == first
    begin(cache, second.job)
    assert cache.latest(talk) == second
    list(cache.restore(first.job))  # only looked at
    assert cache.latest(talk) == second


def test_other_content_under_the_same_name_and_work_that_nobody_understands_do_not_count(
    tmp_path: Path, talk: Path
) -> None:
    cache = JobCache(tmp_path / "work")
    plan = keep(cache, "0" * 16, talk)
    cache.keep(keys.plan("1" * 16), b"{")
    assert cache.latest(talk) == plan
    talk.write_bytes(b"another")
    assert cache.latest(talk) is None


@pytest.mark.parametrize(
    ("size", "parts"),
    [(0, 0), (10, 0), (EIGHT - 1, 0), (EIGHT, 1), (2 * EIGHT, 2), (2 * EIGHT + 1, 3)],
)
def test_a_files_etag_is_s3s(tmp_path: Path, size: int, parts: int) -> None:
    """S3 user guide, "Checking object integrity": of an upload in parts, the MD5 of their MD5s, a
    dash, and their number.
    """
    file, data = tmp_path / "file", bytes(size)
    file.write_bytes(data)
    pieces = [hashlib.md5(data[i : i + EIGHT]).digest() for i in range(0, size, EIGHT)]
    assert etag(file) == (
        f"{hashlib.md5(b''.join(pieces)).hexdigest()}-{parts}"
        if parts
        else hashlib.md5(data).hexdigest()
    )


def test_all_jobs_of_a_recording_can_be_removed_and_no_others(tmp_path: Path, talk: Path) -> None:
    cache, other = JobCache(tmp_path / "work"), tmp_path / "other.wav"
    other.write_bytes(b"another")
    for job in ("0", "1"):
        keep(cache, job * 16, talk)
    kept = keep(cache, "2" * 16, other)
    assert cache.remove(talk, talk.name) == 2
    assert cache.latest(talk) is None
    assert cache.latest(other) == kept
    assert cache.remove(talk, talk.name) == 0
