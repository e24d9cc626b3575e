"""The two speaker models as a folder: who speaks in ten seconds of sound, and how a voice sounds.

They are baked into the image. On one machine the command builds them once, and names their folder.
"""

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fanscribe.errors import UnknownModel
from fanscribe.speakers.building import EMBEDDING, SEGMENTATION

BAKED = Path("/opt/speakers")  # where functions/Dockerfile puts them
FOLDER = "FANSCRIBE_SPEAKER_MODELS"  # the variable that names another folder


def find_models(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder with both. Raises UnknownModel if there is none."""
    folder = Path(environment.get(FOLDER) or BAKED)
    if not is_whole(folder):
        raise UnknownModel(
            f"There are no speaker models in {folder}. Build them, by "
            f"python -m fanscribe.speakers.building.build FOLDER, and set {FOLDER}=FOLDER."
        )
    return folder


@cache
def identity(folder: Path) -> str:
    """12 hexadecimal digits of both models: other models, other voices."""
    models = (folder / name for name in (SEGMENTATION, EMBEDDING))
    digests = [hashlib.sha256(model.read_bytes()).digest() for model in models]
    return hashlib.sha256(b"".join(digests)).hexdigest()[:12]


def is_whole(folder: Path) -> bool:
    """True if both models are there."""
    return all((folder / name).is_file() for name in (SEGMENTATION, EMBEDDING))
