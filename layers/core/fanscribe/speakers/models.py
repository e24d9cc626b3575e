"""The two speaker models as a folder: who speaks in ten seconds of sound, and how a voice sounds.

They are baked into the image. On one machine the command builds them once, and names their folder.
"""

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fanscribe.errors import UnknownModel
from fanscribe.speakers.building import EMBEDDING, RECIPE, RECIPE_FILE, SEGMENTATION

BAKED = Path("/opt/speakers")  # where functions/Dockerfile puts them
WAY = b"2"  # counts up if the same models give other voices: by other features, windows, utterances
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
    """12 hexadecimal digits of both models, and of how they are used: no other voices have them."""
    models = (folder / name for name in (SEGMENTATION, EMBEDDING))
    digests = [hashlib.sha256(model.read_bytes()).digest() for model in models]
    return hashlib.sha256(b"".join([*digests, WAY])).hexdigest()[:12]


def is_whole(folder: Path) -> bool:
    """True if both models are there."""
    return all((folder / name).is_file() for name in (SEGMENTATION, EMBEDDING))


def is_current(folder: Path) -> bool:
    """True if both were built there as they are built today."""
    recipe = folder / RECIPE_FILE
    return is_whole(folder) and recipe.is_file() and recipe.read_text() == RECIPE
