"""Whatever goes wrong while voices are taken, words and speakers are the same in the end.

As test_faults.py, with a voice reader whose answers are known. Workers die, hang and meet a failing
S3 once the words of their chunk are stored.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from fanscribe.audio.decode import write_wav
from fanscribe_local.emulator.engine import Engine
from tests.faults.functions import Fault
from tests.faults.test_faults import AT_ONCE, MOMENTS, WORKERS, Laboratory, said
from tests.support.workflow import DEFAULTS

# after the words: plan, voices, attempts; and of each batch sound, begin the attempt, two voices,
# end the attempt, store
VOICE_STEPS = range(9, 18)
TRIES = 8  # one in five had no time left when two such lanes ran at once


class Run(NamedTuple):
    """How one execution with a fault ended."""

    fault: Fault
    transcript: Mapping[str, Any]
    struck: bool


def faults(*, everything: bool) -> Iterator[Fault]:
    """Each step at each moment, or at one of them."""
    for step in VOICE_STEPS:
        for moment in MOMENTS if everything else MOMENTS[step % 3 :][:1]:
            yield Fault("kill", "Transcribe", moment, step)
    yield Fault("timeout", "Transcribe", step=14)
    for seed in (0, 2, 4):
        yield Fault("s3errors", seed=seed)


def heard(transcript: Mapping[str, Any]) -> tuple[Any, ...]:
    """All words, and who says what."""
    speakers = [segment["speaker"] for segment in transcript["segments"]]
    return *said(transcript), speakers, transcript["speakers"], transcript["overlaps"]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    folder = tmp_path_factory.mktemp("speakers")
    parameters = {"ChunkTiles": "2", "BatchTiles": "2", "MapConcurrency": "3"}
    with Engine(DEFAULTS | parameters, WORKERS, folder) as engine:
        yield Laboratory(engine, folder / "notes")


def spoken(laboratory: Laboratory, fault: Fault) -> Run:
    """Again where the fault did not strike: on a busy machine an invocation may have no time left
    for voices, and those that go on have fewer steps.
    """
    for attempt in range(TRIES):
        asked = {"language": "en", "speakers": "auto"}
        speech = write_wav(laboratory.speech)
        event = laboratory.uploaded(f"{fault.name}-{attempt}.wav", speech, asked)
        label = f"speakers{attempt}"
        transcript = laboratory.transcript(laboratory.execute(fault, event, label))
        struck = (laboratory.notes / f"struck-{fault.name}.{label}").exists()
        if struck or fault.function == "none":
            break
    return Run(fault, transcript, struck or fault.function == "none")


def test_speakers_are_the_same_whatever_happens(laboratory: Laboratory, everything: bool) -> None:
    expected = heard(spoken(laboratory, Fault("none")).transcript)
    assert len({*expected[-3]}) == 2, "two people speak"
    with ThreadPoolExecutor(AT_ONCE) as threads:
        chosen = faults(everything=everything)
        runs = list(threads.map(lambda fault: spoken(laboratory, fault), chosen))
    assert [run.fault.name for run in runs if heard(run.transcript) != expected] == []
    assert [run.fault.name for run in runs if not run.struck] == [], "else a run proves nothing"
