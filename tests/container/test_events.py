"""Every file in events/, as `sam local invoke` takes it; and what is said of one that is broken."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanscribe import keys
from fanscribe_local.emulator.containers import gateway
from fanscribe_local.emulator.engine import Engine
from fanscribe_local.emulator.stage import stage, variables
from fanscribe_local.emulator.worker import Answer
from tests.conftest import ROOT
from tests.container import sam
from tests.support.workflow import an_engine

RECORDINGS = "fanscribe-recordingsbucket"
FUNCTIONS = {
    "split": "SplitFunction",
    "split_section": "SplitFunction",
    "detect_language": "DetectLanguageFunction",
    "transcribe": "TranscribeFunction",
    "merge": "MergeFunction",
}


def event(name: str, **changed: Any) -> dict[str, Any]:
    """A file of events/, with some of its fields changed."""
    found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return found | changed


@dataclass(frozen=True)
class Stage:
    """An engine that holds what events/ name, and the variables that lead containers to it."""

    engine: Engine
    variables: Path

    def invoke(self, name: str, given: Mapping[str, Any]) -> Answer:
        """What is no function's own event is an execution's input: Split gets it as the state
        machine would send it.
        """
        payload = given if name in FUNCTIONS else {"execution": "by-hand", "input": given}
        return sam.local_invoke(FUNCTIONS.get(name, "SplitFunction"), payload, self.variables)

    def answer(self, name: str) -> dict[str, Any]:
        """The content of a file of events/, as it is."""
        answer = self.invoke(name, event(name))
        assert not answer.failed, answer.payload
        value: dict[str, Any] = json.loads(answer.payload)
        return value

    def work(self, prefix: str) -> list[str]:
        found = self.engine.s3.list_objects_v2(
            Bucket=self.engine.bucket("WorkBucket"), Prefix=prefix
        )
        return [entry["Key"] for entry in found.get("Contents", [])]


@pytest.fixture(scope="module")
def staged(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    assert built
    folder = tmp_path_factory.mktemp("stage")
    with an_engine(folder) as engine:
        stage(engine)
        failure = folder / "variables.json"
        failure.write_text(json.dumps(variables(engine, engine.serve_at(gateway()))))
        yield Stage(engine, failure)


def test_split_lays_out_the_part_of_the_staged_job_that_is_to_be_redone(staged: Stage) -> None:
    job = staged.answer("redo")
    assert (job["language"], job["chunks"]) == ("en", 1)
    assert staged.work(f"jobs/{job['job']}/sound/") == [], "it is there"


def test_split_leaves_all_of_a_rewrite_to_merge(staged: Stage) -> None:
    job = staged.answer("rewrite")
    assert (job["job"], job["chunks"]) == (event("rewrite")["rewrite"]["job"], 0)
    assert job["output"]["formats"] == ["srt", "html"]
    assert job["output"]["names"] == {"spk_0": "Ada", "spk_1": "Bob"}


@pytest.mark.parametrize("name", ["split", "upload", "console", "uri"])
def test_split_plans_the_sample_however_it_is_named(staged: Stage, name: str) -> None:
    job = staged.answer(name)
    assert job["language"] == "en"
    assert job["chunks"] > 1
    assert len(staged.work(f"jobs/{job['job']}/sound/")) == 2, "five minutes, and half a minute"
    assert job["output"]["formats"] == (
        ["json", "srt"] if name == "console" else ["json", "srt", "vtt", "txt"]
    )


def test_a_section_of_the_staged_job_is_split(staged: Stage) -> None:
    assert staged.answer("split_section") == {}
    job = event("split_section")["job"]
    assert staged.work(f"jobs/{job}/sections/") == [
        f"jobs/{job}/sections/01.json",
        f"jobs/{job}/sections/01.npy",
    ]
    assert staged.work(f"jobs/{job}/sound/01-") != []


def test_detect_language_answers_the_same_job_with_its_language(staged: Stage) -> None:
    """English, whatever it hears: the image's model knows no other."""
    job = staged.answer("detect_language")
    assert job["language"] == "en"
    assert {name: job[name] for name in ("execution", "job", "chunks")} == {
        name: event("detect_language")[name] for name in ("execution", "job", "chunks")
    }


def test_transcribe_stores_the_chunks_part_and_merge_the_whole_transcript(staged: Stage) -> None:
    """Before it, the job lacks that chunk, and Merge says so."""
    job = event("transcribe")["job"]
    kind, said = failure(staged.invoke("merge", event("merge")))
    assert kind == "IncompleteTranscript"
    assert "of the speech is missing, at 0:00-1:45" in said
    before = staged.work(f"jobs/{job}/parts/")

    assert staged.answer("transcribe")["remaining"] == 0
    parts = set(staged.work(f"jobs/{job}/parts/")) - set(before)
    assert sorted(tile for part in parts for tile in keys.tiles_of(part)) == [0, 1, 2, 3]

    reference = staged.answer("merge")
    assert reference["job"] == job
    assert 900 < reference["words"] < 930, "how many exactly, the processor has a say in"
    body = staged.engine.s3.get_object(Bucket=reference["bucket"], Key=reference["keys"]["json"])[
        "Body"
    ].read()
    assert json.loads(body)["complete"] is True


@pytest.mark.parametrize(
    ("name", "changed", "error", "message"),
    [
        (
            "split",
            {"input": {"uri": f"s3://{RECORDINGS}/nowhere.mp3"}},
            "RecordingNotFound",
            f"no s3://{RECORDINGS}/nowhere.mp3",
        ),
        (
            "upload",
            {"detail-type": "Object Deleted"},
            "InvalidInput",
            "detail-type: input should be 'Object Created'",
        ),
        (
            "console",
            {"options": {"beam": 5}},
            "InvalidOption",
            "There is no option 'beam'. The options are ",
        ),
        (
            "uri",
            {"options": {"language": "fr"}},
            "UnsupportedLanguage",
            "does not know the language 'fr': it knows only English",
        ),
        (
            "uri",
            {"uri": f"s3://{RECORDINGS}/words.mp3"},
            "UnreadableRecording",
            "words.mp3 can't be read as audio or video",
        ),
        (
            "detect_language",
            {"job": "0" * 16},
            "WorkDamaged",
            "There is no s3://fanscribe-workbucket/jobs/0000",
        ),
        (
            "transcribe",
            {"chunk": {"first": 0}},
            "InvalidInput",
            "The payload is no TranscribeTask: chunk.last: field required",
        ),
        (
            "merge",
            {"job": "0" * 16},
            "WorkDamaged",
            "There is no s3://fanscribe-workbucket/jobs/0000",
        ),
    ],
)
def test_a_broken_event_gets_the_documented_error(
    staged: Stage, name: str, changed: dict[str, Any], error: str, message: str
) -> None:
    staged.engine.s3.put_object(Bucket=RECORDINGS, Key="words.mp3", Body=b"only words " * 100)
    kind, said = failure(staged.invoke(name, event(name, **changed)))
    assert kind == error
    assert message in said
    documented = (ROOT / "docs" / "troubleshooting.md").read_text()
    assert f"### {error}\n" in documented


def failure(answer: Answer) -> tuple[str, str]:
    """The error's name and message."""
    assert answer.failed, answer.payload
    error = json.loads(answer.payload)
    return error["errorType"], error["errorMessage"]


def test_no_file_in_events_is_left_out() -> None:
    tried = {*FUNCTIONS, "redo", "rewrite", "upload", "console", "uri"}
    assert {file.stem for file in (ROOT / "events").iterdir()} == tried
