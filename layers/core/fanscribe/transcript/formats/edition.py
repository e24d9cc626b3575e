"""A transcript and how it is to be written: what every format is made from."""

from dataclasses import dataclass, field
from functools import cached_property

from fanscribe.documents.options import OutputOptions
from fanscribe.transcript.build import Transcript
from fanscribe.transcript.captions.cues import Cue, channels_of, cues
from fanscribe.transcript.naming import Labels, labels_of


@dataclass(frozen=True)
class Edition:
    """A transcript and its options. Its cues are found once, for all formats that show them."""

    transcript: Transcript
    output: OutputOptions = field(default_factory=OutputOptions)

    @cached_property
    def labels(self) -> Labels:
        """Labels of the speakers, as readers see them."""
        return labels_of(self.transcript)

    @cached_property
    def cues(self) -> list[Cue]:
        """Cues without room for labels."""
        return cues(self.transcript, self.output)

    @cached_property
    def labelled_cues(self) -> list[Cue]:
        """Cues with room for labels; the same where there are none."""
        if not channels_of(self.transcript) and self.transcript.speakers is None:
            return self.cues
        return cues(self.transcript, self.output, labelled=True)
