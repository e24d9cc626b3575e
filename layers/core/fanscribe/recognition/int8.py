"""Weights as int8, made once instead of at every load: half the file, and no conversion.

By CTranslate2's own quantization, which gives the numbers that its loading would give, byte for
byte. The image's build uses this without the rest of Fanscribe (functions/bake.py).
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.common_spec import LinearSpec
from ctranslate2.specs.model_spec import CURRENT_BINARY_VERSION, ModelSpec, NumpyVariable

from fanscribe.recognition.weights import Variable, Weights, read_weights

FLOATS = ("float16", "float32")


def to_int8(file: Path) -> bool:
    """Store a model's weights as int8, in their place. False: they were so already, or are of a
    version of the file that is not written any more, and stay as they are.

    Raises ValueError if it is no such file.
    """
    weights = read_weights(file)
    wanted = [name for name, of in weights.variables.items() if _quantized(name, of)]
    if not wanted or weights.version != CURRENT_BINARY_VERSION:
        return False
    with tempfile.TemporaryDirectory(dir=file.parent) as beside:
        _Stored(file, weights).save(beside)
        (Path(beside) / file.name).replace(file)
    return True


def _quantized(name: str, variable: Variable) -> bool:
    """What loading quantizes: matrices, but no convolutions, which it would make floats again."""
    return name.endswith("weight") and len(variable.shape) == 2 and variable.type in FLOATS


class _Stored(ModelSpec):  # type: ignore[misc]
    """A stored model as CTranslate2's converters have one, which writes itself."""

    def __init__(self, file: Path, weights: Weights) -> None:
        super().__init__()
        self._file = file
        self._weights = weights

    @property
    def name(self) -> str:
        return self._weights.spec

    @property
    def revision(self) -> int:
        return self._weights.revision

    def variables(self, prefix: str = "", ordered: bool = False) -> Any:  # noqa: ARG002
        """All arrays, and the names of those that others are another name of."""
        found: dict[str, Any] = dict(self._weights.aliases)
        for name, variable in self._weights.variables.items():
            array = np.memmap(
                self._file, variable.type, "r", variable.start, variable.shape or (1,)
            ).reshape(variable.shape)
            found[name] = NumpyVariable(array)
            if _quantized(name, variable):
                layer = LinearSpec()
                layer.weight, layer.bias = NumpyVariable(array.astype(np.float32)), None
                layer.optimize("int8")
                found |= {name: layer.weight, f"{name}_scale": layer.weight_scale}
        return sorted(found.items())
