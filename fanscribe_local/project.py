"""The deployable project: in a checkout around this package, in a wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSIDE, _AROUND = _PACKAGE / "project", _PACKAGE.parent

PROJECT = _INSIDE if _INSIDE.is_dir() else _AROUND
TEMPLATE = PROJECT / "template.yaml"
