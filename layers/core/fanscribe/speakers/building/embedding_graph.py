"""CAM++ of 3D-Speaker as an ONNX graph: convolutions over time and frequency, then densely
connected layers over time with masks by context, then mean and deviation.

Batch normalisations are folded into the convolutions before them, where there is one. Products are
in eight bits, but for the first ones and those that are small. From the dense layers on, time comes
before channels, so that a convolution of one frame is a product of matrices.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanscribe.speakers.building.checkpoints import Tensors
from fanscribe.speakers.building.onnx_file import FLOAT, Graph
from fanscribe.speakers.building.quantized import Planes, by_their_most, product

EPSILON = 1e-5  # of every normalisation
BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of the dense blocks
TAPS = 3  # of a local convolution in them
CONTEXT = 100  # frames that share a mask


def embedding_model(tensors: Tensors) -> bytes:
    """Features [utterances, frames, 80] -> vectors [utterances, 192]."""
    return _CamPlus(tensors).model()


class _CamPlus:
    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._graph = Graph()
        self._planes = Planes(self._graph)

    def model(self) -> bytes:
        graph = self._graph
        x = self._head()
        weight, bias = self._folded("xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm")
        weights = graph.floats(weight), graph.floats(bias)
        x = graph.add("Relu", graph.add("Conv", x, *weights, strides=[2], pads=[2, 2]))
        x = graph.add("Transpose", x, perm=[0, 2, 1])
        mask_of = self._mask_of_frames(x)
        contexts = self._contexts(mask_of)
        for block, (layers, dilation) in enumerate(BLOCKS, 1):
            for layer in range(1, layers + 1):
                key = f"xvector.block{block}.tdnnd{layer}"
                x = graph.add("Concat", x, self._dense(x, key, dilation, contexts, mask_of), axis=2)
            key = f"xvector.transit{block}"
            x = self._active(x, f"{key}.nonlinear.batchnorm")
            x = self._product(x, self._tensors[f"{key}.linear.weight"])
        x = self._statistics(self._active(x, "xvector.out_nonlinear.batchnorm"))
        # the last normalisation has no scale and no shift of its own, and no ReLU follows it
        weight, bias = self._folded("xvector.dense.linear", "xvector.dense.nonlinear.batchnorm")
        x = graph.add("MatMul", x, graph.floats(weight[:, :, 0].T))
        x = graph.add("Add", x, graph.floats(bias))
        return graph.model(
            ("features", ["utterances", "frames", 80]), ("vectors", x, ["utterances", 192])
        )

    def _head(self) -> str:
        """Two-dimensional convolutions: channels are kept, frequencies become fewer."""
        graph = self._graph
        x = graph.add("Transpose", "features", perm=[0, 2, 1])
        x = graph.add("Unsqueeze", x, graph.integers(1))
        weights = map(graph.floats, self._folded("head.conv1", "head.bn1"))
        x = self._planes.quantized(graph.add("Conv", x, *weights, pads=[1] * 4))
        for layer in (1, 2):
            for block, stride in enumerate((2, 1)):
                x = self._residual(x, f"head.layer{layer}.{block}", stride)
        x = self._planes.floats(self._plane(x, "head.conv2", "head.bn2", 2))
        return graph.add("Reshape", x, graph.integers(0, 320, -1))

    def _residual(self, x: str, key: str, stride: int) -> str:
        y = self._plane(x, f"{key}.conv1", f"{key}.bn1", stride)
        y = self._plane(y, f"{key}.conv2", f"{key}.bn2", 1, signed=True)
        shortened = f"{key}.shortcut.0.weight" in self._tensors
        if shortened:
            x = self._plane(x, f"{key}.shortcut.0", f"{key}.shortcut.1", stride, signed=True)
        both = [self._planes.floats(y, signed=True), self._planes.floats(x, signed=shortened)]
        return self._planes.quantized(self._graph.add("Add", *both))

    def _plane(self, x: str, conv: str, norm: str, stride: int, signed: bool = False) -> str:
        """A convolution that keeps the frames, and takes every `stride`-th frequency."""
        weight, bias = self._folded(conv, norm)
        pads = [weight.shape[-1] // 2] * 4
        return self._planes.convolution(x, weight, bias, [stride, 1], pads, signed)

    def _dense(self, x: str, key: str, dilation: int, contexts: str, mask_of: str) -> str:
        """A layer of a dense block: what it adds to its input, under a mask by context."""
        graph = self._graph
        x = self._active(x, f"{key}.nonlinear1.batchnorm")
        weight, bias = self._folded(f"{key}.linear1", f"{key}.nonlinear2.batchnorm")
        x = graph.add("Relu", graph.add("Add", self._product(x, weight), graph.floats(bias)))
        y = self._local(x, self._tensors[f"{key}.cam_layer.linear_local.weight"], dilation)
        mask = graph.add("MatMul", contexts, x)
        for name, activation in (("linear1", "Relu"), ("linear2", "Sigmoid")):
            weight, bias = (
                self._tensors[f"{key}.cam_layer.{name}.{kind}"] for kind in ("weight", "bias")
            )
            mask = graph.add("MatMul", mask, graph.floats(weight[:, :, 0].T))
            mask = graph.add(activation, graph.add("Add", mask, graph.floats(bias)))
        return graph.add("Mul", y, graph.add("Gather", mask, mask_of, axis=1))

    def _product(self, x: str, weight: NDArray[Any]) -> str:
        """By the weight of a convolution of one frame, [outputs, inputs, 1]."""
        return product(self._graph, by_their_most(self._graph, x), weight[:, :, 0].T)

    def _local(self, x: str, weight: NDArray[Any], dilation: int) -> str:
        """A convolution over time: each frame with those `dilation` before it and after it."""
        graph = self._graph
        small = by_their_most(graph, x)
        # 0 stands for 0: nothing is negative after a ReLU
        around = graph.integers(0, dilation, 0, 0, dilation, 0)
        padded = graph.add("Pad", small.values, around)
        ends = (-2 * dilation, -dilation, np.iinfo(np.int64).max)
        taps = [
            graph.add("Slice", padded, *map(graph.integers, (tap * dilation, ends[tap], 1)))
            for tap in range(TAPS)
        ]
        beside = small._replace(values=graph.add("Concat", *taps, axis=2))
        return product(graph, beside, np.concatenate([weight[:, :, tap].T for tap in range(TAPS)]))

    def _mask_of_frames(self, x: str) -> str:
        """For each frame, which mask is its own."""
        graph = self._graph
        zero, one, context = map(graph.integer, (0, 1, CONTEXT))
        frames = graph.add("Range", zero, self._frames(x), one)
        return graph.add("Div", frames, context)

    def _contexts(self, mask_of: str) -> str:
        """A matrix [masks, frames]: by it, frames become the mean of each context and of all."""
        graph = self._graph
        zero, one = graph.integer(0), graph.integer(1)
        count = graph.add("Add", graph.add("ReduceMax", mask_of, keepdims=0), one)
        masks = graph.add("Unsqueeze", graph.add("Range", zero, count, one), graph.integers(1))
        own = graph.add("Cast", graph.add("Equal", masks, mask_of), to=FLOAT)
        near = graph.add("Div", own, graph.add("ReduceSum", own, graph.integers(1)))
        every = graph.add("Cast", graph.add("Shape", mask_of), to=FLOAT)
        return graph.add("Add", near, graph.add("Div", graph.floats(1), every))

    def _frames(self, x: str) -> str:
        shape = self._graph.add("Shape", x)
        return self._graph.add("Gather", shape, self._graph.integer(1), axis=0)

    def _statistics(self, x: str) -> str:
        """Mean and standard deviation over time, of a sample: it divides by n - 1."""
        graph = self._graph
        mean = graph.add("ReduceMean", x, axes=[1])
        apart = graph.add("Sub", x, mean)
        squares = graph.add("Mul", apart, apart)
        total = graph.add("ReduceSum", squares, graph.integers(1), keepdims=0)
        others = graph.add("Sub", self._frames(x), graph.integer(1))
        deviation = graph.add("Sqrt", graph.add("Div", total, graph.add("Cast", others, to=FLOAT)))
        return graph.add("Concat", graph.add("Squeeze", mean, graph.integers(1)), deviation, axis=1)

    def _active(self, x: str, norm: str) -> str:
        scale, shift = map(self._graph.floats, self._affine(norm))
        return self._graph.add(
            "Relu", self._graph.add("Add", self._graph.add("Mul", x, scale), shift)
        )

    def _folded(self, conv: str, norm: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Weight and bias of a convolution with the normalisation after it."""
        weight = self._tensors[f"{conv}.weight"]
        scale, shift = self._affine(norm)
        return weight * scale.reshape(-1, *[1] * (weight.ndim - 1)), shift

    def _affine(self, norm: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """A batch normalisation in use: a factor and a summand for each channel."""
        own = self._tensors
        scale = own.get(f"{norm}.weight", np.float32(1)) / np.sqrt(
            own[f"{norm}.running_var"] + EPSILON
        )
        shift = own.get(f"{norm}.bias", np.float32(0)) - own[f"{norm}.running_mean"] * scale
        return scale, shift
