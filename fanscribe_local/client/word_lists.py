"""Lists of words on this machine: handed to a stack beside the recording."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from fanscribe import keys
from fanscribe.documents.options import LISTS
from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.word_lists import check_list
from fanscribe_local.client.file_errors import reason
from fanscribe_local.client.names import printable
from fanscribe_local.client.upload import sent

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


def with_lists_sent(options: Mapping[str, Any], s3: BaseClient, bucket: str) -> dict[str, Any]:
    """The options, with local lists in the work bucket. Raises FileChanged, OSError, GaveUp."""
    places = {
        name: sent(s3, bucket, file, file.name, "a list of words")
        for name, file in local_lists(options).items()
    }
    return {**options, **places}
