"""Products in eight bits, against the same in floats."""

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from fanscribe.speakers.building.onnx_file import Graph
from fanscribe.speakers.building.quantized import MOST, STEPS, Planes, by_their_most, product

Floats = NDArray[np.float32]


def computed(graph: Graph, x: Floats, result: str) -> Floats:
    model = graph.model(("x", list(x.shape)), ("y", result, ["any"] * x.ndim))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": x})
    return np.asarray(found)


def test_a_product_is_what_it_is_in_floats_within_two_hundredths() -> None:
    rng = np.random.default_rng(1)
    x = np.maximum(0, rng.standard_normal((7, 64))).astype(np.float32)
    # each output with a scale of its own: a small one is as exact as a large one
    weight = (rng.standard_normal((64, 3)) * [0.001, 1, 1_000]).astype(np.float32)
    graph = Graph()
    found = computed(graph, x, product(graph, by_their_most(graph, "x"), weight))
    right = x @ weight
    assert (np.abs(found - right).max(0) < 0.02 * np.abs(right).max(0)).all()


@pytest.mark.parametrize("signed", [False, True])
def test_a_convolution_is_what_it_is_in_floats_within_two_steps(signed: bool) -> None:
    rng = np.random.default_rng(1)
    x = np.maximum(0, rng.standard_normal((1, 4, 6, 9))).astype(np.float32)
    weight = rng.standard_normal((5, 4, 1, 1)).astype(np.float32)
    bias = rng.standard_normal(5).astype(np.float32)
    graph = Graph()
    planes = Planes(graph)
    made = planes.convolution(planes.quantized("x"), weight, bias, [2, 1], [0] * 4, signed)
    found = computed(graph, x, planes.floats(made, signed))
    right = np.einsum("oi,bihw->bohw", weight[:, :, 0, 0], x[:, :, ::2])
    right += bias[:, np.newaxis, np.newaxis]
    assert np.abs(found - (right if signed else np.maximum(0, right))).max() < 4 * MOST / STEPS


def test_what_is_larger_than_the_most_counts_as_that() -> None:
    graph = Graph()
    planes = Planes(graph)
    x = np.array([[[[-5, 0, 5, 2 * MOST]]]], np.float32)
    found = computed(graph, x, planes.floats(planes.quantized("x")))
    assert np.allclose(found, [[[[0, 0, 5, MOST]]]], atol=MOST / STEPS)
