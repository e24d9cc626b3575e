"""Files of this machine that options name: lists of words, and clips of known voices."""

from collections.abc import Mapping
from typing import Any

from fanscribe_local.client.clips import with_clips_sent
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.word_lists import with_lists_sent


def with_files_sent(options: Mapping[str, Any], stack: DeployedStack) -> dict[str, Any]:
    """The options, with local files uploaded and named as the stack finds them.

    Raises FileChanged, OSError, GaveUp.
    """
    where = stack.s3, stack.work
    return with_clips_sent(with_lists_sent(options, *where), *where)
