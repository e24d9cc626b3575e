"""Sound in and out: any container decoded as a stream to 16 kHz 16-bit, chunks written and read as
wav.
"""

import io
import warnings
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# pydub looks for an ffmpeg program and warns; wav in and out needs none
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

from fanscribe.audio.decoder import Request
from fanscribe.audio.decoder_process import Decoder, SoundHeader
from fanscribe.audio.file_signatures import HEAD, refuse_other_files
from fanscribe.audio.limits import Limits
from fanscribe.audio.sections import Section
from fanscribe.audio.sound import Block, Samples
from fanscribe.documents.plan import Findings, Selection
from fanscribe.errors import UnreadableRecording
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

FULL_SCALE = 32_768.0  # an int16 sample is divided by it for a model
DEFAULT_LIMITS = Limits()
DEFAULT_DECODER = Decoder()
AS_USUAL = Selection()


def decode(
    path: Path,
    name: str,
    *,
    separate: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    decoder: Decoder = DEFAULT_DECODER,
) -> Generator[Block, None, None]:
    """Decode the sound of a file to blocks of int16 samples at 16 kHz, in bounded memory, by a
    process of its own.

    One channel, mixed, or with `separate` each of the track's. `name` is what messages call the
    recording. Raises UnreadableRecording and RecordingTooLarge. Close it if you stop before its
    end: that ends the process.
    """
    with closing(Decoding(path, name, None, separate, limits=limits, decoder=decoder)) as decoding:
        for _, block in decoding:
            yield block


@dataclass
class Decoding:
    """A recording, or a section of one, while it is decoded.

    Iterate over it for its blocks, each with whether it is the section's own: those before only
    warm it up. `findings` are there at its end. Raises as `decode` does, and InvalidOption if there
    is no such track.
    """

    path: Path
    name: str
    section: Section | None = None  # None: all of it
    separate: bool = False
    selection: Selection = AS_USUAL
    limits: Limits = DEFAULT_LIMITS
    decoder: Decoder = DEFAULT_DECODER
    findings: Findings | None = None

    def __post_init__(self) -> None:
        _refuse_at_once(self.path, self.name)
        request = Request(
            separate=self.separate,
            track=self.selection.track,
            downmix=self.selection.downmix,
            section=self.section,
            longest=round(self.limits.max_duration_hours * 3600 * SAMPLE_RATE),
        )
        self._messages = self.decoder.run(self.path, self.name, request)

    def __iter__(self) -> Iterator[tuple[bool, Block]]:
        samples, channels, own = 0, 1, True
        for message in self._messages:
            if isinstance(message, Findings):
                self.findings = message
            elif isinstance(message, SoundHeader):
                self.limits.check_stream(self.name, message.channels, message.rate)
                self.limits.check_length(
                    self.name, round(message.declared * SAMPLE_RATE), message.kept
                )
                channels, own = message.kept, message.own
            else:
                block = np.frombuffer(message, np.int16).reshape(-1, channels).T
                samples += block.shape[1]
                self.limits.check_length(self.name, samples, channels)
                yield own, block

    def close(self) -> None:
        """End the process."""
        self._messages.close()


def length(path: Path, name: str, decoder: Decoder = DEFAULT_DECODER) -> float:
    """Seconds of sound: what the file's header says where it can be believed, else by decoding.

    Raises UnreadableRecording.
    """
    return _length(path, name, decoder, believe=True)


def estimated_length(head: Path, name: str, size: int, decoder: Decoder = DEFAULT_DECODER) -> float:
    """Seconds of sound in a file of `size` bytes, about, from what is in its `head`.

    Raises UnreadableRecording if that can't be read by itself: some mp4 have their table of
    contents at the end.
    """
    return _length(head, name, decoder, believe=False) * size / head.stat().st_size


def _length(path: Path, name: str, decoder: Decoder, *, believe: bool) -> float:
    _refuse_at_once(path, name)
    samples = 0
    with closing(decoder.run(path, name, Request(head=not believe))) as messages:
        for message in messages:
            if isinstance(message, bytearray):
                samples += len(message) // SAMPLE_BYTES
            elif isinstance(message, SoundHeader) and believe and message.declared and not samples:
                return message.declared
    return samples / SAMPLE_RATE


def _refuse_at_once(path: Path, name: str) -> None:
    """Refuse files that need no decoder for that."""
    if path.stat().st_size == 0:
        raise UnreadableRecording(f"{name} is empty (0 bytes).")
    with path.open("rb") as file:
        refuse_other_files(file.read(HEAD), name)


def waveform(samples: Samples) -> NDArray[np.float32]:
    """Samples as models take them: float32 from -1 to 1."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def write_wav(samples: Samples) -> bytes:
    """Samples as a wav file, 16 kHz mono 16-bit: WAV_HEADER bytes, then two for each (tested)."""
    sound = AudioSegment(
        samples.tobytes(), sample_width=SAMPLE_BYTES, frame_rate=SAMPLE_RATE, channels=1
    )
    return bytes(sound.export(io.BytesIO(), format="wav").getvalue())
