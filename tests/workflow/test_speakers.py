"""Two people in turns, through the real state machine with the real models."""

import json
from pathlib import Path

import numpy as np

from fanscribe.audio.sound import Samples
from fanscribe.documents.options import SpeakerCount
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.lineage import gather_readings
from fanscribe.jobs.storage import S3Storage
from fanscribe.steps.merge_speakers import conversation_of
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.ledger import settle_ledger
from fanscribe_local.emulator.engine import Engine
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.workflow import all_keys, an_engine, transcripts

RATE = 16_000
TURNS = 6
SECONDS = 8


def another_voice(sound: Samples) -> Samples:
    """The same words by somebody with a smaller throat: higher, and as fast."""
    longer = np.interp(np.arange(0, len(sound), 1.3), np.arange(len(sound)), sound)
    return np.asarray(longer, np.int16)


def a_conversation(path: Path) -> Path:
    """The sample's voice and another one, in turns of some seconds."""
    sound = decoded(SAMPLE)[0]
    said = []
    for turn in range(TURNS):
        part = sound[turn * SECONDS * RATE : (turn + 1) * SECONDS * RATE]
        said += [another_voice(part) if turn % 2 else part, np.zeros(RATE, np.int16)]
    return a_wav(path, np.concatenate(said))


def heard(engine: Engine, job: str, count: SpeakerCount) -> Transcript:
    """What Merge makes of the job, before it is written."""
    folder = JobFolder(S3Storage(engine.s3), engine.bucket("WorkBucket"), job)
    jobs, _ = gather_readings(folder, folder.plan())
    speaking, _ = conversation_of(folder, folder.plan(), jobs, count)
    return build_transcript(jobs[-1].plan, jobs[-1].readings, settle_ledger(*jobs[-1]), speaking)


def test_two_people_are_told_apart_and_speakers_can_be_added_later(
    speaker_models: Path, tmp_path: Path
) -> None:
    assert speaker_models
    recording = a_conversation(tmp_path / "talk.wav")
    with an_engine(tmp_path, ChunkTiles="1") as engine:
        said = {"language": "en", "formats": "json"}
        without = engine.run(engine.upload(recording, said))
        assert not [key for key in all_keys(engine, "WorkBucket") if "/voices/" in key]
        done = engine.run(engine.upload(recording, said | {"speakers": "auto"}))
        assert done.output is not None, done.message
        assert without.output is not None
        assert done.output["job"] == without.output["job"], "speakers decide no words"
        first, second = (json.loads(transcripts(engine, each)["json"]) for each in (without, done))
        assert [word["word"] for word in first["words"]] == [
            word["word"] for word in second["words"]
        ]
        transcript = heard(engine, done.output["job"], SpeakerCount(fewest=1, most=30))
        stored = set(all_keys(engine, "WorkBucket"))
        recording_of = done.output["recording"]
        asked = {"names": {"spk_0": "Ada"}, "formats": ["txt", "vtt"]}
        rewrite = {"uri": recording_of, "rewrite": {"job": done.output["job"]}, "options": asked}
        named = engine.run(rewrite)
        assert named.output is not None, named.message
        written = {name: text.decode() for name, text in transcripts(engine, named).items()}
        assert set(all_keys(engine, "WorkBucket")) == stored, "nothing was read"
    assert {line.split(": ")[0] for line in written["txt"].split("\n") if line} == {"Ada", "spk_1"}
    assert "<v Ada>" in written["vtt"]
    assert [speaker.number for speaker in transcript.speakers or ()] == [0, 1]
    for segment in transcript.segments:
        middle = (segment.start + segment.end) / 2_000
        lengths = np.cumsum([SECONDS + 1, SECONDS / 1.3 + 1] * TURNS)
        turn = int(np.searchsorted(lengths, middle, side="right"))
        assert segment.speaker == turn % 2, f"{segment.start}: {segment.text}"
