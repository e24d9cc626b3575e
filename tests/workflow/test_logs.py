"""Spoken words are in the transcript and nowhere else: not in a log line, whatever the level,
whatever goes wrong.
"""

import json
import re
from pathlib import Path

import pytest

from fanscribe import keys
from fanscribe.audio.decode import write_wav
from tests.conftest import SAMPLE
from tests.support.audio import decoded
from tests.support.workflow import an_engine, transcripts

pytestmark = pytest.mark.long


def words(text: str) -> set[str]:
    return set(re.findall(r"\b[a-z]{4,}\b", text.lower()))


def logged(folder: Path, start_s: int) -> tuple[str, set[str]]:
    """Two minutes of the sample, under a name that says nothing: all logs, and the words that were
    said and asked for.

    A whole run, one with a prompt, and one that finds a part damaged.
    """
    folder.mkdir()
    recording = folder / "r.wav"
    recording.write_bytes(
        write_wav(decoded(SAMPLE)[0, start_s * 16_000 : (start_s + 100) * 16_000])
    )
    prompt = {"language": "en", "initial_prompt": "Zanzibar quokka", "hotwords": "xylophone"}
    with an_engine(folder, LogLevel="DEBUG") as engine:
        event = engine.upload(recording, {"language": "en"})
        done = engine.run(event)
        prompted = engine.run(
            {"bucket": engine.bucket("RecordingsBucket"), "key": recording.name, "options": prompt}
        )
        said = [
            json.loads(transcripts(engine, execution)["json"])["text"]
            for execution in (done, prompted)
        ]
        assert done.output is not None
        part, work = keys.part(done.output["job"], 0, 3), engine.bucket("WorkBucket")
        stored = engine.s3.get_object(Bucket=work, Key=part)["Body"].read()
        engine.s3.put_object(Bucket=work, Key=part, Body=stored.replace(b'"words"', b'"wrods"'))
        assert engine.run(event).error == "IncompleteTranscript"
    return "\n".join(log.read_text() for log in folder.glob("*.log")), words(
        " ".join([*said, *prompt.values()])
    )


def test_no_word_of_a_transcript_is_in_the_logs_at_debug(tmp_path: Path) -> None:
    """Words that people say are in any log, such as "the"; but not those of one recording alone in
    the log of that one alone.
    """
    (one, said_in_one), (other, said_in_other) = (
        logged(tmp_path / "one", 0),
        logged(tmp_path / "other", 120),
    )
    for log, said in ((one, said_in_one), (other, said_in_other)):
        assert log.count('"message":"done"') >= 6, (
            "there is a log, and it tells of every invocation"
        )
        assert len(said) > 100
    assert (words(one) - words(other)) & said_in_one == set()
    assert (words(other) - words(one)) & said_in_other == set()
    assert words(one) & {"zanzibar", "quokka", "xylophone"} == set()
