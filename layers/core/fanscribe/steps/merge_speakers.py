"""Merge, of a job that asks for speakers: who speaks when, from the voices of all tiles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from fanscribe.documents.clips import place_of, times_of
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import SpeakerCount
from fanscribe.documents.plan import Plan
from fanscribe.documents.speaker import Recognized
from fanscribe.documents.voices import SpeakerBasis, TileVoices, Utterance
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.voices import NO_VOICES, load_voices, voices_folder
from fanscribe.speakers.assignment import Turn, turns
from fanscribe.times import milliseconds
from fanscribe.transcript.conversation import Conversation, Said, conversation
from fanscribe.transcript.overlay import JobReadings

KnownVoices = Mapping[str, Sequence[str]]  # clips by name
NO_NAMES: KnownVoices = MappingProxyType({})


class Heard(NamedTuple):
    """An utterance, and its speaker by a number that means nothing yet."""

    channel: int
    speaker: int
    utterance: Utterance

    @property
    def middle(self) -> int:
        """Its middle, in ms."""
        return milliseconds(self.utterance.active[0][0] + self.utterance.active[-1][1]) // 2


def conversation_of(
    folder: JobFolder,
    plan: Plan,
    jobs: Sequence[JobReadings],
    count: SpeakerCount,
    voices: KnownVoices = NO_NAMES,
) -> tuple[Conversation, list[BilledTime]]:
    """The conversation, each channel by itself, and what taking its voices took. `voices` are
    those that are known.

    A redo hears the same voices as those of the `jobs` that it repairs, and numbers speakers by
    their words first; it is the last of them. So numbers outside the range stay.
    """
    basis = folder.find_basis()
    stored = load_voices(voices_folder(folder, plan), basis.models) if basis else NO_VOICES
    heard: list[Heard] = []
    for channel in range(plan.channels):
        tiles = [tile.index for tile in plan.tiles if tile.channel == channel]
        taken = [stored.tiles[tile] for tile in tiles if tile in stored.tiles]
        heard += _heard(channel, taken, count, len({each.speaker for each in heard}))
    found = _known(plan, voices, basis, heard) if voices else {}
    mine = stored.spent if plan.sound.job == plan.job else []
    *before, said = [Said(job.plan, job.readings) for job in jobs]
    told = conversation(_turns(plan, heard), said, before, found)
    return told._replace(notes=tuple(_notes(plan, stored.tiles, voices, found))), mine


def _notes(
    plan: Plan,
    taken: Mapping[int, TileVoices],
    voices: KnownVoices,
    found: Mapping[int, Recognized],
) -> Iterator[str]:
    spoken = [tile.index for tile in plan.tiles if not tile.silent]
    lost = [tile for tile in spoken if tile not in taken or taken[tile].failed]
    if lost:
        yield (
            f"The voices of {len(lost)} of {len(spoken)} tiles could not be taken: "
            "their words go to whoever speaks before or after them."
        )
    unheard = voices.keys() - {each.name for each in found.values()}
    if unheard:
        were = "was" if len(unheard) == 1 else "were"
        yield f"Of {len(voices)} known voices, {len(unheard)} {were} not recognized."


def _heard(
    channel: int, voices: Sequence[TileVoices], count: SpeakerCount, known: int
) -> Iterator[Heard]:
    """Utterances of a channel, with speakers numbered from `known` on."""
    # Here, as it needs numpy, and most jobs ask for no speakers
    from fanscribe.speakers.clustering import speakers_of  # noqa: PLC0415

    found = [
        (utterance, speaker)
        for tile, speakers in zip(voices, speakers_of(voices, count), strict=True)
        for utterance, speaker in zip(tile.utterances, speakers, strict=True)
        if speaker is not None
    ]
    in_order = sorted({speaker for _, speaker in found})
    numbers = {speaker: known + i for i, speaker in enumerate(in_order)}
    return (Heard(channel, numbers[speaker], utterance) for utterance, speaker in found)


def _turns(plan: Plan, heard: Sequence[Heard]) -> dict[int, list[Turn]]:
    return {
        channel: turns(
            (start, end, each.speaker)
            for each in heard
            if each.channel == channel
            for start, end in each.utterance.active
        )
        for channel in range(plan.channels)
    }


def _known(
    plan: Plan, voices: KnownVoices, basis: SpeakerBasis | None, heard: Sequence[Heard]
) -> dict[int, Recognized]:
    """The speakers with a known voice: those who speak in the clips that are times, then channel by
    channel those who sound like the other clips.
    """
    from fanscribe.speakers.known import recognized, voice_of  # noqa: PLC0415  (as above)

    prints = {
        channel: {
            speaker: voice.voice_print
            for speaker, said in _by_speaker(of_channel).items()
            if (voice := voice_of(said))
        }
        for channel, of_channel in groupby(heard, lambda each: each.channel)
    }
    found = _named_by_times(
        voices, heard, {k: v for each in prints.values() for k, v in each.items()}
    )
    taken = {each.clip: each.voice for each in (basis.clips if basis else ())}
    named = {each.name for each in found.values()}
    files = {
        name: [
            taken[place]
            for clip in clips
            if (place := place_of(clip, plan.recording.bucket)) in taken
        ]
        for name, clips in voices.items()
        if name not in named
    }
    for of_channel in prints.values():
        left = {speaker: each for speaker, each in of_channel.items() if speaker not in found}
        found |= recognized(left, {name: each for name, each in files.items() if each})
    return found


def _named_by_times(
    voices: KnownVoices, heard: Sequence[Heard], prints: Mapping[int, str]
) -> dict[int, Recognized]:
    """Whoever speaks most in a clip that is times has that name. Of two names for one speaker, the
    nearer voice's.
    """
    from fanscribe.speakers.known import similarity, voice_of  # noqa: PLC0415  (as above)

    found: dict[int, Recognized] = {}
    for name, clips in voices.items():
        for times in filter(None, map(times_of, clips)):
            said = _by_speaker(each for each in heard if times.start <= each.middle < times.end)
            heard_there = {
                speaker: voice for speaker, each in said.items() if (voice := voice_of(each))
            }
            if not heard_there:
                continue
            speaker = max(heard_there, key=lambda each: heard_there[each].seconds)
            alike = similarity(heard_there[speaker].voice_print, prints[speaker])
            if speaker not in found or alike > found[speaker].similarity:
                found[speaker] = Recognized(name, alike)
    return found


def _by_speaker(heard: Iterable[Heard]) -> dict[int, list[Utterance]]:
    """Utterances of each speaker."""
    said: dict[int, list[Utterance]] = {}
    for each in heard:
        said.setdefault(each.speaker, []).append(each.utterance)
    return said
