"""Voice prints: 192 signed bytes as text, and how alike they are. Pure."""

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DIGITS = 6  # of a cosine: the last ones differ between processors
LARGEST = 127  # of the bytes of a voice print

Vectors = NDArray[np.float64]  # one a row, of length 1


def packed(vector: NDArray[np.floating]) -> str:
    """A voice print of any length, as base64."""
    small = np.round(vector * (LARGEST / np.abs(vector).max())).astype(np.int8)
    return base64.b64encode(small.tobytes()).decode()


def vectors_of(voice_prints: Sequence[str]) -> Vectors:
    """Voice prints as vectors."""
    raw = b"".join(map(base64.b64decode, voice_prints))
    return unit(np.frombuffer(raw, np.int8).reshape(len(voice_prints), -1).astype(np.float64))


def likeness(some: Vectors, others: Vectors) -> Vectors:
    """The cosine of each of some and each of others."""
    products = some @ others.T
    return np.round(products, DIGITS, out=products)


def unit(rows: Vectors) -> Vectors:
    """Each row with the length 1."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, np.newaxis]
    return np.asarray(rows / np.maximum(lengths, 1e-9))
