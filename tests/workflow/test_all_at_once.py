"""All that edits words at once: vocabulary, names, replacements, filter, speakers and redaction of
text and sound give the same bytes, whoever reads what.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from fanscribe import keys
from fanscribe.documents.options import FORMATS
from fanscribe.times import SAMPLE_RATE
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.workflow import an_engine, transcripts

SECRETS = Path(__file__).with_name("recordings") / "secrets.ogg"
LISTS = {
    "vocabulary": "Light House\tlighthouse\nFanscribe\tfan scribe\n",
    "replace": "/\\b[Uu]m,? ?/\t\nsailor\tseafarer\n",
    "word-filter": "the hill\nkeeper\nfire\nrocks\n",
}
SAID = {
    "language": "en",
    "formats": ",".join(FORMATS),
    "consistent-names": "true",
    "word-filter-method": "remove",
    "redact": "all",
    "redact-audio": "flac",
    "speakers": "auto",
}
# what it takes to read it: workers, and the template's parameters
SET_UPS = [
    (1, {"ChunkTiles": "1", "BatchTiles": "1"}),
    (2, {"ChunkTiles": "2", "BatchTiles": "8"}),
    (2, {"ChunkTiles": "100", "BatchTiles": "2"}),
]

pytestmark = pytest.mark.long  # a minute and a half on two cores


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """Somebody reads a talk, another says what is nobody's business, the first goes on."""
    talk, secrets = decoded(SAMPLE)[0], decoded(SECRETS)[0]
    hush = np.zeros(SAMPLE_RATE, np.int16)
    first, more = talk[: 30 * SAMPLE_RATE], talk[30 * SAMPLE_RATE : 60 * SAMPLE_RATE]
    return a_wav(tmp_path / "call.wav", np.concatenate([first, hush, secrets, hush, more]))


def written(folder: Path, call: Path, workers: int, parameters: dict[str, str]) -> dict[str, bytes]:
    options = dict(SAID)
    with an_engine(folder, workers, **parameters) as engine:
        for name, text in LISTS.items():
            key, work = keys.upload("0123", f"{name}.txt"), engine.bucket("WorkBucket")
            engine.s3.put_object(Bucket=work, Key=key, Body=text.encode())
            options[name] = keys.uri(work, key)
        done = engine.run(engine.upload(call, options))
        assert done.status == "SUCCEEDED", done.message
        return transcripts(engine, done)


def test_the_same_bytes_with_all_of_it_on(speaker_models: Path, call: Path, tmp_path: Path) -> None:
    assert speaker_models
    one, *others = [written(tmp_path, call, *set_up) for set_up in SET_UPS]
    for other in others:
        assert other.keys() == one.keys() == {*FORMATS, "sound"}
        assert [name for name in one if other[name] != one[name]] == []
    printed = json.loads(one["json"])
    assert len(printed["speakers"]) == 2
    assert printed["word_filter"]["matches"] > 0
    marks = {"[NAME]", "[CARD]", "[PHONE]", "[DATE_OF_BIRTH]", "[PASSWORD]"}
    assert marks <= set(re.findall(r"\[[A-Z_]+\]", printed["text"]))
    assert "Light House" in printed["text"]
    for name in FORMATS:
        assert b"keeper" not in one[name], name
        assert b"Gonzalez" not in one[name], name
