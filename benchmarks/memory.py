"""Memory of a command with all that it started, taken while it runs, and of this process. For
Linux.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EVERY_S = 0.5  # a look takes some milliseconds for each process
PROC = Path("/proc")


@dataclass
class Peak:
    """The most that was seen at once, in MB. A page that processes share counts once."""

    mb: float = 0.0


@contextmanager
def watched(process: int) -> Iterator[Peak]:
    """Look at a process and its descendants until the block ends."""
    peak, done = Peak(), threading.Event()

    def look() -> None:
        while not done.wait(EVERY_S):
            peak.mb = max(peak.mb, sum(map(proportional_mb, family(process))))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def family(process: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for each in PROC.glob("[0-9]*"):
        if parent := re.search(r"PPid:\s+(\d+)", _read(each / "status")):
            children.setdefault(int(parent[1]), []).append(int(each.name))
    found = [process]
    for member in found:  # it grows on the way
        found += children.get(member, [])
    return found


def proportional_mb(process: int) -> float:
    """Memory of a process, of which pages that several share count in equal parts: the kernel's
    `Pss`. 0 if it has ended.
    """
    pss = re.search(r"^Pss:\s+(\d+) kB", _read(PROC / str(process) / "smaps_rollup"), re.MULTILINE)
    return int(pss[1]) / 1024 if pss else 0.0


def peak_mb() -> float:
    """The peak of this process since its start; ru_maxrss begins with what the one that started it
    had.
    """
    peak = re.search(r"^VmHWM:\s+(\d+) kB", _read(PROC / "self" / "status"), re.MULTILINE)
    assert peak, "This needs Linux"
    return int(peak[1]) / 1024


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # it has ended
        return ""
