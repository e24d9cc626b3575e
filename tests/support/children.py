"""Processes by their parent."""

import os
import subprocess


def children(of: int | None = None) -> set[int]:
    """What a process (this one) has started and not reaped: other tests' processes may be among
    them.
    """
    with subprocess.Popen(
        ["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True
    ) as listing:
        assert listing.stdout is not None
        pairs = [tuple(map(int, line.split())) for line in listing.stdout]
    return {child for child, parent in pairs if parent == (of or os.getpid())} - {listing.pid}
