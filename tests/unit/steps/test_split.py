"""Split: from an object in S3 to a plan, chunks and sound."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from fanscribe.audio.sound import Samples
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.payloads import Job, SectionTask, SplitTask
from fanscribe.documents.plan import Findings, Plan, SectionResult, Sections
from fanscribe.errors import (
    InvalidInput,
    InvalidOption,
    JobInProgress,
    JobTooExpensive,
    RecordingNotFound,
    RecordingTooLarge,
    UnreadableRecording,
    UnsupportedLanguage,
)
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import StoredObject
from fanscribe.recognition.models import find_model
from fanscribe.runtime.settings import SplitSettings
from fanscribe.steps.split import split
from fanscribe.steps.split_chunks import Workload, check_cost
from fanscribe.steps.split_decoding import HEAD, SMALL, RecordingSource, split_section
from fanscribe.tiling.frames import Frames
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.builders import a_model_folder, a_weights_file
from tests.support.fakes import MemoryStorage

NOTHING = Findings(start=0, clocked=True)
SETTINGS = SplitSettings(work_bucket="work", model="tiny.en", chunk_tiles=2, map_concurrency=10)


@pytest.fixture(scope="module")
def talk() -> Samples:
    """The first two minutes of the sample."""
    return decoded(SAMPLE)[0, : 120 * 16_000]


def a_bucket(data: bytes, metadata: dict[str, str] | None = None) -> MemoryStorage:
    where = ("recordings", "talks/a b+c.mp3")
    return MemoryStorage({where: data}, {where: metadata or {}})


def job_of(storage: MemoryStorage, settings: SplitSettings = SETTINGS, **said: Any) -> Job:
    task = SplitTask.parse(
        {"execution": "here", "input": {"bucket": "recordings", "key": "talks/a b+c.mp3"} | said}
    )
    return split(task, settings, storage, lambda _: False)


def plan_of(storage: MemoryStorage, job: Job) -> Plan:
    return Plan.model_validate_json(storage.read("work", keys.plan(job.job)))


def test_the_sound_of_the_chunks_is_the_recordings_sample_for_sample(talk: Samples) -> None:
    storage = a_bucket(write_wav(talk))
    job = job_of(storage)
    plan, items = plan_of(storage, job), json.loads(storage.read("work", job.chunks_key))
    assert plan.recording.samples == len(talk)
    assert job.chunks == len(items) == 3
    for item in items:
        tiles = plan.tiles[item["first"] : item["last"] + 1]
        found = sounds(storage, "work", plan, tiles)
        assert all(np.array_equal(found[tile.index], talk[tile.start : tile.end]) for tile in tiles)


def test_the_answer_carries_references_alone(talk: Samples) -> None:
    assert len(job_of(a_bucket(write_wav(talk))).model_dump_json()) < 1_000


def test_options_come_from_the_input_or_else_from_the_objects_metadata(talk: Samples) -> None:
    storage = a_bucket(
        write_wav(talk[:16_000]), {"formats": "srt", "language": "en", "mtime": "17"}
    )
    assert job_of(storage).output.formats == ("srt",)
    assert job_of(storage, options={"formats": ["vtt"]}).output.formats == ("vtt",)


def test_the_size_of_the_chunks_makes_no_other_job(talk: Samples) -> None:
    storage = a_bucket(write_wav(talk[:16_000]))
    assert (
        job_of(storage).job == job_of(storage, SETTINGS.model_copy(update={"chunk_tiles": 9})).job
    )
    assert job_of(storage).job != job_of(storage, options={"language": "en"}).job


def test_a_beam_that_is_left_out_makes_the_same_job_as_the_models_usual_one(
    talk: Samples, tmp_path: Path
) -> None:
    storage, deep = a_bucket(write_wav(talk[:16_000])), a_model_folder(tmp_path / "deep")
    a_weights_file(deep / "model.bin", width=768, layers=12)
    for model, usual in (("tiny.en", 5), (str(deep), 1)):
        settings = SETTINGS.model_copy(update={"model": model})
        left_out, one, five = (
            job_of(storage, settings, options=options)
            for options in ({}, {"beam_size": 1}, {"beam_size": 5})
        )
        assert one.job != five.job
        assert left_out.job == {1: one, 5: five}[usual].job
        assert [plan_of(storage, job).options.beam_size for job in (one, five)] == [1, 5]


def test_where_the_size_is_left_open_the_planner_chooses_it_by_concurrency(talk: Samples) -> None:
    def chunks(concurrency: int) -> int:
        storage = a_bucket(write_wav(talk))
        return job_of(
            storage, SETTINGS.model_copy(update={"chunk_tiles": 0, "map_concurrency": concurrency})
        ).chunks

    assert 1 <= chunks(1) <= chunks(1_000) <= 6


def test_another_content_makes_another_job_and_another_upload_of_the_same_does_not(
    talk: Samples,
) -> None:
    storage = a_bucket(write_wav(talk[:16_000]))
    assert job_of(storage, version="v1").job == job_of(storage, version="v2").job
    assert job_of(storage).job != job_of(a_bucket(write_wav(talk[:16_001]))).job


@pytest.mark.parametrize("typed", ["talks/a+b%2Bc.mp3", "talks%2Fa%20b%2Bc.mp3"])
def test_a_key_is_taken_as_it_is_and_decoded_where_there_is_no_such_object(
    talk: Samples,
    typed: str,
) -> None:
    storage = a_bucket(write_wav(talk[:16_000]))
    expected = job_of(storage)
    assert job_of(storage, key=typed) == expected
    storage.objects["recordings", typed] = write_wav(talk[:16_001])
    assert job_of(storage, key=typed).recording == f"s3://recordings/{typed}"


def test_of_a_key_that_is_not_there_decoded_or_not_the_message_has_what_was_said() -> None:
    with pytest.raises(RecordingNotFound, match=r"There is no s3://recordings/a%20b\.mp3\."):
        job_of(a_bucket(b""), key="a%20b.mp3")


def test_what_would_cost_more_than_a_job_may_is_refused_before_anything_is_read(
    talk: Samples,
) -> None:
    storage = a_bucket(write_wav(talk))
    dear = SETTINGS.model_copy(update={"max_job_cost": 0.0001})
    message = r"a b\+c\.mp3 would cost about \$0\.00\d .* at most \$0\.0001 may be: .*MaxJobCost"
    with pytest.raises(JobTooExpensive, match=message):
        job_of(storage, dear)
    assert [key for _, key in storage.objects if key.endswith("chunks.json")] == []
    cheap = SETTINGS.model_copy(update={"max_job_cost": 0.1})
    assert job_of(storage, cheap).chunks == job_of(storage).chunks == 3
    assert job_of(a_bucket(write_wav(talk[:16_000] * 0)), dear).chunks == 0, "silence is free"


def test_what_was_read_before_costs_nothing_again(talk: Samples) -> None:
    storage = a_bucket(write_wav(talk))
    job = job_of(storage)
    for tile in plan_of(storage, job).tiles:
        storage.write("work", keys.part(job.job, tile.index, tile.index), b"{}", "application/json")
    assert job_of(storage, SETTINGS.model_copy(update={"max_job_cost": 0.0001})).chunks == 0


def test_a_job_that_another_execution_is_at_is_waited_for(talk: Samples) -> None:
    storage = a_bucket(write_wav(talk[:16_000]))
    running = {"one"}
    task = {"input": {"bucket": "recordings", "key": "talks/a b+c.mp3"}}

    def begin(execution: str) -> Job:
        return split(
            SplitTask.parse({"execution": execution} | task),
            SETTINGS,
            storage,
            running.__contains__,
        )

    begin("one")
    begin("one")  # its own retry, or a redrive
    with pytest.raises(JobInProgress, match="Waiting for one, which is at the same job"):
        begin("two")
    running.clear()
    begin("two")


def a_part(storage: MemoryStorage, job: Job, first: int, last: int) -> None:
    """As if the tiles first..last had been read before."""
    storage.objects["work", keys.part(job.job, first, last)] = b"{}"


def test_only_what_an_earlier_execution_left_undone_is_laid_out(talk: Samples) -> None:
    storage = a_bucket(write_wav(talk))
    job = job_of(storage)
    chunks = json.loads(storage.read("work", job.chunks_key))
    a_part(storage, job, chunks[0]["first"], chunks[1]["last"])
    again = job_of(storage)
    assert (again.job, again.chunks) == (job.job, 1)
    assert json.loads(storage.read("work", job.chunks_key)) == chunks[2:]


def test_a_finished_job_is_not_even_decoded(talk: Samples) -> None:
    storage = a_bucket(write_wav(talk))
    job = job_of(storage)
    plan = plan_of(storage, job)
    a_part(storage, job, 0, plan.tiles[-1].index)

    class Undownloadable(MemoryStorage):
        def download(self, *_: object) -> None:
            raise AssertionError("nothing needs the recording")

    again = job_of(Undownloadable(storage.objects, storage.metadata))
    assert (again.job, again.chunks) == (job.job, 0)
    assert plan_of(storage, job) == plan


def test_the_language_that_was_detected_is_not_detected_again(
    talk: Samples, tmp_path: Path
) -> None:
    storage = a_bucket(write_wav(talk[:16_000]))
    multilingual = SETTINGS.model_copy(
        update={"model": str(a_model_folder(tmp_path / "mine", ["en", "fr"], multilingual=True))}
    )
    job = job_of(storage, multilingual)
    JobFolder(storage, "work", job.job).save_language("fr")
    assert (job.language, job_of(storage, multilingual).language) == (None, "fr")


def test_a_key_that_leaves_no_room_for_the_transcripts_is_refused(talk: Samples) -> None:
    key = "ü" * 500
    storage = MemoryStorage({("recordings", key): write_wav(talk[:16_000])})
    with pytest.raises(InvalidInput, match="is too long"):
        split(
            SplitTask.parse({"execution": "here", "input": {"uri": f"s3://recordings/{key}"}}),
            SETTINGS,
            storage,
            lambda _: False,
        )


def test_silence_has_no_chunks() -> None:
    storage = a_bucket(write_wav(np.zeros(40 * 16_000, np.int16)))
    job = job_of(storage)
    assert job.chunks == 0
    assert [tile.silent for tile in plan_of(storage, job).tiles] == [True, True]


@pytest.mark.parametrize(
    ("storage", "said", "error", "message"),
    [
        (MemoryStorage(), {}, RecordingNotFound, "no s3://recordings/talks/a b"),
        (a_bucket(b"just words"), {}, UnreadableRecording, "talks/a b.c.mp3 can't be read"),
        (
            a_bucket(b""),
            {"options": {"language": "fr"}},
            UnsupportedLanguage,
            "tiny.en does not know the language 'fr'",
        ),
        (a_bucket(b""), {"options": {"format": "srt"}}, InvalidOption, "no option 'format'"),
        (a_bucket(b"", {"formats": "docx"}), {}, InvalidOption, "can't be 'docx'"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    storage: MemoryStorage, said: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        job_of(storage, **said)
    assert {Path(key).name for key in storage.keys("work", "")} <= {"claim.json"}, (
        "nothing is stored for it"
    )


def test_nothing_is_left_on_the_disk(
    talk: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    job_of(a_bucket(write_wav(talk[:16_000])))
    assert list(tmp_path.iterdir()) == []


def test_each_channel_has_its_own_tiles_and_chunks_where_they_are_separate(
    talk: Samples, tmp_path: Path
) -> None:
    hush = np.zeros_like(talk)
    stereo = a_wav(tmp_path / "call.wav", np.stack([talk, hush], axis=1).reshape(-1), channels=2)
    storage = a_bucket(stereo.read_bytes())
    job = job_of(storage, options={"channels": "separate"})
    plan = plan_of(storage, job)
    assert [tile.index for tile in plan.tiles] == list(range(len(plan.tiles)))
    for channel in (0, 1):
        own = [tile for tile in plan.tiles if tile.channel == channel]
        assert (own[0].start, own[-1].end) == (0, len(talk))
        assert all(tile.silent for tile in own) == (channel == 1)
    (silent,) = [tile for tile in plan.tiles if (tile.channel, tile.start) == (1, 0)]
    assert np.array_equal(
        sounds(storage, "work", plan, plan.tiles[:1])[0], talk[: plan.tiles[0].end]
    )
    assert not sounds(storage, "work", plan, [silent])[silent.index].any()


def test_the_language_is_left_open_only_where_it_must_be_detected(
    talk: Samples, tmp_path: Path
) -> None:
    storage = a_bucket(write_wav(talk[:16_000]))
    multilingual = SETTINGS.model_copy(
        update={"model": str(a_model_folder(tmp_path / "mine", ["en", "fr"], multilingual=True))}
    )
    assert job_of(storage).language == "en", "an English-only model"
    assert job_of(storage, multilingual, options={"language": "fr"}).language == "fr"
    assert job_of(storage, multilingual).language is None
    assert job_of(storage, multilingual, options={"language": "multilingual"}).language is None


def test_an_english_only_model_translates_nothing() -> None:
    with pytest.raises(UnsupportedLanguage, match="can't translate"):
        job_of(a_bucket(b""), options={"task": "translate"})


@dataclass
class HugeObjects(MemoryStorage):
    """Objects larger than any disk."""

    def describe(self, bucket: str, key: str, version: str | None) -> StoredObject:
        return replace(super().describe(bucket, key, version), size=10**18)


def test_what_does_not_fit_on_the_disk_is_refused_before_it_is_fetched() -> None:
    with pytest.raises(
        RecordingTooLarge,
        match=r"c\.mp3 is 1,000,000,000,000\.0 MB, and the scratch folder has room for",
    ):
        job_of(HugeObjects(a_bucket(b"film").objects))


def test_the_deployments_limits_hold(talk: Samples) -> None:
    with pytest.raises(
        RecordingTooLarge,
        match=r"c\.mp3 lasts 2:00 or longer, .* raise the template's MaxDurationHours",
    ):
        job_of(
            a_bucket(write_wav(talk)), SETTINGS.model_copy(update={"max_duration_hours": 1 / 60})
        )


def test_a_loss_is_tolerated_as_the_job_says_and_else_as_the_deployment_does(talk: Samples) -> None:
    lenient = SETTINGS.model_copy(update={"tolerated_loss": 0.1})
    storage = a_bucket(write_wav(talk[: 20 * 16_000]))
    assert job_of(storage).output.tolerated_loss == 0
    assert job_of(storage, lenient).output.tolerated_loss == 0.1
    assert job_of(storage, lenient, options={"tolerated_loss": 0}).output.tolerated_loss == 0
    said = a_bucket(write_wav(talk[: 20 * 16_000]), {"tolerated-loss": "0.5"})
    assert job_of(said, lenient).output.tolerated_loss == 0.5


def test_the_answer_names_the_transcript_that_there_will_be(talk: Samples) -> None:
    job = job_of(
        a_bucket(write_wav(talk[: 20 * 16_000])), options={"formats": ["srt", "transcribe-json"]}
    )
    folder = f"talks/a b+c.mp3/{job.job}"
    assert job.keys == {
        "srt": f"{folder}/transcript.srt",
        "transcribe-json": f"{folder}/transcript.transcribe.json",
    }
    assert job.recording == "s3://recordings/talks/a b+c.mp3"


def test_a_recording_is_asked_how_long_it_is_only_where_it_is_large() -> None:
    class Unread(MemoryStorage):
        def download(self, *_: object) -> None:
            raise AssertionError("a small one is one section, whatever is in it")

    assert a_source(Unread(), size=SMALL).sections() == 1


@pytest.mark.parametrize(("hours", "count"), [(2, 1), (2.9, 1), (4.5, 4), (10, 10), (60, 20)])
def test_a_long_recording_is_shared_out_by_what_its_head_says_of_its_length(
    talk: Samples, hours: float, count: int
) -> None:
    data = write_wav(talk)
    size = round(hours * 3600 / 120 * len(data))
    assert a_source(MemoryStorage({("recordings", "day.wav"): data}), size).sections() == count


@pytest.mark.parametrize(("hours", "asked"), [(2.9, []), (10, [36_000])])
def test_before_sections_are_decoded_it_is_asked_whether_that_may_be_spent(
    talk: Samples,
    hours: float,
    asked: list[int],
) -> None:
    data = write_wav(talk)
    size = round(hours * 3600 / 120 * len(data))
    seconds = list[float]()
    source = a_source(MemoryStorage({("recordings", "day.wav"): data}), size)
    replace(source, afford=seconds.append).sections()
    assert seconds == pytest.approx(asked, rel=0.01)


def test_decoding_alone_may_cost_too_much() -> None:
    model, options = find_model("tiny.en"), ReadingOptions()
    dear, cheap = (SETTINGS.model_copy(update={"max_job_cost": most}) for most in (0.1, 0.01))
    check_cost("day.wav", Workload(86_400, 0), model, options, dear)
    with pytest.raises(JobTooExpensive, match=r"day\.wav would cost about \$0\.0\d"):
        check_cost("day.wav", Workload(86_400, 0), model, options, cheap)


def test_what_can_not_be_known_from_its_head_is_decoded_in_one_go() -> None:
    assert (
        a_source(
            MemoryStorage({("recordings", "day.wav"): b"moov comes last"}), size=10**10
        ).sections()
        == 1
    )


def a_source(storage: MemoryStorage, size: int) -> RecordingSource:
    """As if only the beginning of it were there."""

    class Beginning(MemoryStorage):
        def download(
            self, bucket: str, key: str, stored: StoredObject, target: Path, most: int | None = None
        ) -> None:
            assert (stored.size, most) == (size, HEAD)
            storage.download(bucket, key, storage.describe(bucket, key, None), target, most)

    return RecordingSource(
        Beginning(),
        "recordings",
        "day.wav",
        StoredObject("0123", size=size),
        separate=False,
        limits=SETTINGS,
    )


@pytest.fixture
def shared_out(talk: Samples) -> tuple[MemoryStorage, Job]:
    """Two minutes that are shared out as three sections, and Split's first answer."""
    storage = a_bucket(write_wav(talk))
    (bucket, key), job = next(iter(storage.objects)), job_of(a_bucket(write_wav(talk))).job
    stored = storage.describe(bucket, key, None)
    where = {
        "bucket": bucket,
        "key": key,
        "etag": stored.etag,
        "version": None,
        "size": stored.size,
    }
    shared = Sections(**where, count=3, separate=False, spent=BilledTime(ms=0, memory_mb=0))
    JobFolder(storage, "work", job).save_sections(shared)
    return storage, job_of(storage)


