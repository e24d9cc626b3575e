"""Names of speakers, and what stands before words to say whose they are. Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from fanscribe.documents.options import OutputOptions
from fanscribe.documents.speaker import Speaker, speaker_label
from fanscribe.transcript.build import Transcript, channel_label

UNNAMED: Mapping[int, str] = MappingProxyType({})
NOT_ASKED_FOR = "they were not told apart. The option speakers does that."


class Labels(NamedTuple):
    """Labels before words, wherever people read them: the speaker's, else the channel's, else none.

    A speaker is of one channel, so one of the two says enough.
    """

    shown: Mapping[int, str] = UNNAMED  # by number, what a speaker is called
    most: int | None = None  # characters of a name, where lines are short

    def of(self, channel: int | None, speaker: int | None) -> str:
        """`Ada`, `spk_0`, `ch_0`, or nothing."""
        if speaker is None:
            return "" if channel is None else channel_label(channel)
        return cut(self.shown.get(speaker) or speaker_label(speaker), self.most)

    def before(self, channel: int | None, speaker: int | None) -> str:
        """`Ada: `."""
        label = self.of(channel, speaker)
        return f"{label}: " if label else ""


def labels_of(transcript: Transcript) -> Labels:
    """Labels of the transcript's speakers, as readers see them."""
    return Labels({each.number: each.shown for each in transcript.speakers or ()})


def cut(name: str, most: int | None) -> str:
    """A name of at most so many characters."""
    return name if most is None or len(name) <= most else f"{name[: most - 1].rstrip()}…"


def named(transcript: Transcript, output: OutputOptions) -> Transcript:
    """The transcript with speakers called as the options say, and notes on that. An empty name
    takes a name away.
    """
    speakers = transcript.speakers and tuple(
        _called(each, output.names.get(each.label)) for each in transcript.speakers
    )
    notes = (*transcript.notes, *notes_on_speakers(transcript, output))
    return transcript.model_copy(update={"speakers": speakers, "notes": notes})


def _called(speaker: Speaker, name: str | None) -> Speaker:
    by_hand = {"name": name or None, "similarity": None}
    return speaker if name is None else speaker.model_copy(update=by_hand)


def notes_on_speakers(transcript: Transcript, output: OutputOptions) -> tuple[str, ...]:
    """Sentences on speakers that the options name and nobody is, without the names."""
    if transcript.speakers is None:
        return tuple(_on_nobody(transcript, output))
    found = [each.label for each in transcript.speakers]
    unknown = [label for label, name in output.names.items() if name and label not in found]
    if not unknown:
        return ()
    there = f"{found[0]} to {found[-1]}" if len(found) > 1 else "".join(found) or "nobody"
    return (f"Nobody is {', '.join(unknown)}, to whom a name was given: there is {there}.",)


def _on_nobody(transcript: Transcript, output: OutputOptions) -> Iterator[str]:
    if any(output.names.values()):
        yield f"No speaker is named: {NOT_ASKED_FOR}"
    mixed = all(segment.channel is None for segment in transcript.segments)
    if "diarized-json" in output.formats and mixed:
        yield f"diarized-json calls all speakers unknown: {NOT_ASKED_FOR}"
