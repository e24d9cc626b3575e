"""Clips of known voices that are files of this machine: sent to where Split may read them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from fanscribe.documents.clips import times_of
from fanscribe.documents.options import Options
from fanscribe_local.client.names import printable
from fanscribe_local.client.recordings import WrongFiles
from fanscribe_local.client.upload import sent


def check_clips(options: Options) -> None:
    """Raises WrongFiles for a clip that is no file."""
    for clip in (clip for clips in options.voices.values() for clip in clips):
        if _is_local(clip) and not Path(clip).is_file():
            raise WrongFiles(
                f"--voices: {printable(clip)} is no file. A clip is a file, times in the recording "
                "such as 0:12-0:31, or s3://bucket/key."
            )


def with_clips_sent(options: Mapping[str, Any], s3: BaseClient, bucket: str) -> dict[str, Any]:
    """The options, with local clips in the work bucket. Raises FileChanged, OSError, GaveUp."""

    def place_of(clip: str) -> str:
        if not _is_local(clip):
            return clip
        file = Path(clip)
        return sent(s3, bucket, file, f"clip{file.suffix}", "a clip of a voice")

    if not options.get("voices"):
        return dict(options)
    voices = Options.parse({"voices": options["voices"]}).voices
    return {**options, "voices": {name: [*map(place_of, each)] for name, each in voices.items()}}


def _is_local(clip: str) -> bool:
    return times_of(clip) is None and not clip.startswith("s3://")
