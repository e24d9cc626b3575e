"""Merge, of a job that asks for speakers: who speaks when, from the voices of all tiles."""

from collections.abc import Iterator, Mapping, Sequence

from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import SpeakerCount
from fanscribe.documents.plan import Plan
from fanscribe.documents.voices import TileVoices
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.voices import load_voices, voices_folder
from fanscribe.speakers.assignment import Turn, turns
from fanscribe.transcript.conversation import Conversation, Said, conversation
from fanscribe.transcript.overlay import JobReadings


def conversation_of(
    folder: JobFolder, plan: Plan, jobs: Sequence[JobReadings], count: SpeakerCount
) -> tuple[Conversation, list[BilledTime]]:
    """The conversation, each channel by itself, and what taking its voices took.

    A redo hears the same voices as those of the `jobs` that it repairs, and numbers speakers by
    their words first; it is the last of them. So numbers outside the range stay.
    """
    stored = load_voices(voices_folder(folder, plan))
    by_channel: dict[int, list[Turn]] = {}
    for channel in range(plan.channels):
        tiles = [tile.index for tile in plan.tiles if tile.channel == channel]
        voices = [stored.tiles[tile] for tile in tiles if tile in stored.tiles]
        known = len({turn.speaker for found in by_channel.values() for turn in found})
        by_channel[channel] = _turns(voices, count, known)
    mine = stored.spent if plan.sound.job == plan.job else []
    *before, said = [Said(job.plan, job.readings) for job in jobs]
    found = conversation(by_channel, said, before)
    return found._replace(notes=tuple(_notes(plan, stored.tiles))), mine


def _notes(plan: Plan, voices: Mapping[int, TileVoices]) -> Iterator[str]:
    spoken = [tile.index for tile in plan.tiles if not tile.silent]
    lost = [tile for tile in spoken if tile not in voices or voices[tile].failed]
    if lost:
        yield (
            f"The voices of {len(lost)} of {len(spoken)} tiles could not be taken: "
            "their words go to whoever speaks before or after them."
        )


def _turns(voices: list[TileVoices], count: SpeakerCount, known: int) -> list[Turn]:
    """Turns of speakers whose numbers, from `known` on, mean nothing yet."""
    # Here, as it needs numpy, and most jobs ask for no speakers
    from fanscribe.speakers.clustering import speakers_of  # noqa: PLC0415

    spoken = [
        (start, end, speaker)
        for tile, speakers in zip(voices, speakers_of(voices, count), strict=True)
        for utterance, speaker in zip(tile.utterances, speakers, strict=True)
        if speaker is not None
        for start, end in utterance.active
    ]
    numbers = {speaker: known + i for i, speaker in enumerate(sorted({each[2] for each in spoken}))}
    return turns((start, end, numbers[speaker]) for start, end, speaker in spoken)
