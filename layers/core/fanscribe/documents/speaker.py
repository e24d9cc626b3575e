"""People who speak in a recording, numbered by their first word."""

from typing import NamedTuple

from fanscribe.contract import Contract


class Recognized(NamedTuple):
    """A known voice, and how much a speaker is like it."""

    name: str
    similarity: float  # a cosine, to two digits


class Speaker(Contract):
    """One who speaks. Nobody but `name` says who it is."""

    number: int  # from 0, in the order of first words
    name: str | None = None  # given by hand, or of the known voice that is so alike
    similarity: float | None = None  # to that voice, a cosine; None: the name is given by hand
    talk: int = 0  # ms in which the speaker speaks

    @property
    def label(self) -> str:
        """The label, as Amazon Transcribe writes it: `spk_0`, `spk_1`."""
        return speaker_label(self.number)

    @property
    def shown(self) -> str:
        """The name for readers, or the label where there is none."""
        return self.name or self.label


class Overlap(Contract):
    """A stretch of a channel, [start, end) in ms, in which several speak at once."""

    channel: int = 0
    start: int
    end: int
    speakers: tuple[int, ...]  # their numbers, at least two, ascending


def speaker_label(number: int) -> str:
    """The label of a speaker, who is numbered from 0: `spk_0`."""
    return f"spk_{number}"
