"""The two speaker models as a folder: who speaks in ten seconds of sound, and how a voice sounds.

Baked into the image, or built once on this machine.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import onnxruntime

from fanscribe.errors import UnknownModel

SEGMENTATION = "segmentation.onnx"
EMBEDDING = "embedding.onnx"
LICENSES = "LICENSES.txt"
BAKED = Path("/opt/speakers")  # where functions/Dockerfile puts them
FOLDER = "FANSCRIBE_SPEAKER_MODELS"  # the variable that names another folder


def own_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where this machine keeps its own, or the folder that was named."""
    if named := environment.get(FOLDER):
        return Path(named).expanduser()
    cache = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "fanscribe" / "speakers"


def find_models() -> Path:
    """The folder with both. Raises UnknownModel if there is none."""
    named, own = os.environ.get(FOLDER), own_folder()
    for folder in [own] if named else [BAKED, own]:
        if is_whole(folder):
            return folder
    raise UnknownModel(
        f"There are no speaker models in {own}: {SEGMENTATION} and {EMBEDDING}. "
        "Build them once: fanscribe speaker-models."
    )


def is_whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (SEGMENTATION, EMBEDDING))


def session(model: Path) -> onnxruntime.InferenceSession:
    """On one thread: with two, the last digits are others. So no number of cores has a say."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
