"""Tensors of a PyTorch checkpoint, without PyTorch: it is a zip of one pickle and raw storages.

No code of the pickle runs. It may name what rebuilds tensors; every other class becomes inert.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Tensors = dict[str, NDArray[Any]]

STORAGES = {"FloatStorage": np.float32, "HalfStorage": np.float16, "LongStorage": np.int64}


class _Inert:
    """Stands for a class that the checkpoint mentions and tensors don't need."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...

    def __setitem__(self, *_: Any) -> None: ...


def _tensor(
    storage: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> NDArray[Any]:
    """What torch._utils._rebuild_tensor_v2 does. Its strides count elements, numpy's count bytes.

    Raises ValueError if the shape reaches beyond the storage.
    """
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    if min(shape, default=1) > 0 and not 0 <= offset <= last < len(storage):
        raise ValueError(f"a tensor of shape {shape} reaches beyond its storage")
    steps = [step * storage.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps).copy()


class _TensorUnpickler(pickle.Unpickler):
    """Reads tensors, and calls nothing else."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}data.pkl")))
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in STORAGES:
            return name
        harmless = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        }
        return harmless.get((module, name), _Inert)

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        """A storage: pid is ("storage", its kind, its name in the archive, a device, its length).

        Raises ValueError if it is of another length.
        """
        _, kind, name, _, length = pid
        raw = self._archive.read(f"{self._root}data/{name}")
        return np.frombuffer(raw, STORAGES[kind], length)


def read_checkpoint(file: BinaryIO) -> Tensors:
    """Tensors by name. Raises ValueError for what is no checkpoint."""
    with zipfile.ZipFile(file) as archive:
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError("the file is no PyTorch checkpoint")
        content = _TensorUnpickler(archive, pickles[0].removesuffix("data.pkl")).load()
    found = content.get("state_dict", content)
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
