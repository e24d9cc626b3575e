"""Where a sentence ends. Pure."""

from fanscribe.documents.reading import Word

# of all scripts that Whisper writes
SENTENCE_ENDS = ".?!…。．｡！？।॥؟۔։።፧။។།"
CLOSERS = "\"'”’»)]」』"  # what may follow the mark that ends a sentence


def ends_sentence(word: Word, following: Word) -> bool:
    """A mark that ends sentences, unless what follows goes on in lower case, as after "e.g." or an
    ellipsis.
    """
    return marked(word) and not following.text.strip()[:1].islower()


def marked(word: Word) -> bool:
    """A mark that ends sentences, whatever follows."""
    return word.text.rstrip(CLOSERS).endswith(tuple(SENTENCE_ENDS))
