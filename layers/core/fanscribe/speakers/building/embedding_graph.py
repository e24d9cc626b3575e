"""CAM++ of 3D-Speaker as an ONNX graph: convolutions over time and frequency, then densely
connected layers over time with masks by context, then mean and deviation.

Batch normalisations are folded into the convolutions before them, where there is one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanscribe.speakers.building.checkpoints import Tensors
from fanscribe.speakers.building.onnx_file import FLOAT, Graph

EPSILON = 1e-5  # of every normalisation
BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of the dense blocks
CONTEXT = 100  # frames that share a mask


def embedding_model(tensors: Tensors) -> bytes:
    """Features [utterances, frames, 80] -> vectors [utterances, 192]."""
    return _CamPlus(tensors).model()


class _CamPlus:
    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._graph = Graph()

    def model(self) -> bytes:
        graph = self._graph
        x = self._head()
        weights = self._folded("xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm")
        x = graph.add("Relu", graph.add("Conv", x, *weights, strides=[2], pads=[2, 2]))
        mask_of = self._mask_of_frames(x)
        for block, (layers, dilation) in enumerate(BLOCKS, 1):
            for layer in range(1, layers + 1):
                key = f"xvector.block{block}.tdnnd{layer}"
                x = graph.add("Concat", x, self._dense(x, key, dilation, mask_of), axis=1)
            key = f"xvector.transit{block}"
            x = self._active(x, f"{key}.nonlinear.batchnorm")
            x = graph.add("Conv", x, self._weight(f"{key}.linear"))
        x = self._statistics(self._active(x, "xvector.out_nonlinear.batchnorm"))
        # the last normalisation has no scale and no shift of its own, and no ReLU follows it
        scale, shift = self._affine("xvector.dense.nonlinear.batchnorm")
        weight = self._tensors["xvector.dense.linear.weight"][:, :, 0] * scale[:, np.newaxis]
        x = graph.add("Add", graph.add("MatMul", x, graph.floats(weight.T)), graph.floats(shift))
        return graph.model(
            ("features", ["utterances", "frames", 80]), ("vectors", x, ["utterances", 192])
        )

    def _head(self) -> str:
        """Two-dimensional convolutions: channels are kept, frequencies become fewer."""
        graph = self._graph
        x = graph.add("Transpose", "features", perm=[0, 2, 1])
        x = graph.add("Unsqueeze", x, graph.integers(1))
        x = graph.add("Relu", self._plane(x, "head.conv1", "head.bn1", 1))
        for layer in (1, 2):
            for block, stride in enumerate((2, 1)):
                x = self._residual(x, f"head.layer{layer}.{block}", stride)
        x = graph.add("Relu", self._plane(x, "head.conv2", "head.bn2", 2))
        return graph.add("Reshape", x, graph.integers(0, 320, -1))

    def _residual(self, x: str, key: str, stride: int) -> str:
        graph = self._graph
        y = graph.add("Relu", self._plane(x, f"{key}.conv1", f"{key}.bn1", stride))
        y = self._plane(y, f"{key}.conv2", f"{key}.bn2", 1)
        if f"{key}.shortcut.0.weight" in self._tensors:
            x = self._plane(x, f"{key}.shortcut.0", f"{key}.shortcut.1", stride)
        return graph.add("Relu", graph.add("Add", y, x))

    def _plane(self, x: str, conv: str, norm: str, stride: int) -> str:
        """A convolution that keeps the frames, and takes every `stride`-th frequency."""
        margin = self._tensors[f"{conv}.weight"].shape[-1] // 2
        weights = self._folded(conv, norm)
        return self._graph.add("Conv", x, *weights, strides=[stride, 1], pads=[margin] * 4)

    def _dense(self, x: str, key: str, dilation: int, mask_of: str) -> str:
        """A layer of a dense block: what it adds to its input, under a mask by context."""
        graph = self._graph
        x = self._active(x, f"{key}.nonlinear1.batchnorm")
        weights = self._folded(f"{key}.linear1", f"{key}.nonlinear2.batchnorm")
        x = graph.add("Relu", graph.add("Conv", x, *weights))
        local = self._weight(f"{key}.cam_layer.linear_local")
        around = [dilation, dilation]
        y = graph.add("Conv", x, local, dilations=[dilation], pads=around)
        width = [CONTEXT]
        near = graph.add("AveragePool", x, kernel_shape=width, strides=width, ceil_mode=1)
        mask = graph.add("Add", near, graph.add("ReduceMean", x, axes=[2]))
        for name, activation in (("linear1", "Relu"), ("linear2", "Sigmoid")):
            inner = f"{key}.cam_layer.{name}"
            bias = graph.floats(self._tensors[f"{inner}.bias"])
            mask = graph.add(activation, graph.add("Conv", mask, self._weight(inner), bias))
        return graph.add("Mul", y, graph.add("Gather", mask, mask_of, axis=2))

    def _mask_of_frames(self, x: str) -> str:
        """For each frame, which mask is its own."""
        graph = self._graph
        zero, one, context = map(graph.integer, (0, 1, CONTEXT))
        frames = graph.add("Range", zero, self._frames(x), one)
        return graph.add("Div", frames, context)

    def _frames(self, x: str) -> str:
        shape = self._graph.add("Shape", x)
        return self._graph.add("Gather", shape, self._graph.integer(2), axis=0)

    def _statistics(self, x: str) -> str:
        """Mean and standard deviation over time, of a sample: it divides by n - 1."""
        graph = self._graph
        mean = graph.add("ReduceMean", x, axes=[2])
        apart = graph.add("Sub", x, mean)
        squares = graph.add("Mul", apart, apart)
        total = graph.add("ReduceSum", squares, graph.integers(2), keepdims=0)
        others = graph.add("Sub", self._frames(x), graph.integer(1))
        deviation = graph.add("Sqrt", graph.add("Div", total, graph.add("Cast", others, to=FLOAT)))
        return graph.add("Concat", graph.add("Squeeze", mean, graph.integers(2)), deviation, axis=1)

    def _active(self, x: str, norm: str) -> str:
        scale, shift = (self._graph.floats(each[:, np.newaxis]) for each in self._affine(norm))
        scaled = self._graph.add("Mul", x, scale)
        return self._graph.add("Relu", self._graph.add("Add", scaled, shift))

    def _weight(self, key: str) -> str:
        return self._graph.floats(self._tensors[f"{key}.weight"])

    def _folded(self, conv: str, norm: str) -> Sequence[str]:
        """Weight and bias of a convolution with the normalisation after it."""
        weight = self._tensors[f"{conv}.weight"]
        scale, shift = self._affine(norm)
        scaled = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
        return self._graph.floats(scaled), self._graph.floats(shift)

    def _affine(self, norm: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """A batch normalisation in use: a factor and a summand for each channel."""
        own = self._tensors
        scale = own.get(f"{norm}.weight", np.float32(1)) / np.sqrt(
            own[f"{norm}.running_var"] + EPSILON
        )
        shift = own.get(f"{norm}.bias", np.float32(0)) - own[f"{norm}.running_mean"] * scale
        return scale, shift
