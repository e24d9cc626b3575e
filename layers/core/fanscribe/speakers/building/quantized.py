"""Products in eight bits: a third of the time where the processor multiplies such numbers, and half
of the file.

Weights have a scale for each output. Values are never negative, and have one scale for all.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fanscribe.speakers.building.onnx_file import FLOAT, Graph

LARGEST = 127  # of a weight
STEPS = 255  # of a value, from 0
# What a convolution's values count as at their most. Larger ones are rare, and cut off: a range
# that holds them all, 41, is coarser, and makes voice prints that are less alike.
MOST = 28.0
MIDDLE = 128  # stands for 0 where values may be negative


class Quantized(NamedTuple):
    """Names of values in eight bits, of their scale, and of what stands for 0."""

    values: str
    scale: str
    zero: str


def by_their_most(graph: Graph, x: str) -> Quantized:
    """The scale is found as the model runs."""
    return Quantized(*graph.add_several("DynamicQuantizeLinear", 3, x))


def product(graph: Graph, x: Quantized, weight: NDArray[Any]) -> str:
    """Floats [..., outputs], by a weight [inputs, outputs]."""
    scale = np.abs(weight).max(0) / LARGEST
    small = graph.constant(np.round(weight / scale).astype(np.int8))
    whole = graph.add("Cast", graph.add("MatMulInteger", x.values, small, x.zero), to=FLOAT)
    return graph.add("Mul", whole, graph.add("Mul", x.scale, graph.floats(scale)))


class Planes:
    """Convolutions in two dimensions. All values have the same scale, known before."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._positive = graph.floats(MOST / STEPS), graph.constant(np.array(0, np.uint8))
        self._signed = graph.floats(MOST / LARGEST), graph.constant(np.array(MIDDLE, np.uint8))

    def quantized(self, x: str) -> str:
        """Values in eight bits. What is negative becomes 0, as by a ReLU."""
        return self._graph.add("QuantizeLinear", x, *self._positive)

    def floats(self, x: str, signed: bool = False) -> str:
        """Floats that the eight bits of a plane mean."""
        scale = self._signed if signed else self._positive
        return self._graph.add("DequantizeLinear", x, *scale)

    def convolution(  # noqa: PLR0913, PLR0917  (as ONNX has it)
        self,
        x: str,
        weight: NDArray[Any],
        bias: NDArray[Any],
        strides: list[int],
        pads: list[int],
        signed: bool = False,
    ) -> str:
        """Values in eight bits, with a ReLU after it unless it is signed."""
        graph = self._graph
        scale = np.abs(weight).max((1, 2, 3)) / LARGEST
        small = np.round(weight / scale[:, np.newaxis, np.newaxis, np.newaxis]).astype(np.int8)
        shift = np.round(bias / (scale * MOST / STEPS)).astype(np.int32)
        weights = (
            graph.constant(small),
            graph.floats(scale),
            graph.constant(np.zeros(len(scale), np.int8)),
        )
        made = self._signed if signed else self._positive
        inputs = (x, *self._positive, *weights, *made, graph.constant(shift))
        return graph.add("QLinearConv", *inputs, strides=strides, pads=pads)
