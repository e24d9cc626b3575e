"""Split, of a job that asks for speakers."""

from collections.abc import Collection

from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Plan
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.voices import voiced_tiles, voices_folder
from fanscribe.speakers.models import find_models


def check_speakers(options: OutputOptions) -> None:
    """Raises UnknownModel if speakers are asked for, and there are no models to tell them by."""
    if options.speakers:
        find_models()


def wanted_voices(folder: JobFolder, plan: Plan, options: OutputOptions) -> Collection[int] | None:
    """The tiles that have their voices already; None where nobody asks for speakers."""
    return voiced_tiles(voices_folder(folder, plan)) if options.speakers else None
