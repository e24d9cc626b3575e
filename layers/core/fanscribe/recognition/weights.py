"""A model's weights as CTranslate2 stores them (`model.bin`): what the file says of them.

Written after CTranslate2's `Model::load` (src/models/model.cc). Nothing of the rest of Fanscribe is
imported here: the image's build uses this module alone (functions/bake.py).
"""

import re
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

TYPES = ("float32", "int8", "int16", "int32", "float16", "bfloat16")  # by CTranslate2's numbers
READABLE = range(4, 7)  # versions of the file that are laid out alike
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

    @property
    def width(self) -> int:
        """Numbers of one step of the decoder: the model's dimension."""
        return self.variables["decoder/embeddings/weight"].shape[1]

    @property
    def decoder_layers(self) -> int:
        """Number of the decoder's layers."""
        return len({found[1] for name in self.variables if (found := LAYER.match(name))})


def read_weights(file: Path) -> Weights:
    """Reads names, types and shapes, no numbers. Raises ValueError if it is no such file."""
    with file.open("rb") as opened:
        try:
            return _read(opened)
        except (struct.error, IndexError, UnicodeDecodeError):
            raise ValueError(f"{file} holds no weights of CTranslate2.") from None


def _read(file: BinaryIO) -> Weights:
    (version,) = _take(file, "I")
    if version not in READABLE:
        raise ValueError(f"{file.name} is of version {version}, not {READABLE[0]} to 6.")
    spec, (revision, count) = _text(file), _take(file, "II")
    variables = {}
    for _ in range(count):
        name, (rank,) = _text(file), _take(file, "B")
        shape, (kind, length) = _take(file, f"{rank}I"), _take(file, "=BI")
        variables[name] = Variable(TYPES[kind], shape, file.tell(), length)
        file.seek(length, 1)
    (count,) = _take(file, "I")
    aliases = {_text(file): _text(file) for _ in range(count)}
    return Weights(version, spec, revision, variables, aliases)


def _take(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _text(file: BinaryIO) -> str:
    (length,) = _take(file, "H")
    return file.read(length)[:-1].decode()
