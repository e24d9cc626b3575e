"""Words that are edited, through the real state machine with the real model."""

import json
from pathlib import Path

from fanscribe import keys
from fanscribe.documents.options import FORMATS
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.workflow import an_engine, transcripts

VOCABULARY = "Fanscribe\tfan scribe\nLight House\tlighthouse\n"
REPLACE = "/\\b[Uu]m,? ?/\t\nsailor\tseafarer\n"
FILTER = "the hill\nkeeper\nfire\n"


def test_all_formats_are_edited(tmp_path: Path) -> None:
    """Whatever the fan-out: test_all_at_once.py."""
    talk = a_wav(tmp_path / "talk.wav", decoded(SAMPLE)[0][: 60 * 16_000])
    options = {"language": "en", "formats": ",".join(FORMATS), "consistent-names": "true"}
    with an_engine(tmp_path, ChunkTiles="1") as engine:
        bucket = engine.bucket("RecordingsBucket")
        for name, text in (("vocabulary", VOCABULARY), ("replace", REPLACE)):
            engine.s3.put_object(Bucket=bucket, Key=f"lists/{name}", Body=text.encode())
            options[name] = f"lists/{name}"
        key, work = keys.upload("0123", "hidden.txt"), engine.bucket("WorkBucket")
        engine.s3.put_object(Bucket=work, Key=key, Body=FILTER.encode())
        options["word-filter"] = keys.uri(work, key)
        done = engine.run(engine.upload(talk, options))
        assert done.output is not None, done.message
        written = transcripts(engine, done)
    printed = json.loads(written["json"])
    assert printed["word_filter"]["matches"] > 0
    assert {each["now"] for each in printed["corrections"]} >= {"Light House"}
    for name, data in written.items():
        assert b"keeper" not in data, name
        assert b"seafarer" in data, name
