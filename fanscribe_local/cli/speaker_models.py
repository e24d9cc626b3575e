"""The models that tell speakers apart, on this machine: built once, when they are first needed."""

import os
from pathlib import Path

import click

from fanscribe.documents.options import Options
from fanscribe.speakers.models import FOLDER, is_current
from fanscribe_local.cli.shared import Failed
from fanscribe_local.emulator.job_cache import default_folder


def have_speaker_models(options: dict[str, str]) -> None:
    """Have the models in the cache, if speakers are asked for and nobody named a folder.

    Raises Failed if they can't be fetched.
    """
    if not Options.parse(options).speakers or os.environ.get(FOLDER):
        return
    folder = default_folder() / "speakers"
    if not is_current(folder):
        click.echo("Fetching the models that tell speakers apart, once (81 MB) …", err=True)
        _fetch(folder)
    # said to the functions' processes, which have it from this one's environment
    os.environ[FOLDER] = str(folder)


def _fetch(folder: Path) -> None:
    # It needs numpy, which the command does not
    from fanscribe.speakers.building.build import NotBuilt, fetch_and_build  # noqa: PLC0415

    try:
        fetch_and_build(folder)
    except NotBuilt as error:
        raise Failed(
            f"--speakers needs models that are not on this machine: {error}. "
            "Where there is a network, `python -m fanscribe.speakers.building.build FOLDER` makes "
            f"them; then set {FOLDER}=FOLDER."
        ) from None
