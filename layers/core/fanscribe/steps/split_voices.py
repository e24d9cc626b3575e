"""Split, of a job that asks for speakers: by which models their voices are taken, which tiles have
them, and the voices that are known.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fanscribe import keys
from fanscribe.audio.sound import Block, Samples
from fanscribe.documents.clips import ClipTimes, place_of, times_of
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Plan
from fanscribe.documents.voices import KnownClip, KnownVoice, SpeakerBasis
from fanscribe.errors import BadInput, InvalidOption
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import StoredObject
from fanscribe.jobs.voices import voiced_tiles, voices_folder
from fanscribe.runtime.settings import SplitSettings
from fanscribe.speakers.voice_reader import VoiceModels, VoiceReader
from fanscribe.steps.split_decoding import SMALL, RecordingSource
from fanscribe.tiling.listening import lay_tiles, listen
from fanscribe.tiling.tiles import SPEECH
from fanscribe.times import SAMPLE_RATE, SAMPLES_PER_MS, clock, milliseconds

LEAST = 3 * SAMPLE_RATE  # samples of speech in a clip: benchmarks/known_voices.py
VOICES_ALONE = "The option 'voices' names speakers: it needs the option 'speakers', too."
LONGEST = 120 * SAMPLE_RATE  # samples of a clip that are listened to


class WantedVoices(NamedTuple):
    """Voices are wanted by these `models`, and are `taken` of these tiles."""

    models: str
    taken: frozenset[int] = frozenset()


def check_speakers(output: OutputOptions, models: VoiceModels) -> None:
    """Raises UnknownModel if speakers are asked for, and there are no models to tell them by."""
    if output.speakers:
        models.identity()
    elif output.voices:
        raise InvalidOption(VOICES_ALONE)


def wanted_voices(folder: JobFolder, plan: Plan, basis: SpeakerBasis | None) -> WantedVoices | None:
    """The voices that the job needs; None where nobody asks for speakers."""
    if basis is None:
        return None
    taken = voiced_tiles(voices_folder(folder, plan), basis.models)
    return WantedVoices(basis.models, taken)


@dataclass(frozen=True)
class SpeakerPreparation:
    """Preparations for telling speakers apart. `bucket` is the recording's."""

    folder: JobFolder
    bucket: str
    settings: SplitSettings
    models: VoiceModels

    def basis(self, output: OutputOptions) -> SpeakerBasis | None:
        """The models that are there, and the voices of the clips that are files: they are stored,
        and those that were there before are not taken again. None if nobody asks for speakers.

        Raises InvalidOption for a clip that is no use.
        """
        if not output.speakers:
            return None
        before = self.folder.find_basis()
        models = self.models.identity()
        taken = before.clips if before and before.models == models else ()
        clips = tuple(self._known(place, taken) for place in files(output, self.bucket))
        basis = SpeakerBasis(models=models, clips=clips)
        if basis != before:
            self.folder.save_basis(basis)
        return basis

    def keep(self, basis: SpeakerBasis, places: Collection[str]) -> None:
        """Store what was known before, and of the clips these alone."""
        clips = tuple(each for each in basis.clips if each.clip in places)
        self.folder.save_basis(basis.model_copy(update={"clips": clips}))

    def _known(self, place: str, taken: Collection[KnownClip]) -> KnownClip:
        bucket, key = keys.parse_uri(place)
        try:
            stored = self.folder.storage.describe(bucket, key, None)
            for each in taken:
                if (each.clip, each.etag) == (place, stored.etag):
                    return each
            samples = self._sound(bucket, key, stored)
        except BadInput as error:
            raise _useless(place, str(error)) from None
        return KnownClip(
            clip=place,
            etag=stored.etag,
            voice=_voice(samples, place, self.models.load()),
        )

    def _sound(self, bucket: str, key: str, stored: StoredObject) -> Samples:
        if stored.size > SMALL:
            raise InvalidOption(f"It has more than {SMALL >> 20} MB: cut out a minute of speech.")
        source = RecordingSource(
            self.folder.storage, bucket, key, stored, separate=False, limits=self.settings
        )
        found: list[Block] = []
        with source.decoded() as decoding:
            for _, block in decoding:
                found.append(block)
                if sum(each.shape[1] for each in found) >= LONGEST:
                    break
        return np.concatenate(found, axis=1)[0, :LONGEST] if found else np.zeros(0, np.int16)


def check_times(plan: Plan, output: OutputOptions) -> None:
    """Raises InvalidOption for a clip in the recording that is no use."""
    for times in (times_of(clip) for clips in output.voices.values() for clip in clips):
        if times:
            _check_times(plan, times)


def _check_times(plan: Plan, times: ClipTimes) -> None:
    if times.start >= (length := milliseconds(plan.recording.samples)):
        raise _useless(str(times), f"the recording lasts {clock(length)}")
    start, end = times.start * SAMPLES_PER_MS, times.end * SAMPLES_PER_MS
    spoken = (
        max(0, min(end, last) - max(start, first))
        for tile in plan.tiles
        for first, last in tile.speech
    )
    _check_enough(str(times), sum(spoken))


def files(output: OutputOptions, bucket: str) -> list[str]:
    """Places of the clips that are files, each once. `bucket` is the recording's."""
    clips = (clip for each in output.voices.values() for clip in each if not times_of(clip))
    return list(dict.fromkeys(place_of(clip, bucket) for clip in clips))


def _voice(samples: Samples, place: str, reader: VoiceReader) -> KnownVoice:
    # Here, as most jobs know no voices
    from fanscribe.speakers.known import known_voice  # noqa: PLC0415

    tiles = [
        tile for tile in lay_tiles(listen([(True, samples[np.newaxis])]), SPEECH) if not tile.silent
    ]
    _check_enough(place, sum(tile.spoken for tile in tiles))
    voices = [reader.voices(tile, samples[tile.start : tile.end]) for tile in tiles]
    voice = known_voice(samples, voices)
    if voice is None:
        raise _useless(place, "nobody is heard to speak in it")
    return voice


def _check_enough(clip: str, speech: int) -> None:
    if speech < LEAST:
        has = f"{speech / SAMPLE_RATE:.1f} s of speech" if speech else "no speech"
        raise _useless(clip, f"it has {has}, and {LEAST // SAMPLE_RATE} s are needed")


def _useless(clip: str, why: str) -> InvalidOption:
    return InvalidOption(f"The option 'voices' can't use the clip {clip}: {why.rstrip('.')}.")