def test_as_many_sections_are_decoded_at_once_as_chunks_are_read_unless_it_is_said(
    shared_out: tuple[MemoryStorage, Job],
) -> None:
    storage, first = shared_out
    assert first.max_concurrency == 10
    alone = SETTINGS.model_copy(update={"map_concurrency": 1, "section_concurrency": 4})
    assert job_of(storage, alone).max_concurrency == 4


def test_split_names_the_sections_first_and_puts_them_together_when_asked_again(
    talk: Samples, shared_out: tuple[MemoryStorage, Job]
) -> None:
    storage, first = shared_out
    assert (first.sections, first.chunks) == ((0, 1, 2), 0)
    for number in (2, 0):
        split_section(
            SectionTask(execution="here", job=first.job, section=number), SETTINGS, storage
        )
    assert job_of(storage).sections == (1,), "as after a failure"
    split_section(SectionTask(execution="here", job=first.job, section=1), SETTINGS, storage)
    last = job_of(storage)
    plan, whole = plan_of(storage, last), a_bucket(write_wav(talk))
    assert (last.sections, last.chunks) == ((), 3)
    assert (plan.recording.samples, len(plan.sound.sections)) == (len(talk), 3)
    assert len(plan.spent) == 5, "the first decoding, three sections, putting them together"
    assert [tile.silent for tile in plan.tiles] == [
        tile.silent for tile in plan_of(whole, job_of(whole)).tiles
    ]
    for tile in plan.tiles:
        assert np.array_equal(
            sounds(storage, "work", plan, [tile])[tile.index], talk[tile.start : tile.end]
        )


