"""A transcript with its words edited as the options say: after it is built, before it is written.
Pure.
"""

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.wording.replacements import replaced
from fanscribe.transcript.wording.word_filter import WordFilter
from fanscribe.transcript.wording.word_lists import WordLists


def worded(transcript: Transcript, lists: WordLists, output: OutputOptions) -> Transcript:
    """Terms, names, replacements, and last the filter, which so sees all that was written before.

    Nothing where nothing is asked for.
    """
    if lists.vocabulary or output.consistent_names:
        transcript = _corrected(transcript, lists, output)
    if lists.replace:
        transcript = replaced(transcript, lists.replace)
    if lists.word_filter:
        chosen = WordFilter(lists.word_filter, output.word_filter_method)
        transcript = chosen.filtered(transcript)
    return transcript


def _corrected(transcript: Transcript, lists: WordLists, output: OutputOptions) -> Transcript:
    # Here, as they need jellyfish, and most jobs ask for neither
    from fanscribe.transcript.wording.consistent_names import consistent_names  # noqa: PLC0415
    from fanscribe.transcript.wording.vocabulary import Vocabulary  # noqa: PLC0415

    if lists.vocabulary:
        transcript = Vocabulary(lists.vocabulary).corrected(transcript)
    if not output.consistent_names:
        return transcript
    return consistent_names(transcript, [term.display for term in lists.vocabulary or ()])
