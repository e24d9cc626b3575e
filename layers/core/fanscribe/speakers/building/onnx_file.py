"""Writes an ONNX model: a graph of nodes and constants, in the wire format of protocol buffers.

The little that two models need of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, of which
the numbers are. The `onnx` package would be 18 MB more in every installation that makes them.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 17
IR_VERSION = 8  # the one that came with that opset
FLOAT = 1  # TensorProto.DataType
TYPES = {"float32": FLOAT, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "float16": 10}
HALVED = 1_000  # constants with more values are stored in 16 bits

Attribute = int | float | str | Sequence[int]
Shape = Sequence[str | int]  # sizes that vary have names


class Graph:
    """Takes nodes and constants as they come. Each call returns the name of its result."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, value: NDArray[Any]) -> str:
        """Large constants of floats are stored in half precision, and computed with in single."""
        if value.dtype == np.float32 and value.size > HALVED:
            return self.add("Cast", self._stored(value.astype(np.float16)), to=FLOAT)
        return self._stored(value)

    def floats(self, value: Any) -> str:
        """Name of a constant of 32-bit floats."""
        return self.constant(np.asarray(value, np.float32))

    def integers(self, *values: int) -> str:
        """Name of a constant of one dimension."""
        return self.constant(np.array(values, np.int64))

    def integer(self, value: int) -> str:
        """Name of a constant that is one number."""
        return self.constant(np.array(value, np.int64))

    def add(self, operator: str, *inputs: str, to: int | None = None, **given: Attribute) -> str:
        """Name of the output of one more node."""
        name = f"n{len(self._nodes)}"
        self._node(operator, inputs, [name], given if to is None else {"to": to})
        return name

    def add_several(self, operator: str, count: int, *inputs: str) -> list[str]:
        """Names of the outputs of one more node that has so many."""
        names = [f"n{len(self._nodes)}_{i}" for i in range(count)]
        self._node(operator, inputs, names, {})
        return names

    def model(self, source: tuple[str, Shape], result: tuple[str, str, Shape]) -> bytes:
        """The file. `source`: name and shape of the input. `result`: name and shape of the output,
        between them the node that computes it.
        """
        name, computed, shape = result
        self._node("Identity", [computed], [name], {})
        graph = b"".join(
            [
                *(_message(1, node) for node in self._nodes),
                _text(2, "speakers"),
                *(_message(5, constant) for constant in self._constants),
                _message(11, _described(*source)),
                _message(12, _described(name, shape)),
            ]
        )
        opset = _text(1, "") + _integer(2, OPSET)
        return _integer(1, IR_VERSION) + _message(7, graph) + _message(8, opset)

    def _stored(self, value: NDArray[Any]) -> str:
        name = f"c{len(self._constants)}"
        dims = b"".join(_integer(1, size) for size in value.shape)
        kind = _integer(2, TYPES[value.dtype.name])
        raw = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()
        self._constants.append(dims + kind + _text(8, name) + _message(9, raw))
        return name

    def _node(
        self,
        operator: str,
        inputs: Iterable[str],
        outputs: Sequence[str],
        given: dict[str, Attribute],
    ) -> None:
        fields = [
            *(_text(1, each) for each in inputs),
            *(_text(2, each) for each in outputs),
            _text(3, outputs[0]),
            _text(4, operator),
            *(_message(5, _attribute(key, value)) for key, value in given.items()),
        ]
        self._nodes.append(b"".join(fields))


def _attribute(name: str, value: Attribute) -> bytes:
    """AttributeProto: its value has a field for each type, and field 20 says which."""
    if isinstance(value, float):
        said = _key(2, 5) + struct.pack("<f", value) + _integer(20, 1)
    elif isinstance(value, int):
        said = _integer(3, value) + _integer(20, 2)
    elif isinstance(value, str):
        said = _text(4, value) + _integer(20, 3)
    else:
        said = b"".join(_integer(8, each) for each in value) + _integer(20, 7)
    return _text(1, name) + said


def _described(name: str, shape: Sequence[str | int]) -> bytes:
    """ValueInfoProto of a tensor of floats. Sizes that vary have names."""
    sizes = [_text(2, size) if isinstance(size, str) else _integer(1, size) for size in shape]
    tensor = _integer(1, FLOAT) + _message(2, b"".join(_message(1, size) for size in sizes))
    return _text(1, name) + _message(2, _message(1, tensor))


def _varint(value: int) -> bytes:
    if value < 0:
        raise ValueError("no number in these models is negative")
    digits = []
    while value > 127:
        digits.append(value % 128 + 128)
        value //= 128
    return bytes([*digits, value])


def _key(field: int, kind: int) -> bytes:
    return _varint(field * 8 + kind)


def _integer(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value)


def _message(field: int, content: bytes) -> bytes:
    return _key(field, 2) + _varint(len(content)) + content


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())
