"""The device that a model computes on. No test here needs a GPU, and none ran on one."""

import ctranslate2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from pydantic import ValidationError

from fanscribe.recognition.compute import Computing, computing
from fanscribe.recognition.whisper import _pick
from fanscribe_local.cli.main import command
from tests.conftest import SAMPLE


def transcribe(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["transcribe", str(SAMPLE), *arguments])


def test_without_a_word_it_is_the_cpu_with_int8() -> None:
    assert computing({}) == Computing(device="cpu", compute_type="int8")


def test_a_gpu_computes_with_float16_unless_it_is_set_otherwise() -> None:
    gpu = {"FANSCRIBE_DEVICE": "cuda"}
    assert computing(gpu).compute_type == "float16"
    assert (
        computing(gpu | {"FANSCRIBE_COMPUTE_TYPE": "int8_float16"}).compute_type == "int8_float16"
    )


def test_a_device_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="'cpu' or 'cuda'"):
        computing({"FANSCRIBE_DEVICE": "tpu"})


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="this machine has a GPU")
def test_a_missing_gpu_is_reported_before_anything_starts() -> None:
    done = transcribe("--device", "cuda")
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        2,
        (
            "Error: --device cuda: no NVIDIA GPU with its driver is to be found here. "
            "--device cpu needs none."
        ),
    )


def test_numbers_that_the_cpu_can_not_compute_with_are_reported_with_those_that_it_can() -> None:
    done = transcribe("--compute-type", "float16")
    assert done.exit_code == 2
    assert done.output.splitlines()[-1].startswith(
        "Error: --compute-type float16: this machine's cpu can only int8"
    )


def test_with_a_stack_the_deployment_decides() -> None:
    assert (
        "--device can't be given with --stack"
        in transcribe("--stack", "fanscribe", "--device", "cpu").output
    )


# what an encoder gives with int8, and what it gives on a GPU
@pytest.mark.parametrize("numbers", [np.float32, np.float16])
def test_tiles_are_picked_from_an_encoding_in_this_machines_memory(
    numbers: type[np.floating],
) -> None:
    encoding = np.random.default_rng(0).normal(size=(4, 6, 8)).astype(numbers)
    view = ctranslate2.StorageView.from_array(encoding).to_device(ctranslate2.Device.cpu)
    picked = _pick(view, [2, 0])
    assert picked.device == "cpu"
    assert np.array_equal(np.asarray(picked), encoding[[2, 0]])
