"""A copy of the recording in which personal data is silenced: its decoded sound, 16 kHz."""

from collections.abc import Sequence

import numpy as np

from fanscribe import keys
from fanscribe.audio.sound import PIECE, Block
from fanscribe.documents.plan import Plan
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.stored_sound import StoredSound
from fanscribe.runtime.scratch import scratch_folder
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE, SAMPLES_PER_MS
from fanscribe.transcript.redaction.apply import Silence

AROUND = 150 * SAMPLES_PER_MS  # samples beside the words: their times are not exact
LARGEST_WAV = 4_000_000_000  # bytes; a larger one is RF64, which players of wav read
TYPES = {"wav": "audio/wav", "flac": "audio/flac"}


def write_redacted_sound(
    folder: JobFolder, plan: Plan, silences: Sequence[Silence], bucket: str, extension: str
) -> None:
    """Write the sound beside the transcript, with silence where personal data is said, in the
    channel that it is said in. Raises WorkDamaged if the decoded sound is no longer kept.
    """
    # Here, as the layer does not have it
    import soundfile  # noqa: PLC0415

    size = plan.recording.samples * plan.channels * SAMPLE_BYTES
    kind = {"flac": "FLAC", "wav": "WAV" if size < LARGEST_WAV else "RF64"}[extension]
    with scratch_folder() as where:
        file = where / "sound"
        with soundfile.SoundFile(
            file, "w", SAMPLE_RATE, plan.channels, subtype="PCM_16", format=kind
        ) as out:
            for start in range(0, plan.recording.samples, PIECE):
                end = min(start + PIECE, plan.recording.samples)
                out.write(_silenced(folder, plan, silences, start, end))
        key = keys.redacted_sound(plan.recording.key, folder.job, extension)
        folder.storage.upload(bucket, key, file, TYPES[extension])


def _silenced(
    folder: JobFolder, plan: Plan, silences: Sequence[Silence], start: int, end: int
) -> Block:
    """All channels of [start, end), in samples: one row for each sample."""
    stored = StoredSound(folder.storage, folder.bucket, plan.sound.job)
    sound = np.stack(
        [stored.read(plan, channel, start, end) for channel in range(plan.channels)],
        axis=1,
    )
    for channel, first, last in silences:
        begin = max(0, first * SAMPLES_PER_MS - AROUND - start)
        finish = last * SAMPLES_PER_MS + AROUND - start
        if begin < end - start and finish > 0:
            sound[begin:finish, channel or 0] = 0
    return sound
