"""How many cores a function has leaves no trace in what it reads: on Lambda its memory decides it,
here its neighbours.

Held at the root, the spectra, and with the kernels that OpenBLAS takes on processors without
AVX-512: with those, one core and two gave other last digits, and on long-en other words, until
OPENBLAS_NUM_THREADS was 1.
"""

import subprocess
import sys

import pytest

from fanscribe_local.emulator.engine import DETECT_LANGUAGE, TRANSCRIBE
from fanscribe_local.emulator.function_pool import function_environment
from fanscribe_local.emulator.template import deploy
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


@pytest.mark.parametrize("handler", [TRANSCRIBE, DETECT_LANGUAGE])
def test_the_number_of_cores_leaves_no_trace_in_the_spectra(handler: str) -> None:
    (function,) = [
        function
        for function in deploy(TEMPLATE, {}).functions.values()
        if function.handler == handler
    ]

    def spectra(cores: int) -> str:
        environment = function_environment(
            function, {"OMP_NUM_THREADS": str(cores), "OPENBLAS_CORETYPE": "Haswell"}
        )
        command = [sys.executable, "-c", SPECTRA, str(SAMPLE)]
        return subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    assert spectra(1) == spectra(2)
