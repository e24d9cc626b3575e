"""`fanscribe init`: the deployable project, written out."""

import shutil
from pathlib import Path

import click

import fanscribe
from fanscribe_local.cli.messages import say
from fanscribe_local.project import PROJECT

WRITTEN = (
    ".dockerignore",
    "LICENSE",
    "events",
    "functions",
    "images.yaml",
    "layers/core/requirements.txt",
    "models/README.md",
    "samconfig.toml",
    "statemachine",
    "template.yaml",
)
NO_SOURCE = shutil.ignore_patterns("__pycache__")


@click.command(short_help="Write the project that `sam build` and `sam deploy` need.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Write the project that `sam build` and `sam deploy` need into FOLDER, a new or empty one."""
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: name a new folder.")
    for name in WRITTEN:
        source, target = PROJECT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=NO_SOURCE)
        else:
            shutil.copyfile(source, target)
    package = Path(fanscribe.__file__).parent
    shutil.copytree(package, folder / "layers" / "core" / "fanscribe", ignore=NO_SOURCE)
    say(
        f"Wrote the project into {folder}. Next:\n"
        f"  cd {folder}\n"
        "  sam build --parameter-overrides Model=small\n"
        "  sam deploy --guided --parameter-overrides Model=small"
    )
