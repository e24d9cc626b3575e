"""How many cores a function has, and how many readers share them, leaves no trace in what it reads:
on Lambda its memory decides it, here its neighbours.

Held in the words, and at the root: in the spectra, with the kernels that OpenBLAS takes on
processors without AVX-512. With those, one core and two gave other last digits, and on long-en
other words, until OPENBLAS_NUM_THREADS was 1.
"""

import subprocess
import sys

import pytest

from fanscribe_local.emulator.engine import DETECT_LANGUAGE, TRANSCRIBE
from fanscribe_local.emulator.function_pool import function_environment
from fanscribe_local.emulator.template import Function, deploy
from fanscribe_local.project import TEMPLATE
from tests.conftest import ROOT, SAMPLE

pytestmark = pytest.mark.long

SPECTRA = """
import hashlib, sys
from pathlib import Path
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from fanscribe.audio.decode import decode, waveform
sound = np.concatenate(list(decode(Path(sys.argv[1]), "sample")), axis=1)[0]
for samples in range(160_000, 480_000, 33_280):  # tiles of 10 to 30 s
    print(hashlib.sha256(FeatureExtractor()(waveform(sound[:samples])).tobytes()).hexdigest())
"""


WORDS = """
import hashlib, sys
from pathlib import Path
from tests.support.steps_in_memory import transcribed_here
done = transcribed_here(Path(sys.argv[1]), batch_tiles=2)
print(hashlib.sha256(done.files["json"]).hexdigest())
"""


def run(script: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", script, str(SAMPLE)]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def the_function(handler: str) -> Function:
    (function,) = [
        function
        for function in deploy(TEMPLATE, {}).functions.values()
        if function.handler == handler
    ]
    return function


def words(cores: int, readers: int) -> str:
    """The sample's, as a hash."""
    host = {"OMP_NUM_THREADS": str(cores), "FANSCRIBE_READERS": str(readers)}
    return run(WORDS, function_environment(the_function(TRANSCRIBE), host))


@pytest.fixture(scope="module")
def of_one_core() -> str:
    return words(1, 1)


@pytest.mark.parametrize(("cores", "readers"), [(2, 1), (2, 2), (3, 3), (4, 2)])
def test_neither_the_number_of_cores_nor_of_readers_leaves_a_trace_in_the_words(
    of_one_core: str, cores: int, readers: int
) -> None:
    assert words(cores, readers) == of_one_core


@pytest.mark.parametrize("handler", [TRANSCRIBE, DETECT_LANGUAGE])
def test_the_number_of_cores_leaves_no_trace_in_the_spectra(handler: str) -> None:
    def spectra(cores: int) -> str:
        host = {"OMP_NUM_THREADS": str(cores), "OPENBLAS_CORETYPE": "Haswell"}
        return run(SPECTRA, function_environment(the_function(handler), host))

    assert spectra(1) == spectra(2)
