"""Words that are edited, through the real state machine with the real model."""

import json
from pathlib import Path

import pytest

from fanscribe import keys
from fanscribe.documents.options import FORMATS
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.workflow import an_engine, transcripts

VOCABULARY = "Fanscribe\tfan scribe\nLight House\tlighthouse\n"
REPLACE = "/\\b[Uu]m,? ?/\t\nsailor\tseafarer\n"
FILTER = "the hill\nkeeper\nfire\n"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_wav(tmp_path_factory.mktemp("talk") / "talk.wav", decoded(SAMPLE)[0][: 60 * 16_000])


def worded(folder: Path, recording: Path, workers: int, chunk_tiles: int) -> dict[str, bytes]:
    options = {"language": "en", "formats": ",".join(FORMATS), "consistent-names": "true"}
    with an_engine(folder, workers, ChunkTiles=str(chunk_tiles)) as engine:
        bucket = engine.bucket("RecordingsBucket")
        for name, text in (("vocabulary", VOCABULARY), ("replace", REPLACE)):
            engine.s3.put_object(Bucket=bucket, Key=f"lists/{name}", Body=text.encode())
            options[name] = f"lists/{name}"
        key, work = keys.upload("0123", "hidden.txt"), engine.bucket("WorkBucket")
        engine.s3.put_object(Bucket=work, Key=key, Body=FILTER.encode())
        options["word-filter"] = keys.uri(work, key)
        done = engine.run(engine.upload(recording, options))
        assert done.output is not None, done.message
        return transcripts(engine, done)


def test_all_formats_are_edited_and_the_fan_out_leaves_no_trace(talk: Path, tmp_path: Path) -> None:
    one = worded(tmp_path, talk, 1, 1)
    assert worded(tmp_path, talk, 2, 4) == one
    printed = json.loads(one["json"])
    assert printed["word_filter"]["matches"] > 0
    assert {each["now"] for each in printed["corrections"]} >= {"Light House"}
    for name, text in one.items():
        assert b"keeper" not in text, name
        assert b"seafarer" in text, name
