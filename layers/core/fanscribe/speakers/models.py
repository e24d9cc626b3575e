"""The two speaker models as a folder: who speaks in ten seconds of sound, and how a voice sounds.

They are baked into the image. On one machine the command builds them once, and names their folder.
"""

import os
from collections.abc import Mapping
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


def is_whole(folder: Path) -> bool:
    """True if both models are there."""
    return all((folder / name).is_file() for name in (SEGMENTATION, EMBEDDING))
