"""Checkpoints without PyTorch, graphs without onnx: small ones, whose results are known."""

import io
import pickle
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from fanscribe.speakers.building.build import python_with_pip
from fanscribe.speakers.building.checkpoints import read_checkpoint
from fanscribe.speakers.building.onnx_file import Graph


def test_a_graph_that_was_written_computes() -> None:
    graph = Graph()
    large = np.arange(2_000, dtype=np.float32).reshape(2, 1_000)
    product = graph.add("MatMul", "x", graph.floats(large))
    model = graph.model(("x", ["rows", 2]), ("y", product, ["rows", 1_000]))
    assert len(model) < 2 * large.size + 1_000, "large constants are stored in 16 bits"
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.eye(2, dtype=np.float32)})
    assert np.array_equal(found, large)


class _Storage:
    """Pickled as a reference to what lies beside it in the archive."""

    def __init__(self, name: str, length: int) -> None:
        self.name, self.length = name, length


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, _Storage):
            return ("storage", _Global("torch FloatStorage"), obj.name, "cpu", obj.length)
        return None


class _Global:
    """Pickled as the name of a class that is not here."""

    def __init__(self, name: str) -> None:
        self.name = name


def a_checkpoint(tensor: bytes) -> io.BytesIO:
    """An archive with one storage, 0 to 5, and what `tensor` pickles."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model/data.pkl", tensor)
        archive.writestr("model/data/0", np.arange(6, dtype="<f4").tobytes())
    file.seek(0)
    return file


def rebuilt(shape: tuple[int, int], strides: tuple[int, int]) -> bytes:
    """Protocol 0 by hand: what torch.save writes of a tensor."""
    sizes = "".join(f"(I{a}\nI{b}\nt" for a, b in (shape, strides))
    storage = "(Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI6\ntQ"
    made = f"ctorch._utils\n_rebuild_tensor_v2\n({storage}I0\n{sizes}I00\nNtR"
    return f"(dVweight\n{made}s.".encode()


def test_a_tensor_is_read_by_its_strides() -> None:
    found = read_checkpoint(a_checkpoint(rebuilt((2, 3), (3, 1))))
    assert np.array_equal(found["weight"], np.arange(6).reshape(2, 3))
    turned = read_checkpoint(a_checkpoint(rebuilt((3, 2), (1, 3))))
    assert np.array_equal(turned["weight"], np.arange(6).reshape(2, 3).T)


def test_a_tensor_that_reaches_beyond_its_storage_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond its storage"):
        read_checkpoint(a_checkpoint(rebuilt((3, 3), (3, 1))))


def test_no_code_of_a_checkpoint_runs(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "ran",))

    evil = pickle.dumps(OrderedDict(evil=Evil()))
    assert read_checkpoint(a_checkpoint(evil)) == {}
    assert not (tmp_path / "ran").exists()


def test_what_is_no_checkpoint_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other", b"")
    with pytest.raises(ValueError, match="no PyTorch checkpoint"):
        read_checkpoint(file)


@pytest.mark.long
def test_an_environment_without_pip_makes_one_for_the_moment(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    own = str(bare / "bin" / "python")
    found = python_with_pip(tmp_path, own)
    assert found != own
    subprocess.run([found, "-m", "pip", "--version"], check=True)
    assert python_with_pip(tmp_path, found) == found
