"""pyannote segmentation-3.0 as an ONNX graph: SincNet, four BiLSTM layers, two linear ones, and a
classifier of seven sets of speakers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanscribe.speakers.building.checkpoints import Tensors
from fanscribe.speakers.building.onnx_file import Graph

EPSILON = 1e-5  # of every normalisation
HIDDEN = 128  # values of a BiLSTM layer in each direction


def segmentation_model(tensors: Tensors) -> bytes:
    """Waveforms [windows, 1, samples] -> scores [windows, frames, 7], not normalised."""
    graph = Graph()
    x = _sincnet(graph, tensors)
    x = graph.add("Transpose", x, perm=[2, 0, 1])  # frames, windows, features
    for layer in range(4):
        x = _bilstm(graph, tensors, layer, x)
    x = graph.add("Transpose", x, perm=[1, 0, 2])
    for layer in range(2):
        x = graph.add("LeakyRelu", _linear(graph, tensors, f"linear.{layer}", x), alpha=0.01)
    scores = _linear(graph, tensors, "classifier", x)
    return graph.model(
        ("waveforms", ["windows", 1, "samples"]), ("scores", scores, ["windows", "frames", 7])
    )


def _sincnet(graph: Graph, tensors: Tensors) -> str:
    """Three convolutions, each pooled and normalised. The first has band passes as its filters."""

    def normed(x: str, key: str) -> str:
        scale, shift = (graph.floats(tensors[f"sincnet.{key}.{kind}"]) for kind in WEIGHT_AND_BIAS)
        return graph.add("InstanceNormalization", x, scale, shift, epsilon=EPSILON)

    x = normed("waveforms", "wav_norm1d")
    x = graph.add("Conv", x, graph.floats(_band_passes(tensors)), strides=[10])
    x = graph.add("Abs", x)
    for layer in range(3):
        if layer:
            key = f"sincnet.conv1d.{layer}."
            weights = [graph.floats(tensors[key + kind]) for kind in WEIGHT_AND_BIAS]
            x = graph.add("Conv", x, *weights)
        x = graph.add("MaxPool", x, kernel_shape=[3], strides=[3])
        x = graph.add("LeakyRelu", normed(x, f"norm1d.{layer}"), alpha=0.01)
    return x


WEIGHT_AND_BIAS = ("weight", "bias")


def _band_passes(tensors: Tensors) -> NDArray[Any]:
    """SincNet's 80 filters from their cut-off frequencies: 40 even ones, 40 odd ones.

    Each is stored as its left half; the right one mirrors it.
    """
    own = {
        name: tensors[f"sincnet.conv1d.0.filterbank.{name}"]
        for name in ("low_hz_", "band_hz_", "n_", "window_")
    }
    low = 50 + np.abs(own["low_hz_"])
    high = np.clip(low + 50 + np.abs(own["band_hz_"]), 50, 8_000)
    width = 2 * (high - low)

    def between(wave: Any) -> NDArray[Any]:
        """The left half of a filter that lets through what is between the two frequencies."""
        half = (wave(high @ own["n_"]) - wave(low @ own["n_"])) / (own["n_"] / 2)
        return np.asarray(half * own["window_"])

    even, odd = between(np.sin), between(np.cos)
    filters = [
        np.concatenate([even, width, even[:, ::-1]], 1) / width,
        np.concatenate([odd, np.zeros_like(width), -odd[:, ::-1]], 1) / width,
    ]
    return np.concatenate(filters)[:, np.newaxis]


def _bilstm(graph: Graph, tensors: Tensors, layer: int, x: str) -> str:
    def both(kind: str) -> NDArray[Any]:
        ways = ("", "_reverse")
        return np.stack([_gates(tensors[f"lstm.{kind}_l{layer}{way}"]) for way in ways])

    bias = np.concatenate([both("bias_ih"), both("bias_hh")], 1)
    weights = map(graph.floats, (both("weight_ih"), both("weight_hh"), bias))
    y = graph.add("LSTM", x, *weights, hidden_size=HIDDEN, direction="bidirectional")
    y = graph.add("Transpose", y, perm=[0, 2, 1, 3])  # frames, windows, directions, values
    return graph.add("Reshape", y, graph.integers(0, 0, 2 * HIDDEN))


def _gates(rows: NDArray[Any]) -> NDArray[Any]:
    """PyTorch has the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""
    into, forget, cell, out = np.split(rows, 4)
    return np.concatenate([into, out, forget, cell])


def _linear(graph: Graph, tensors: Tensors, key: str, x: str) -> str:
    product = graph.add("MatMul", x, graph.floats(tensors[f"{key}.weight"].T))
    return graph.add("Add", product, graph.floats(tensors[f"{key}.bias"]))
