"""Personal data that is found before Merge, and that is in nothing that Merge writes."""

import io
import json
from typing import Any

import numpy as np
import pytest
import soundfile

from fanscribe import keys
from fanscribe.documents.job import BilledTime, Failure
from fanscribe.documents.options import FORMATS, OutputOptions, ReadingOptions
from fanscribe.documents.payloads import MergeTask, PersonalDataTask, TranscriptReference
from fanscribe.documents.plan import Origin, Plan
from fanscribe.documents.reading import Reading, Word
from fanscribe.documents.redaction import KINDS
from fanscribe.documents.track import Track
from fanscribe.errors import IncompleteTranscript, WorkDamaged
from fanscribe.jobs.audio_store import AudioStore
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import all_readings_so_far
from fanscribe.jobs.parts import save_failure, save_part
from fanscribe.runtime.settings import MergeSettings
from fanscribe.steps.find_personal_data import find_personal_data
from fanscribe.steps.merge import merge
from fanscribe.transcript.build import build_transcript
from fanscribe.transcript.ledger import settle_ledger
from fanscribe.transcript.redaction.apply import silences
from fanscribe.transcript.redaction.recognizers import load_recognizers
from tests.support.builders import a_plan, a_reading, tiles, words
from tests.support.fakes import MemoryStorage

SPOKEN = BilledTime(ms=1000, memory_mb=1024)
SETTINGS = MergeSettings(work_bucket="work", transcripts_bucket="transcripts")
SAID = (
    "Hello, my name is Maria Gonzalez. | My card number is 4111 1111 1111 1111.",
    "You can reach me at jane.doe@example.org, I live at 42 Elm Street, Springfield.",
    "Thank you, Maria. | My password is sunshine forty two and my pin is one two three four.",
)
SECRETS = ("Maria", "Gonzalez", "4111", "1111", "jane", "example.org", "Elm", "sunshine", "forty")


class Job:
    """A job whose tiles are read, in memory."""

    def __init__(self, *said: str, language: str = "en", part_tiles: int = 1) -> None:
        self.storage = MemoryStorage()
        self.plan = a_plan(tiles(len(said), 30))
        self.folder = JobFolder(self.storage, "work", self.plan.job)
        self.folder.save_plan(self.plan, [], SPOKEN)
        readings = [a_reading(i, words(text, i * 30_000), language) for i, text in enumerate(said)]
        for first in range(0, len(readings), part_tiles):
            save_part(self.folder, readings[first : first + part_tiles], SPOKEN)

    def find(self, **options: Any) -> None:
        task = PersonalDataTask(
            execution="one", job=self.plan.job, output=OutputOptions(formats=FORMATS, **options)
        )
        find_personal_data(task, SETTINGS, self.storage, load_recognizers)

    def merge(self, **options: Any) -> TranscriptReference:
        output = OutputOptions(**({"formats": FORMATS} | options))
        task = MergeTask(execution="one", job=self.plan.job, output=output)
        return merge(task, SETTINGS, self.storage)

    @property
    def files(self) -> dict[str, str]:
        return {
            keys.transcript_suffix(key): data.decode(errors="replace")
            for (bucket, key), data in self.storage.objects.items()
            if bucket == "transcripts"
        }


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_no_format_shows_what_is_redacted_and_all_of_them_say_that_something_was() -> None:
    job = Job(*SAID)
    job.find(redact="all")
    reference = job.merge(redact="all")
    assert len(job.files) == len(FORMATS)
    for name, text in job.files.items():
        assert secrets_in(text) == [], name
        assert ("[PII]" if name == "transcribe.json" else "[PASSWORD]") in text, name
    assert secrets_in(reference.model_dump_json()) == []
    assert job.files["txt"].startswith("Hello, my name is [NAME].")


def test_what_is_stored_of_it_has_places_and_no_words() -> None:
    job = Job(*SAID)
    job.find(redact="all")
    stored = job.storage.read("work", keys.personal_data(job.plan.job)).decode()
    assert secrets_in(stored) == []
    found = job.folder.personal_data()
    assert found.kinds == KINDS
    assert {each.kind for each in found.found} == {"name", "card", "email", "address", "password"}


