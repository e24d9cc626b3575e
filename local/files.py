"""Files that are there whole or not at all, whenever this process is killed."""

import os
from pathlib import Path


def write_whole(target: Path, data: bytes) -> None:
    half = target.with_name(f".{target.name}.{os.getpid()}.half")
    half.write_bytes(data)
    half.replace(target)
