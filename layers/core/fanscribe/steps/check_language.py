"""The check of what is to be written against the language that is spoken, as soon as that is known:
before anything is read.
"""

from fanscribe.documents.options import OutputOptions, ReadingOptions
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.word_lists import load_lists
from fanscribe.transcript.redaction.languages import check_redactable
from fanscribe.transcript.wording.scripts import check_scripts


def check_language(
    folder: JobFolder, options: ReadingOptions, output: OutputOptions, language: str | None
) -> None:
    """Raises InvalidOption for a list of another language, and for personal data that could not be
    found in this one. `language` None: it is not known yet.
    """
    if written := options.written_in(language):
        check_scripts(load_lists(folder, output), written)
        check_redactable(output.redact, written)