def test_only_the_kinds_that_are_asked_for_are_redacted() -> None:
    job = Job(*SAID)
    job.find(redact="card")
    job.merge(redact="card")
    assert "[CARD]" in job.files["txt"]
    assert "Maria Gonzalez" in job.files["txt"]
    assert "4111" not in job.files["txt"]


def test_without_it_the_bytes_are_those_that_they_were() -> None:
    job, other = Job(*SAID), Job(*SAID)
    job.merge()
    other.find(redact="all")
    other.merge()
    assert job.files == other.files
    assert secrets_in(job.files["txt"]) == [*SECRETS]


def test_parts_of_any_size_give_the_same_bytes() -> None:
    written = []
    for part_tiles in (1, 2, 3):
        job = Job(*SAID, part_tiles=part_tiles)
        job.find(redact="all")
        job.merge(redact="all")
        written.append(job.files)
    assert written[0] == written[1] == written[2]


def test_amazons_json_has_amazons_redacted_shape() -> None:
    job = Job(SAID[0])
    job.find(redact="all")
    job.merge(redact="all")
    printed = json.loads(job.files["transcribe.json"])
    assert printed["isRedacted"] is True
    (spoken,) = printed["results"]["transcripts"]
    assert spoken["transcript"] == "Hello, my name is [PII]. My card number is [PII]."
    name, card = (
        item
        for item in printed["results"]["items"]
        if item["alternatives"][0]["content"] == "[PII]"
    )
    (said,) = name["alternatives"]
    (redaction,) = said["redactions"]
    assert (redaction["type"], redaction["category"]) == ("NAME", "PII")
    assert 0 < float(redaction["confidence"]) <= 1
    assert name["type"] == "pronunciation"
    assert card["alternatives"][0]["redactions"][0]["type"] == "CREDIT_DEBIT_NUMBER"
    job.merge()
    assert "isRedacted" not in json.loads(job.files["transcribe.json"])


def test_files_of_an_earlier_transcript_that_show_it_are_removed() -> None:
    job = Job(*SAID)
    job.merge()
    assert secrets_in(job.files["srt"])
    job.find(redact="all")
    job.merge(redact="all", formats="json")
    assert job.files.keys() == {"json"}


def test_nothing_is_written_while_other_words_or_kinds_were_looked_through() -> None:
    job = Job(*SAID)
    with pytest.raises(WorkDamaged):
        job.merge(redact="all")
    job.find(redact="card")
    with pytest.raises(WorkDamaged, match=r"other words, or not all kinds of it\."):
        job.merge(redact="all")
    job.find(redact="all")
    later = a_reading(0, words("My name is Ada Lovelace."))
    save_part(job.folder, [later], SPOKEN)
    with pytest.raises(WorkDamaged):
        job.merge(redact="all")
    assert job.files == {}


def test_a_partial_transcript_is_redacted_too_and_so_is_its_message() -> None:
    job = Job(*SAID)
    job.storage.delete("work", keys.part(job.plan.job, 1, 1))
    save_failure(job.folder, 1, Failure(error="PoisonTile", cause="twice"))
    job.find(redact="all")
    with pytest.raises(IncompleteTranscript) as failed:
        job.merge(redact="all")
    assert secrets_in(str(failed.value) + "".join(job.files.values())) == []
    assert "[CARD]" in job.files["txt"]


def test_a_language_without_a_model_of_names_is_told_in_the_transcript_and_its_message() -> None:
    job = Job("Hier spricht Maria Gonzalez, meine Karte ist 4111 1111 1111 1111.", language="de")
    job.find(redact="name,card")
    note, *_ = job.merge(redact="name,card").notes
    assert note.startswith("Names are looked for only where they are announced, in de:")
    assert note in json.loads(job.files["json"])["notes"]
    job.find(redact="card")
    assert note not in job.merge(redact="card").notes


def test_a_language_without_rules_is_told_likewise() -> None:
    job = Job("マリアです。 4111 1111 1111 1111.", language="ja")
    job.find(redact="name,card")
    note, *_ = job.merge(redact="name,card").notes
    assert note.startswith("In ja, only numerals and what has a form of its own")
    assert "[CARD]" in job.files["txt"]


