"""A model's weights as CTranslate2 stores them (`model.bin`): what the file says of them.

Written after CTranslate2's `Model::load` (src/models/model.cc). Nothing of the rest of Fanscribe is
imported here: the image's build uses this module alone (functions/bake.py).
"""

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO, NamedTuple

TYPES = ("float32", "int8", "int16", "int32", "float16", "bfloat16")  # by CTranslate2's numbers
READABLE = range(4, 7)  # versions of the file that are laid out alike
ENCODER, EMBEDDINGS = "encoder/", "decoder/embeddings/weight"
LAYER = re.compile(r"decoder/layer_(\d+)/")


class Variable(NamedTuple):
    """An array in the file."""

    type: str
    shape: tuple[int, ...]
    start: int  # where its bytes begin
    length: int  # of them


class Weights(NamedTuple):
    """All that the file says before its numbers."""

    version: int
    spec: str
    revision: int
    variables: dict[str, Variable]
    aliases: dict[str, str]  # further names of variables


class Shape(NamedTuple):
    """A decoder's size."""

    width: int  # numbers of one step: the model's dimension
    decoder_layers: int


def read_weights(file: Path) -> Weights:
    """Reads names, types and shapes, no numbers. Raises ValueError if it is no such file."""
    with _opened(file) as opened:
        version, spec, revision, count = _head(opened)
        variables = dict(_variables(opened, count))
        (count,) = _take(opened, "I")
        aliases = {_text(opened): _text(opened) for _ in range(count)}
        return Weights(version, spec, revision, variables, aliases)


def read_shape(file: Path) -> Shape:
    """Reads no further than the decoder, which comes first, as CTranslate2 writes variables by
    name: Lambda fetches an image's blocks when they are read. Raises ValueError as `read_weights`.
    """
    with _opened(file) as opened:
        *_, count = _head(opened)
        variables = _variables(opened, count)
        decoder = dict(takewhile(lambda variable: variable[0] < ENCODER, variables))
        layers = {found[1] for name in decoder if (found := LAYER.match(name))}
        return Shape(decoder[EMBEDDINGS].shape[1], len(layers))


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    with file.open("rb") as opened:
        try:
            yield opened
        except (struct.error, LookupError, UnicodeDecodeError):
            raise ValueError(f"{file} holds no weights of CTranslate2.") from None


def _head(file: BinaryIO) -> tuple[int, str, int, int]:
    """The file's version, the model's kind and its revision, and how many variables follow."""
    (version,) = _take(file, "I")
    if version not in READABLE:
        raise ValueError(f"{file.name} is of version {version}, not {READABLE[0]} to 6.")
    spec, (revision, count) = _text(file), _take(file, "II")
    return version, spec, revision, count


def _variables(file: BinaryIO, count: int) -> Iterator[tuple[str, Variable]]:
    for _ in range(count):
        name, (rank,) = _text(file), _take(file, "B")
        shape, (kind, length) = _take(file, f"{rank}I"), _take(file, "=BI")
        yield name, Variable(TYPES[kind], shape, file.tell(), length)
        file.seek(length, 1)


def _take(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _text(file: BinaryIO) -> str:
    (length,) = _take(file, "H")
    return file.read(length)[:-1].decode()
