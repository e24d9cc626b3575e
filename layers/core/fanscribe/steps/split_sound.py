"""Split, of a job whose sound is written without personal data: all of it must be there."""

from collections.abc import Sequence

from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Chunk, Plan
from fanscribe.errors import InvalidOption
from fanscribe.jobs.audio_store import AudioStore
from fanscribe.jobs.folder import JobFolder


def with_sound(plan: Plan, chunks: Sequence[Chunk], output: OutputOptions) -> Sequence[Chunk]:
    """The chunks whose sound is needed: those that are read, or all."""
    silenced = output.redact and output.redact_audio != "off" and plan.tiles
    return [Chunk(first=0, last=len(plan.tiles) - 1)] if silenced else chunks


def without_lost_sound(
    folder: JobFolder, plan: Plan, output: OutputOptions, *, asked: bool
) -> OutputOptions:
    """The options without `redact_audio` where the sound is no longer kept. Raises InvalidOption if
    it was `asked` for now.
    """
    store = AudioStore(folder.storage, folder.bucket, plan.sound.job)
    if output.redact_audio == "off" or not store.missing(plan, plan.tiles):
        return output
    if asked:
        raise InvalidOption(
            f"The option 'redact_audio' needs the sound of the job {folder.job}, which is no "
            "longer kept. Transcribe the recording with it: its words are kept."
        )
    return output.model_copy(update={"redact_audio": "off"})