def test_titles_that_somebody_wrote_into_the_file_are_left_out() -> None:
    job = Job(SAID[0])
    tracks = tuple(Track(i, "aac", language="en", title="Maria's phone") for i in (1, 2))
    plan: Plan = job.plan.model_copy(update={"origin": Origin(tracks=tracks, track=1)})
    job.folder.save_plan(plan, [], SPOKEN)
    job.merge()
    assert "Maria's phone" in job.files["json"]
    job.find(redact="all")
    job.merge(redact="all")
    assert all("Maria" not in text for text in job.files.values())


def test_each_channel_is_read_by_itself() -> None:
    job = Job(SAID[0])
    (first,) = job.plan.tiles
    plan = job.plan.model_copy(
        update={
            "tiles": (first, first.model_copy(update={"index": 1, "channel": 1})),
            "options": ReadingOptions(channels="separate"),
        }
    )
    job.folder.save_plan(plan, [], SPOKEN)
    asked = a_reading(0, words("So my card number is 4111 1111 |", 0, each=900))
    yes = a_reading(1, (Word(text=" Yes.", start=6_500, end=6_900, probability=0.9),))
    rest = words("1111 1111.", 9_300)
    both: list[Reading] = [asked.model_copy(update={"words": (*asked.words, *rest)}), yes]
    save_part(job.folder, both, SPOKEN)
    job.storage.delete("work", keys.part(job.plan.job, 0, 0))
    job.find(redact="all")
    job.merge(redact="all")
    assert "4111" not in job.files["txt"]
    assert "1111" not in job.files["txt"]
    assert "Yes." in job.files["txt"]


def test_finding_is_paid_for_as_part_of_the_job() -> None:
    job = Job(*SAID)
    plain = job.merge().usage.gb_seconds
    job.find(redact="all")
    found = job.folder.personal_data()
    slow = found.model_copy(update={"spent": BilledTime(ms=60_000, memory_mb=1769)})
    job.folder.save_personal_data(slow)
    assert job.merge(redact="all").usage.gb_seconds > plain + 60


def with_sound(job: Job, seconds: int = 60) -> None:
    """Store sound that is never silent."""
    loud = np.full((1, seconds * 16_000), 1000, np.int16)
    with AudioStore(job.storage, "work", job.plan.job).recorder() as keep:
        keep(loud)


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_the_sound_is_silent_where_personal_data_is_said_and_nowhere_else(kind: str) -> None:
    job = Job(*SAID[:2])
    with_sound(job)
    job.find(redact="card", redact_audio=kind)
    reference = job.merge(redact="card", redact_audio=kind)
    assert reference.keys["sound"].endswith(f"/transcript.redacted.{kind}")
    stored = job.storage.read("transcripts", reference.keys["sound"])
    sound, rate = soundfile.read(io.BytesIO(stored), dtype="int16")
    assert (len(sound), rate) == (60 * 16_000, 16_000)
    found = job.folder.personal_data().found
    jobs = all_readings_so_far(job.folder, job.plan)
    said = build_transcript(job.plan, jobs[-1].readings, settle_ledger(*jobs[-1]))
    (_, start, end), *more = silences(said, found)
    assert not more
    assert not sound[(start - 150) * 16 : (end + 150) * 16].any()
    assert sound[: (start - 150) * 16].all()
    assert sound[(end + 150) * 16 :].all()


def test_sound_of_an_earlier_redaction_is_removed_when_none_is_asked_for() -> None:
    job = Job(*SAID[:2])
    with_sound(job)
    job.find(redact="card", redact_audio="wav")
    job.merge(redact="card", redact_audio="wav", formats="txt")
    job.find(redact="all")
    job.merge(redact="all", formats="txt")
    assert job.files.keys() == {"txt"}


def test_sound_that_is_no_longer_kept_is_told() -> None:
    job = Job(SAID[0])
    with pytest.raises(WorkDamaged, match=r"There is no s3://work/jobs/"):
        job.find(redact="card", redact_audio="wav")


def test_what_a_correction_took_away_is_not_told_and_its_words_are_searched() -> None:
    said = "Maria Gonzalez called. | Then Maria Gonzales called. | Maria Gonzalez is here."
    job = Job(said)
    job.merge(consistent_names=True)
    assert "corrections" in json.loads(job.files["json"])
    job.find(redact="name", consistent_names=True)
    job.merge(redact="name", consistent_names=True)
    assert "corrections" not in json.loads(job.files["json"])
    assert secrets_in("".join(job.files.values())) == []
