"""Lists of words that a job's transcript is edited by, kept by their content."""

import hashlib
import re
from typing import Any

from fanscribe import keys
from fanscribe.documents.options import LISTS, OutputOptions
from fanscribe.documents.wording import WordListText
from fanscribe.errors import InvalidOption, RecordingNotFound, WorkDamaged
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import Storage
from fanscribe.transcript.wording.word_lists import MOST_BYTES, READERS, WordLists, check_list

KEPT = re.compile(r"sha256:[0-9a-f]{64}")


def read_given(output: OutputOptions, storage: Storage, bucket: str) -> dict[str, str]:
    """Lists that the options name, from where they are: option -> text. `bucket` is the
    recording's.

    Raises InvalidOption for a list that is not there or can't be used.
    """
    given = {name: value for name, value in _named(output).items() if not KEPT.fullmatch(value)}
    return {name: _read(name, place, storage, bucket) for name, place in given.items()}


def _named(output: OutputOptions) -> dict[str, str]:
    named = {name: getattr(output, name) for name in LISTS}
    return {name: value for name, value in named.items() if value is not None}


def _read(option: str, place: str, storage: Storage, bucket: str) -> str:
    key = place
    if re.match(keys.URI, place):
        bucket, key = keys.parse_uri(place)
    where = keys.uri(bucket, key)
    try:
        size = storage.describe(bucket, key, None).size
        data = storage.read(bucket, key) if size <= MOST_BYTES else b"\0" * (MOST_BYTES + 1)
    except (RecordingNotFound, WorkDamaged) as error:
        raise InvalidOption(f"The option {option!r}: {error}") from None
    return check_list(option, where, data)


def keep_lists(
    folder: JobFolder, output: OutputOptions, texts: dict[str, str], *earlier: JobFolder
) -> OutputOptions:
    """Store lists with the job. Returns the options with each list named by its content.

    Lists that the options name so already are the job's own, or one of the `earlier` jobs'. Raises
    InvalidOption if nobody has them.
    """
    kept: dict[str, str] = {}
    for name, value in _named(output).items():
        text = texts.get(name)
        if text is None:
            text = _find(name, value, (folder, *earlier))
        digest = hashlib.sha256(text.encode()).hexdigest()
        folder.save(keys.word_list(folder.job, digest), WordListText(text=text))
        kept[name] = f"sha256:{digest}"
    return output.model_copy(update=kept)


def _find(option: str, value: str, folders: tuple[JobFolder, ...]) -> str:
    digest = value.removeprefix("sha256:")
    for folder in folders:
        found = folder.find(keys.word_list(folder.job, digest), WordListText)
        if found:
            return found.text
    raise InvalidOption(
        f"The option {option!r}: the list {value[:19]}… is no longer kept. Name its file again."
    )


def load_lists(folder: JobFolder, output: OutputOptions) -> WordLists:
    """The lists of a job that Split has kept. Raises WorkDamaged."""

    def read(option: str, value: str) -> Any:
        key = keys.word_list(folder.job, value.removeprefix("sha256:"))
        return READERS[option](folder.read(key, WordListText).text)

    return WordLists(**{name: read(name, value) for name, value in _named(output).items()})
