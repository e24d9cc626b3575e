"""Terms of a vocabulary as hotwords, if somebody asks for it. Pure."""

from collections.abc import Iterable, Mapping

from fanscribe.documents.options import FROM_VOCABULARY, MOST_HOTWORDS, Options
from fanscribe.errors import InvalidOption
from fanscribe.transcript.wording.word_lists import Term, read_vocabulary


def with_hotwords(options: Options, lists: Mapping[str, str]) -> Options:
    """The options, with terms where they say that these are the hotwords. `lists`: those that are
    given, by option.

    The terms themselves stand in the options for reading then: with others, the job is another.
    Raises InvalidOption.
    """
    if options.hotwords != FROM_VOCABULARY:
        return options
    if "vocabulary" not in lists:
        raise InvalidOption(
            f"The option 'hotwords' is {FROM_VOCABULARY!r}, and no file is named by 'vocabulary'. "
            "Name one, or the words themselves."
        )
    terms = read_vocabulary(lists["vocabulary"])
    return options.model_copy(update={"hotwords": hotwords_of(terms)})


def hotwords_of(terms: Iterable[Term]) -> str:
    """The first terms of a list, as they are written and as many as fit.

    Each is a sentence: the model goes on in the style of what it takes as said before, and with
    commas here it writes hardly any full stops (benchmarks/notes.md).
    """
    text = ""
    for display in dict.fromkeys(term.display for term in terms):
        longer = f"{text} {display}.".lstrip()
        if len(longer) > MOST_HOTWORDS:
            break
        text = longer
    return text
