"""Segments over whose ends a phrase may go. Pure."""

from collections.abc import Iterator
from itertools import pairwise

from fanscribe.transcript.build import Segment, Transcript, by_channel
from fanscribe.transcript.sentences import ends_sentence

SHORT = 3_000  # ms of a pause in a phrase


def runs(transcript: Transcript) -> Iterator[list[Segment]]:
    """Consecutive segments of one channel, language and speaker, in which no sentence ends, and
    with short pauses: one phrase may stand in two of them.
    """
    for segments in by_channel(transcript).values():
        run = segments[:1]
        for here, following in pairwise(segments):
            if not _goes_on(here, following):
                yield run
                run = []
            run.append(following)
        yield run


def _goes_on(here: Segment, following: Segment) -> bool:
    return (
        (here.language, here.speaker) == (following.language, following.speaker)
        and following.start - here.end <= SHORT
        and not ends_sentence(here.words[-1], following.words[0])
    )
