"""Files that are there whole or not at all, whenever this process is killed."""

import os
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path


def write_whole(target: Path, data: bytes) -> None:
    """Raises OSError, and leaves nothing behind then."""
    # not called after the target: that may have the longest name there is
    half = target.with_name(f".fanscribe-{os.getpid()}-{uuid.uuid4().hex[:8]}.half")
    try:
        half.write_bytes(data)
        half.replace(target)
    except BaseException:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise


def nearest(folder: Path) -> Path:
    """The folder itself, or the one above it that is there and would hold it. Raises OSError."""
    while True:
        try:
            folder.stat()
        except FileNotFoundError:
            if folder.is_symlink() or folder == folder.parent:
                raise
            folder = folder.parent
        else:
            return folder


def try_writing(folder: Path) -> bool:
    """True if its file system takes `a` and `A` for the same name. Raises OSError if no file can
    be written there, or the folder can't be made. Nothing stays there.
    """
    with tempfile.NamedTemporaryFile(dir=nearest(folder), prefix=".fanscribe-") as probe:
        probe.write(bytes(4096))  # a full disk may still have room for a name
        probe.flush()
        return Path(probe.name).with_name(Path(probe.name).name.upper()).exists()
