"""Errors of a file system, in words that say what to do."""

import errno
import os
import re
import tempfile

from fanscribe_local.client.names import printable

REASONS = {
    errno.EACCES: "you have no permission",
    errno.EBADF: "it is closed",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EFBIG: "it grows larger than the file system or your limit (`ulimit -f`) allows",
    errno.EIO: "the disk fails (input/output error)",
    errno.EISDIR: "it is a folder",
    errno.ELOOP: "its links lead in a circle",
    errno.EMFILE: "too many files are open: `ulimit -n` allows more",
    errno.ENAMETOOLONG: "its name is too long for the file system",
    errno.ENOENT: "it is not there",
    errno.ENOSPC: "the disk is full",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EPERM: "the system does not permit it",
    errno.EROFS: "the file system is read-only",
    errno.ETXTBSY: "it is in use",
}
SOCKET = "AF_UNIX path too long"  # all that Python says of a socket's path, which has 107 bytes
BY_NAME = re.compile(r"^\[Errno (\d+)\] ")


def reason(error: OSError) -> str:
    """The reason of an error, as a part of a sentence."""
    if str(error) == SOCKET:
        return "the path of the temporary folder is too long: TMPDIR names another"
    known = REASONS.get(error.errno or 0)
    return known or (error.strerror or str(error) or type(error).__name__).rstrip(".")


def sentence(error: OSError) -> str:
    """An error that nobody expected: which file, and why."""
    named = error.filename2 or error.filename
    if named is None or isinstance(named, int):
        return f"{reason(error)}."
    return f"{printable(os.fsdecode(named))}: {reason(error)}."


def work_failed(error: OSError) -> str:
    """Message on a file that the work needs for itself."""
    folder = printable(tempfile.gettempdir())
    return f"The work's own files in {folder} failed: {reason(error)}. TMPDIR names another folder."


def as_raised(message: str) -> OSError | None:
    """The file system's error that a function reported, from its message; None: it is none."""
    match = BY_NAME.match(message)
    return OSError(int(match[1]), os.strerror(int(match[1]))) if match else None
