"""A transcript with its words edited as the options say: after it is built, before it is written.
Pure.
"""

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.wording.replacements import Replacer
from fanscribe.transcript.wording.word_filter import WordFilter
from fanscribe.transcript.wording.word_lists import WordLists


def worded(transcript: Transcript, lists: WordLists, output: OutputOptions) -> Transcript:
    """Replacements, then the filter. Nothing where nothing is asked for."""
    if lists.replace:
        replacer = Replacer(lists.replace)
        segments = (replacer.replaced(segment) for segment in transcript.segments)
        kept = tuple(segment for segment in segments if segment.words)
        transcript = transcript.model_copy(update={"segments": kept})
    if lists.word_filter:
        chosen = WordFilter(lists.word_filter, output.word_filter_method)
        transcript = chosen.filtered(transcript)
    return transcript
