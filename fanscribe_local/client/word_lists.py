"""Lists of words on this machine: handed to a stack beside the recording."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fanscribe import keys
from fanscribe.documents.options import LISTS
from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.word_lists import check_list
from fanscribe_local.client.file_errors import reason
from fanscribe_local.client.names import as_key, printable
from fanscribe_local.client.retry import retrying
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.upload import digest

ELSEWHERE = re.compile(rf"{keys.URI}|sha256:[0-9a-f]{{64}}|off|")


def local_lists(options: Mapping[str, Any]) -> dict[str, Path]:
    """Files of this machine that the options name."""
    named = {name: str(options[name]) for name in LISTS if options.get(name)}
    return {name: Path(value) for name, value in named.items() if not ELSEWHERE.fullmatch(value)}


def check_lists(options: dict[str, Any]) -> None:
    """Raises InvalidOption for a file that is not there or can't be used."""
    for name, file in local_lists(options).items():
        where = printable(str(file))
        try:
            check_list(name, where, file.read_bytes())
        except OSError as error:
            said = f"{where} can't be read: {reason(error)}."
            raise InvalidOption(f"The option {name!r}: {said}") from None


def with_lists_sent(options: Mapping[str, Any], stack: DeployedStack) -> dict[str, Any]:
    """The options, with local lists uploaded and named as the stack finds them."""
    return {**options, **{name: _sent(file, stack) for name, file in local_lists(options).items()}}


def _sent(file: Path, stack: DeployedStack) -> str:
    key, body = keys.upload(digest(file), as_key(file.name)), file.read_bytes()
    retrying(
        lambda: stack.s3.put_object(Bucket=stack.work, Key=key, Body=body),
        "S3 to take a list of words",
    )
    return keys.uri(stack.work, key)