def test_sound_of_sections_that_is_gone_is_decoded_again_the_same(
    shared_out: tuple[MemoryStorage, Job],
) -> None:
    storage, first = shared_out
    for number in first.sections:
        split_section(
            SectionTask(execution="here", job=first.job, section=number), SETTINGS, storage
        )
    job_of(storage)
    there = {key: storage.read("work", key) for key in storage.keys("work", keys.sound(first.job))}
    assert len(there) == 3
    gone, short, _ = there
    storage.delete("work", gone)
    storage.objects["work", short] = there[short][:1_000]
    assert job_of(storage).chunks == 3
    assert {key: storage.read("work", key) for key in there} == there


def test_a_damaged_section_is_decoded_again(shared_out: tuple[MemoryStorage, Job]) -> None:
    storage, first = shared_out
    for number in first.sections:
        split_section(
            SectionTask(execution="here", job=first.job, section=number), SETTINGS, storage
        )
    storage.objects["work", keys.frames(first.job, 1)] = b"half of it"
    assert job_of(storage).sections == (1,)


def test_sections_without_any_sound_are_no_recording(shared_out: tuple[MemoryStorage, Job]) -> None:
    storage, first = shared_out
    silent = Frames(0, np.zeros((1, 2, 0), np.float32))
    folder, nothing = JobFolder(storage, "work", first.job), BilledTime(ms=0, memory_mb=0)
    for number in first.sections:
        folder.save_frames(number, silent.dump())
        folder.save_section(number, SectionResult(samples=0, findings=NOTHING, spent=nothing))
    with pytest.raises(UnreadableRecording, match="has no sound: not one sample"):
        job_of(storage)


def test_sections_that_are_too_long_together_are_refused(
    shared_out: tuple[MemoryStorage, Job],
) -> None:
    storage, first = shared_out
    for number in first.sections:
        split_section(
            SectionTask(execution="here", job=first.job, section=number), SETTINGS, storage
        )
    with pytest.raises(RecordingTooLarge, match=r"c\.mp3 lasts 2:00 or longer"):
        job_of(storage, SETTINGS.model_copy(update={"max_duration_hours": 1.5 / 60}))
